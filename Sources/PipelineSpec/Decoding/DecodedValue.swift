internal import StreamCore
internal import YAML

/// A value of the file that has the type its field asks for.
struct DecodedValue {
    indirect enum Content {
        case text(String)
        case integer(Int64)
        case number(Double)
        case boolean(Bool)
        case milliseconds(Int64)
        /// Read later, when it is known what its names mean.
        case expression
        case type(LogicalType, isNullable: Bool)
        case list([DecodedValue])
        case map([DecodedEntry])
        case object(DecodedObject)
    }

    let content: Content
    let node: YAMLNode
    let path: String
    /// Whether the text holds a piece of `${file:..}`.
    var isSecret = false
    /// Whether the text is as written, without `${..}`.
    var isLiteral = true

    var text: String? { if case .text(let text) = content { text } else { nil } }
    var integer: Int64? { if case .integer(let integer) = content { integer } else { nil } }
    var number: Double? { if case .number(let number) = content { number } else { nil } }
    var boolean: Bool? { if case .boolean(let boolean) = content { boolean } else { nil } }
    var milliseconds: Int64? { if case .milliseconds(let count) = content { count } else { nil } }
    var list: [DecodedValue]? { if case .list(let list) = content { list } else { nil } }
    var map: [DecodedEntry]? { if case .map(let map) = content { map } else { nil } }
    var object: DecodedObject? { if case .object(let object) = content { object } else { nil } }
}

struct DecodedEntry {
    let key: String
    let keyRange: YAMLRange
    let value: DecodedValue
}

/// A mapping whose keys are those of an ``ObjectSpecification``; keys with errors are left out.
struct DecodedObject {
    /// The value of `type`; empty for an object without kinds.
    let kind: String
    let entries: [DecodedEntry]
    /// Where its key stands; where there is none, the object itself.
    let keyRange: YAMLRange
    let path: String
    /// False: something in it was reported.
    let isComplete: Bool

    subscript(name: String) -> DecodedValue? { entries.first { $0.key == name }?.value }

    func keyRange(of name: String) -> YAMLRange {
        entries.first { $0.key == name }?.keyRange ?? keyRange
    }
}
