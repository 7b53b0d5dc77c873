internal import CSimdJSON
internal import StreamCore

/// JSON_QUERY: an array or object, as it was read; or the elements of an array as texts.
struct JSONQuery: RowFunction {
    private let place: JSONPlace
    private let wrapper: JSONWrapper
    /// The result is an ARRAY of STRING.
    private let isArray: Bool
    private let matches: JSONMatches
    private let buffer = TextBuffer()
    private let texts = TextBuffer()

    init(_ place: JSONPlace, _ wrapper: JSONWrapper, isArray: Bool) {
        self.place = place
        self.wrapper = wrapper
        self.isArray = isArray
        matches = JSONMatches(place.path)
    }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        if place.path.hasWildcards { return applyAll(row, x, output) }
        switch place.find(x.text(0, row)) {
        case .fallback(let fallback): return instead(fallback, row, output)
        case .value(let value):
            let kind = value.jsonKind
            if wrapper == .unconditional || (wrapper == .conditional && kind != .array) {
                buffer.reset()
                buffer.append(UInt8(ascii: "["))
                buffer.append(value.text.slice)
                buffer.append(UInt8(ascii: "]"))
                return put(buffer, row, output)
            }
            guard !kind.isScalar else {
                guard case .fallback(let fallback) = place.mismatch else { return .null }
                return instead(fallback, row, output)
            }
            guard isArray else { return output.put(value.text.slice, row) }
            guard kind == .array else { return instead(place.onError, row, output) }
            return putTexts(of: value.text.slice, row, output)
        }
    }

    /// A path with wildcards gives an array, be it empty; it needs no wrapper.
    private func applyAll(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        buffer.reset()
        if wrapper == .unconditional { buffer.append(UInt8(ascii: "[")) }
        buffer.append(UInt8(ascii: "["))
        guard matches.append(from: x.text(0, row), to: buffer, output.arena) else {
            guard case .fallback(let fallback) = place.mismatch else { return .null }
            return instead(fallback, row, output)
        }
        buffer.append(UInt8(ascii: "]"))
        if wrapper == .unconditional { buffer.append(UInt8(ascii: "]")) }
        return put(buffer, row, output)
    }

    private func put(_ array: TextBuffer, _ row: Int, _ output: RowOutput) -> RowOutcome {
        guard isArray, !array.isTooLong else { return output.put(array, row) }
        return putTexts(of: array.slice, row, output)
    }

    /// Strings stay what they are; other values become texts of what they are in JSON.
    private func putTexts(of array: ByteSlice, _ row: Int, _ output: RowOutput) -> RowOutcome {
        guard var elements = JSONElements(array, isObject: false) else { return .null }
        texts.reset()
        texts.append(UInt8(ascii: "["))
        while elements.next() {
            if texts.count > 1 { texts.append(UInt8(ascii: ",")) }
            if elements.isNull || elements.value.base?[0] == UInt8(ascii: "\"") {
                texts.append(elements.value)
            } else {
                JSONText.append(quoted: elements.value, to: texts)
            }
        }
        texts.append(UInt8(ascii: "]"))
        return output.put(texts, row)
    }

    private func instead(
        _ fallback: JSONFallback, _ row: Int, _ output: RowOutput
    ) -> RowOutcome {
        switch fallback {
        case .error: return .failed(.badJSON)
        case .emptyArray, .emptyObject:
            buffer.reset()
            buffer.append(fallback == .emptyArray ? "[]" : "{}")
            return output.put(buffer, row)
        default: return .null
        }
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        code == .valueTooLong
            ? "the result has more than \(CompiledExpression.valueByteCountMax) bytes"
            : place.message(x.text(0, row), "JSON_QUERY")
    }
}

/// JSON_EXISTS: whether a value is there that is not null; of a path with wildcards, whether anything is.
struct JSONExists: RowFunction {
    private let place: JSONPlace
    private let matches: JSONMatches
    private let buffer = TextBuffer()

    init(_ place: JSONPlace) {
        self.place = place
        matches = JSONMatches(place.path)
    }

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        switch outcome(x.text(0, row), output) {
        case .value: return output.put(true, row)
        case .fallback(.truth(let truth)): return output.put(truth, row)
        case .fallback(.error): return .failed(.badJSON)
        case .fallback: return .null
        }
    }

    private func outcome(_ text: ByteSlice, _ output: RowOutput) -> JSONPlace.Outcome {
        guard place.path.hasWildcards else { return place.find(text) }
        buffer.reset()
        guard matches.append(from: text, to: buffer, output.arena) else { return place.mismatch }
        return .fallback(.truth(buffer.count > 0 || buffer.isTooLong))
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        place.message(x.text(0, row), "JSON_EXISTS")
    }
}
