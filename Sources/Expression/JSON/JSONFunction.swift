internal import CSimdJSON
internal import StreamCore

/// The functions that read JSON texts. The first argument is the text.
enum JSONFunction: Hashable, Sendable {
    case value(JSONPath, onEmpty: JSONFallback, onError: JSONFallback)
    /// - Parameter isArray: The result is an ARRAY of STRING, not a text.
    case query(
        JSONPath, JSONWrapper, isArray: Bool, onEmpty: JSONFallback, onError: JSONFallback)
    case exists(JSONPath, onError: JSONFallback)
    case isJSON(JSONTest)
    case quote, unquote
}

/// What there is instead of a value.
enum JSONFallback: Hashable, Sendable {
    case null
    case error
    /// The value of this argument.
    case argument(Int)
    case emptyArray, emptyObject
    case truth(Bool)
}

/// Whether JSON_QUERY puts its result into an array.
enum JSONWrapper: Hashable, Sendable {
    case without, conditional, unconditional
}

/// What IS JSON asks for.
enum JSONTest: String, Hashable, Sendable, CaseIterable {
    case value = "VALUE"
    case scalar = "SCALAR"
    case array = "ARRAY"
    case object = "OBJECT"
}

extension JSONFunction {
    func kernel(_ arguments: [Kernel], _ type: LogicalType) -> Kernel {
        switch self {
        case .value(let path, let onEmpty, let onError):
            let function = JSONValueOf(JSONPlace(path, onEmpty, onError), type)
            return RowFunctionKernel(function, arguments, type)
        case .query(let path, let wrapper, let isArray, let onEmpty, let onError):
            let function = JSONQuery(
                JSONPlace(path, onEmpty, onError), wrapper, isArray: isArray)
            return RowFunctionKernel(function, arguments, type)
        case .exists(let path, let onError):
            let function = JSONExists(JSONPlace(path, .truth(false), onError))
            return RowFunctionKernel(function, arguments, type)
        case .isJSON(let test): return RowFunctionKernel(IsJSON(test: test), arguments, type)
        case .quote: return RowFunctionKernel(JSONQuote(), arguments, type)
        case .unquote: return RowFunctionKernel(JSONUnquote(), arguments, type)
        }
    }
}

/// What the functions with a path share: where to look, and what there is instead.
struct JSONPlace {
    enum Outcome {
        /// A value; never MISSING or NULL.
        case value(JSONReader.Value)
        case fallback(JSONFallback)
    }

    let path: JSONPath
    let onEmpty: JSONFallback
    let onError: JSONFallback
    private let steps: JSONSteps
    private let reader = JSONReader()

    init(_ path: JSONPath, _ onEmpty: JSONFallback, _ onError: JSONFallback) {
        self.path = path
        self.onEmpty = onEmpty
        self.onError = onError
        steps = JSONSteps(path.steps)
    }

    /// What is missing or of the wrong kind: strict paths say so, lax ones find nothing.
    var mismatch: Outcome { .fallback(path.isStrict ? onError : onEmpty) }

    /// Source: Flink `SqlJsonUtils.jsonApiCommonSyntax`.
    @inline(__always)
    func find(_ text: ByteSlice) -> Outcome {
        guard let found = reader.find(text, steps) else { return mismatch }
        switch found.jsonKind {
        case .missing: return mismatch
        case .null: return .fallback(isRootNull(text) ? onError : onEmpty)
        default: return .value(found)
        }
    }

    /// A text that is nothing but `null` has no places.
    private func isRootNull(_ text: ByteSlice) -> Bool {
        text.buffer.first { $0 > 0x20 } == UInt8(ascii: "n")
    }

    func message(_ text: ByteSlice, _ name: String) -> String {
        let shown = "\(name) of \(Quoted.text(text))"
        guard let found = reader.find(text, steps) else { return shown + ": this is not JSON" }
        let place = "`\(path.text)`"
        switch found.jsonKind {
        case .missing: return shown + ": there is nothing at \(place)"
        case .null: return shown + ": the value at \(place) is null"
        default: return shown + ": the value at \(place) is of another kind"
        }
    }
}

/// JSON_VALUE: a scalar, as the call's type.
struct JSONValueOf: RowFunction {
    static var isStrict: Bool { false }

    private let place: JSONPlace
    private let type: LogicalType

    init(_ place: JSONPlace, _ type: LogicalType) {
        self.place = place
        self.type = type
    }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        guard !x.isNull(0, row) else { return .null }
        switch place.find(x.text(0, row)) {
        case .fallback(let fallback): return instead(fallback, row, x, output)
        case .value(let value):
            guard value.jsonKind.isScalar else {
                guard case .fallback(let fallback) = place.mismatch else { return .null }
                return instead(fallback, row, x, output)
            }
            return put(value, row, output) ?? instead(place.onError, row, x, output)
        }
    }

    /// Nil: the value does not fit the type.
    @inline(__always)
    private func put(_ value: JSONReader.Value, _ row: Int, _ output: RowOutput) -> RowOutcome? {
        switch type {
        case .boolean:
            value.jsonKind == .boolean ? output.put(value.isTrue, row) : nil
        case .int, .bigint: value.integer(isInt: type == .int).map { output.put($0, row) }
        case .double: value.double.map { output.put($0, row) }
        default: output.put(value.string(output.arena) ?? value.text.slice, row)
        }
    }

    private func instead(
        _ fallback: JSONFallback, _ row: Int, _ x: RowArguments, _ output: RowOutput
    ) -> RowOutcome {
        guard case .argument(let index) = fallback else {
            return fallback == .error ? .failed(.badJSON) : .null
        }
        guard !x.isNull(index, row) else { return .null }
        return switch type.physical {
        case .bool8: output.put(x.boolean(index, row), row)
        case .int64: output.put(x.integer(index, row), row)
        case .float64: output.put(x.double(index, row), row)
        default: output.put(x.text(index, row), row)
        }
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        place.message(x.text(0, row), "JSON_VALUE")
    }
}

/// IS JSON; FALSE for NULL.
struct IsJSON: RowFunction {
    static var isStrict: Bool { false }
    let test: JSONTest
    private let reader = JSONReader()
    private let whole = JSONSteps([])

    init(test: JSONTest) { self.test = test }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        guard !x.isNull(0, row), let found = reader.find(x.text(0, row), whole) else {
            return output.put(false, row)
        }
        let kind = found.jsonKind
        return switch test {
        case .value: output.put(true, row)
        case .array: output.put(kind == .array, row)
        case .object: output.put(kind == .object, row)
        case .scalar: output.put(kind != .array && kind != .object, row)
        }
    }
}

/// JSON_QUOTE: a text as a JSON string.
struct JSONQuote: RowFunction {
    let buffer = TextBuffer()

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        buffer.reset()
        JSONText.append(quoted: x.text(0, row), to: buffer)
        return output.put(buffer, row)
    }
}

/// JSON_UNQUOTE: a JSON string as a text; anything else as it is.
struct JSONUnquote: RowFunction {
    private let reader = JSONReader()
    private let whole = JSONSteps([])

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let text = x.text(0, row)
        guard text.buffer.first == UInt8(ascii: "\""), text.buffer.last == UInt8(ascii: "\""),
            let string = reader.find(text, whole)?.string(output.arena)
        else { return output.put(text, row) }
        return output.put(string, row)
    }
}
