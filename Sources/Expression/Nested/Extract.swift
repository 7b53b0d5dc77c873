internal import CSimdJSON
internal import StreamCore

/// What functions say that found a value of another kind than its type.
enum NestedMessage {
    static func wrong(_ text: ByteSlice, _ place: String) -> String {
        "\(place) of \(Quoted.text(text)) is missing or not of the declared type"
    }
}

/// `r.field`, `a[0]`, `m['key']` with a constant path.
struct Extract: RowFunction {
    private let path: [PathStep]
    private let form: ExtractForm
    private let isNullable: Bool
    private let steps: JSONSteps
    private let reader = JSONReader()

    init(_ path: [PathStep], _ form: ExtractForm, isNullable: Bool) {
        self.path = path
        self.form = form
        self.isNullable = isNullable
        steps = JSONSteps(path)
    }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        guard let found = reader.find(x.text(0, row), steps) else { return .failed(.badJSON) }
        switch found.jsonKind {
        case .missing, .null: return isNullable ? .null : .failed(.badJSON)
        default: return form.put(found, row, output) ?? .failed(.badJSON)
        }
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        let place = path.isEmpty ? "the value" : "`\(path.pathText)`"
        return NestedMessage.wrong(x.text(0, row), place)
    }
}

/// `a[i]`: counted from 0; NULL outside of the array.
struct ElementAt: RowFunction {
    private let form: ExtractForm
    private let steps = JSONSteps([.element(0)])
    private let reader = JSONReader()

    init(_ form: ExtractForm) { self.form = form }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        steps.set(element: x.integer(1, row))
        guard let found = reader.find(x.text(0, row), steps) else { return .failed(.badJSON) }
        switch found.jsonKind {
        case .missing, .null: return .null
        default: return form.put(found, row, output) ?? .failed(.badJSON)
        }
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        NestedMessage.wrong(x.text(0, row), "element \(x.integer(1, row))")
    }
}

/// `m[key]`: NULL for a key that is not there.
struct MemberAt: RowFunction {
    private let form: ExtractForm
    private let steps = JSONSteps([.field("")])
    private let reader = JSONReader()

    init(_ form: ExtractForm) { self.form = form }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        steps.set(name: x.text(1, row))
        guard let found = reader.find(x.text(0, row), steps) else { return .failed(.badJSON) }
        switch found.jsonKind {
        case .missing, .null: return .null
        default: return form.put(found, row, output) ?? .failed(.badJSON)
        }
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        NestedMessage.wrong(x.text(0, row), "key \(Quoted.text(x.text(1, row)))")
    }
}

/// CARDINALITY: elements of an array, distinct keys of a map.
struct Cardinality: RowFunction {
    let isMap: Bool
    private let reader = JSONReader()

    init(isMap: Bool) { self.isMap = isMap }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        guard let children = reader.children(of: x.text(0, row)) else { return .failed(.badJSON) }
        guard isMap, Self.hasRepeatedName(children) else {
            return output.put(Int64(children.count), row)
        }
        let names = Set(children.map { JSONText.unescaped($0.name.slice, output.arena).text })
        return output.put(Int64(names.count), row)
    }

    /// Whether two names may be the same: with an escape they may be written differently. Maps of
    /// data seldom have many keys.
    private static func hasRepeatedName(_ children: UnsafeBufferPointer<csimdjson_child>) -> Bool {
        guard children.count <= 32 else { return true }
        for (index, child) in children.enumerated() {
            let name = child.name.slice
            if name.buffer.contains(UInt8(ascii: "\\")) { return true }
            for other in children[..<index] where Bytes.equal(other.name.slice, name) {
                return true
            }
        }
        return false
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        "CARDINALITY of \(Quoted.text(x.text(0, row))): this is not JSON"
    }
}

/// ELEMENT: the only element of an array; NULL of an empty one.
struct SingleElement: RowFunction {
    let form: ExtractForm
    private let reader = JSONReader()

    init(form: ExtractForm) { self.form = form }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        guard let children = reader.children(of: x.text(0, row)) else { return .failed(.badJSON) }
        guard children.count <= 1 else { return .failed(.badArgument) }
        guard let child = children.first, child.value.jsonKind != .null else { return .null }
        return form.put(child.value, row, output) ?? .failed(.badJSON)
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        code == .badArgument
            ? "ELEMENT takes an array of one element, not \(Quoted.text(x.text(0, row)))"
            : NestedMessage.wrong(x.text(0, row), "the element")
    }
}

/// ARRAY_CONTAINS: whether a value is among the elements; NULL is found as NULL.
struct Contains: RowFunction {
    static var isStrict: Bool { false }
    let form: ExtractForm
    private let reader = JSONReader()

    init(form: ExtractForm) { self.form = form }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        guard !x.isNull(0, row) else { return .null }
        guard let children = reader.children(of: x.text(0, row)) else { return .failed(.badJSON) }
        for child in children where isEqual(child.value, row, x, output.arena) {
            return output.put(true, row)
        }
        return output.put(false, row)
    }

    private func isEqual(
        _ value: JSONReader.Value, _ row: Int, _ x: RowArguments, _ arena: ByteArena
    ) -> Bool {
        guard !x.isNull(1, row) else { return value.jsonKind == .null }
        switch form {
        case .boolean: return value.jsonKind == .boolean && value.isTrue == x.boolean(1, row)
        case .int, .bigint: return value.integer(isInt: false) == x.integer(1, row)
        case .double: return value.double == x.double(1, row)
        default:
            guard let text = value.string(arena) else { return false }
            return Bytes.equal(text, x.text(1, row))
        }
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        "ARRAY_CONTAINS of \(Quoted.text(x.text(0, row))): this is not JSON"
    }
}
