internal import StreamCore

/// SPLIT: the parts between a delimiter; every character for an empty one.
struct Split: RowFunction {
    private let buffer = TextBuffer()

    func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        let (text, delimiter) = (x.text(0, row), x.text(1, row))
        buffer.reset()
        buffer.append(UInt8(ascii: "["))
        if delimiter.count > 0 {
            split(text, delimiter)
        } else if let base = text.base {
            var offset = 0
            while offset < text.count {
                let width = Bytes.width(base, offset, text.count)
                append(text.part(offset..<offset + width))
                offset &+= width
            }
        }
        buffer.append(UInt8(ascii: "]"))
        return output.put(buffer, row)
    }

    private func split(_ text: ByteSlice, _ delimiter: ByteSlice) {
        var from = 0
        while true {  // Ends: each turn finds a delimiter further on, or returns.
            let found = Bytes.find(delimiter, in: text, from: from)
            append(text.part(from..<(found < 0 ? text.count : found)))
            guard found >= 0 else { return }
            from = found + delimiter.count
        }
    }

    private func append(_ part: ByteSlice) {
        if buffer.count > 1 { buffer.append(UInt8(ascii: ",")) }
        JSONText.append(quoted: part, to: buffer)
    }
}

/// REGEXP_EXTRACT_ALL: the group of every match; 1 is the first in parentheses.
struct RegexExtractAll: RowFunction {
    private var patterns: RegexCache
    private let buffer = TextBuffer()

    init(patterns: RegexCache) { self.patterns = patterns }

    mutating func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        guard let regex = patterns.regex(x.text(1, row)) else { return .failed(.badPattern) }
        let (text, group) = (x.text(0, row), x.count > 2 ? x.integer(2, row) : 1)
        guard group >= 0, group <= Int64(regex.groupCount) else { return .null }
        buffer.reset()
        buffer.append(UInt8(ascii: "["))
        let buffer = buffer
        regex.forEachMatch(text, groupCount: Int(group)) { _ in
            if buffer.count > 1 { buffer.append(UInt8(ascii: ",")) }
            if let part = regex.group(Int(group)) {
                JSONText.append(quoted: text.part(part), to: buffer)
            } else {
                buffer.append("null")
            }
            return !buffer.isTooLong
        }
        buffer.append(UInt8(ascii: "]"))
        return output.put(buffer, row)
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        code == .valueTooLong
            ? "the result has more than \(CompiledExpression.valueByteCountMax) bytes"
            : patterns.reason(x.text(1, row))
    }
}

/// STR_TO_MAP: pairs between one delimiter, key and value between another; both are regular
/// expressions. A pair without the second delimiter has the value NULL.
///
/// Source: Flink `SqlFunctionUtils.strToMap`; parts as Java's `String.split` makes them.
struct TextToMap: RowFunction {
    private var pairDelimiters: RegexCache
    private var keyDelimiters: RegexCache
    private let buffer = TextBuffer()

    /// - Parameter arguments: The text and both delimiters.
    init(_ arguments: [Kernel]) {
        pairDelimiters = RegexCache(.java, arguments[1])
        keyDelimiters = RegexCache(.java, arguments[2])
    }

    mutating func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        guard let pairs = pairDelimiters.regex(x.text(1, row)),
            let keys = keyDelimiters.regex(x.text(2, row))
        else { return .failed(.badPattern) }
        let text = x.text(0, row)
        buffer.reset()
        buffer.append(UInt8(ascii: "{"))
        if text.count > 0 { split(text, pairs, keys) }
        buffer.append(UInt8(ascii: "}"))
        return output.put(buffer, row)
    }

    /// Empty parts at the end are left out; so is an empty one at the beginning before an empty
    /// match.
    private func split(_ text: ByteSlice, _ pairs: Regex, _ keys: Regex) {
        var from = 0
        var isSplit = false
        // Empty parts that are written only if another follows.
        var waiting = 0
        pairs.forEachMatch(text) { match in
            if match.isEmpty, match.lowerBound == 0 { return true }
            isSplit = true
            add(text.part(from..<match.lowerBound), &waiting, keys)
            from = match.upperBound
            return !buffer.isTooLong
        }
        if !isSplit || from < text.count { add(text.part(from..<text.count), &waiting, keys) }
    }

    private func add(_ pair: ByteSlice, _ waiting: inout Int, _ keys: Regex) {
        guard pair.count > 0 else {
            waiting += 1
            return
        }
        if waiting > 0 { append(.empty, nil) }
        waiting = 0
        // An empty match before the first character splits nothing.
        var delimiter: Range<Int>?
        keys.forEachMatch(pair) { match in
            if match.upperBound > 0 { delimiter = match }
            return match.upperBound == 0
        }
        guard let delimiter else { return append(pair, nil) }
        append(
            pair.part(0..<delimiter.lowerBound), pair.part(delimiter.upperBound..<pair.count))
    }

    private func append(_ key: ByteSlice, _ value: ByteSlice?) {
        if buffer.count > 1 { buffer.append(UInt8(ascii: ",")) }
        JSONText.append(quoted: key, to: buffer)
        buffer.append(UInt8(ascii: ":"))
        if let value { JSONText.append(quoted: value, to: buffer) } else { buffer.append("null") }
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        guard code == .badPattern else {
            return "the result has more than \(CompiledExpression.valueByteCountMax) bytes"
        }
        var pairs = pairDelimiters
        let isPair = pairs.regex(x.text(1, row)) == nil
        return isPair
            ? pairDelimiters.reason(x.text(1, row)) : keyDelimiters.reason(x.text(2, row))
    }
}
