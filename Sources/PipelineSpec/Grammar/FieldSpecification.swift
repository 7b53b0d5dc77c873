/// One key of the pipeline file: everything that is said about it anywhere.
///
/// Decoding, lint, JSON Schema and the reference page are all made of these rows, so a key cannot
/// be documented otherwise than it is read.
struct FieldSpecification: Sendable {
    let name: String
    let type: FieldType
    var isRequired = false
    /// As it would be written; for the reference and `echo --resolved`. In words where it depends
    /// on other keys: then it begins with a parenthesis and is not filled in.
    var defaultText: String?
    let docs: String
    var example: String?
    /// False: a key of the grammar that this version does not read; writing it is E1010.
    var isAvailable = true

    init(
        _ name: String, _ type: FieldType, isRequired: Bool = false,
        default defaultText: String? = nil,
        example: String? = nil, _ docs: String
    ) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.defaultText = defaultText
        self.docs = docs
        self.example = example
    }

    /// A key of the grammar that is not built; `docs` says what to do instead, if anything.
    static func notAvailable(_ name: String, _ docs: String) -> FieldSpecification {
        var field = FieldSpecification(name, .anything, docs)
        field.isAvailable = false
        return field
    }
}

/// What may stand behind a key.
indirect enum FieldType: Sendable {
    case text(TextRule)
    case integer(ClosedRange<Int64>)
    case number(ClosedRange<Double>)
    case boolean
    /// Milliseconds. In `config` a bare number is milliseconds, as in Flink; elsewhere a unit is
    /// needed.
    case duration(ClosedRange<Int64>, bareNumbers: Bool)
    case choice([Choice])
    /// SQL; never interpolated.
    case expression
    case sqlType
    case list(FieldType)
    case map(TextRule, FieldType)
    case object(ObjectSpecification)
    /// An object whose other keys depend on its `type`.
    case variants([Variant])
    /// What is accepted as a scalar, as a list, and as a mapping; nil: not.
    case shapes(scalar: FieldType?, list: FieldType?, mapping: FieldType?)
    /// Flink's keys: ``ConfigurationTable``.
    case configuration
    /// A form of the grammar that is not built; the text says what.
    case notAvailable(String)
    /// Not read at all.
    case anything
}

/// One of the words that a field accepts.
struct Choice: Sendable {
    let name: String
    let docs: String
    /// Flink's other spellings.
    var aliases: [String] = []
    var isAvailable = true

    init(_ name: String, _ docs: String, aliases: [String] = [], isAvailable: Bool = true) {
        self.name = name
        self.docs = docs
        self.aliases = aliases
        self.isAvailable = isAvailable
    }
}

/// The keys of a mapping.
struct ObjectSpecification: Sendable {
    let docs: String
    let fields: [FieldSpecification]

    func field(_ name: String) -> FieldSpecification? { fields.first { $0.name == name } }

    /// Where a key belongs that is not one of these, if it is one level below; for a message.
    func home(of name: String) -> String? {
        fields.first { $0.isAvailable && $0.type.hasKey(name) }.map {
            "`\(name)` is a key of `\($0.name)`"
        }
    }
}

extension FieldType {
    /// Whether a mapping of this type may have the key.
    fileprivate func hasKey(_ name: String) -> Bool {
        switch self {
        case .object(let object): object.field(name)?.isAvailable == true
        case .variants(let variants):
            variants.contains { $0.isAvailable && $0.object.field(name)?.isAvailable == true }
        case .shapes(_, _, let mapping?): mapping.hasKey(name)
        default: false
        }
    }
}

/// One kind of connection, source, transform or sink: the value of its `type`, and its other keys.
struct Variant: Sendable {
    let name: String
    let object: ObjectSpecification
    var isAvailable = true
    /// Why it will not be there; nil for one that is, or that this version lacks.
    var refusal: Refusal?

    static func notAvailable(_ name: String, _ docs: String) -> Variant {
        Variant(name: name, object: ObjectSpecification(docs: docs, fields: []), isAvailable: false)
    }

    static func refused(_ name: String, _ docs: String, _ refusal: Refusal) -> Variant {
        var variant = notAvailable(name, docs)
        variant.refusal = refusal
        return variant
    }
}

/// What lint says of a kind that cannot be.
struct Refusal: Sendable {
    let code: DiagnosticCode
    let message: String
    let help: String
}

/// Which texts a name may be.
enum TextRule: Sendable {
    case any
    /// Operator and connection ids: state is found by them, and `.` separates an output's port.
    case identifier
    case pipelineName
    case topic
    case column
    case propertyName
    /// A Kafka partition number, as a key.
    case partition
    case transactionalIDPrefix
    /// That CSV gives a meaning: ``CharacterText``.
    case character

    /// Characters besides letters and digits, longest length, and whether a digit may come first;
    /// nil: anything that is not empty.
    private var shape: (extra: String, length: Int, startsWithDigit: Bool)? {
        switch self {
        case .any, .column, .propertyName, .partition, .character: nil
        case .identifier: ("_-", 64, false)
        case .pipelineName: ("._-", 100, true)
        case .topic: ("._-", 249, true)
        case .transactionalIDPrefix: ("._-", 200, true)
        }
    }

    /// - Returns: What is wrong with `text`, to follow "must be"; nil if nothing is.
    func violation(_ text: String) -> String? {
        switch self {
        case .any: return nil
        case .partition:
            return Int32(text).map { $0 >= 0 } == true ? nil : "a partition number, 0 or more"
        case .column: return columnViolation(text)
        case .character: return CharacterText.byte(text) == nil ? CharacterText.wanted : nil
        case .propertyName: return text.isEmpty ? "the name of a property" : nil
        default: return shapeViolation(text)
        }
    }

    private func columnViolation(_ text: String) -> String? {
        let isGood =
            !text.isEmpty && text.utf8.count <= 256
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
        return isGood ? nil : "1 to 256 bytes without control characters"
    }

    private func shapeViolation(_ text: String) -> String? {
        guard let shape else { return nil }
        let isGood =
            !text.isEmpty && text.utf8.count <= shape.length && text != "." && text != ".."
            && text.unicodeScalars.allSatisfy {
                Self.isWord($0) || shape.extra.unicodeScalars.contains($0)
            }
        let first = text.unicodeScalars.first
        let startsWell =
            shape.startsWithDigit || !(first.map { "0"..."9" ~= $0 || $0 == "-" } ?? false)
        guard !isGood || !startsWell else { return nil }
        let extra = shape.extra.map { "`\($0)`" }.joined(separator: ", ")
        return "1 to \(shape.length) letters, digits, \(extra)"
            + (shape.startsWithDigit ? "" : ", not beginning with a digit or `-`")
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        "a"..."z" ~= scalar || "A"..."Z" ~= scalar || "0"..."9" ~= scalar
    }

    /// For the JSON Schema.
    var pattern: String? {
        switch self {
        case .partition: return "^[0-9]+$"
        default:
            return shape.map {
                "^[A-Za-z\($0.startsWithDigit ? "0-9" : "_")][A-Za-z0-9\($0.extra)]*$"
            }
        }
    }
}
