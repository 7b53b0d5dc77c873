internal import StreamCore

/// The functions that look for regular expressions. Arguments: the text, the pattern, then what
/// each takes.
enum RegexFunction: Hashable, Sendable {
    /// SIMILAR TO.
    case similar(escape: UInt32?)
    /// REGEXP.
    case occurs
    case replace
    /// The third argument is the group.
    case extract
    case count
    case instr
    case substr
}

extension RegexFunction {
    var syntax: RegexSyntax {
        if case .similar(let escape) = self { .similar(escape: escape) } else { .java }
    }

    func kernel(_ arguments: [Kernel], _ type: LogicalType) -> Kernel {
        let cache = RegexCache(syntax, arguments[1])
        return switch self {
        case .similar: RowFunctionKernel(RegexMatches(patterns: cache), arguments, type)
        case .occurs: RowFunctionKernel(RegexOccurs(patterns: cache), arguments, type)
        case .replace: RowFunctionKernel(RegexReplace(patterns: cache), arguments, type)
        case .extract: RowFunctionKernel(RegexExtract(patterns: cache), arguments, type)
        case .count: RowFunctionKernel(RegexCount(patterns: cache), arguments, type)
        case .instr: RowFunctionKernel(RegexInstr(patterns: cache), arguments, type)
        case .substr: RowFunctionKernel(RegexSubstr(patterns: cache), arguments, type)
        }
    }
}

/// What the functions of this file share: the pattern is the second argument.
private protocol PatternFunction: RowFunction {
    var patterns: RegexCache { get set }
    mutating func apply(
        _ regex: Regex, _ text: ByteSlice, _ row: Int, _ x: RowArguments, _ output: RowOutput
    ) -> RowOutcome
}

extension PatternFunction {
    @inline(__always)
    mutating func apply(_ row: Int, _ x: RowArguments, _ output: RowOutput) -> RowOutcome {
        guard let regex = patterns.regex(x.text(1, row)) else { return .failed(.badPattern) }
        return apply(regex, x.text(0, row), row, x, output)
    }

    func message(_ row: Int, _ x: RowArguments, _ code: EvaluationError.Code) -> String {
        if code == .valueTooLong {
            return "the text is longer than \(CompiledExpression.valueByteCountMax) bytes"
        }
        return patterns.reason(x.text(1, row))
    }
}

private struct RegexMatches: PatternFunction {
    var patterns: RegexCache
    func apply(
        _ regex: Regex, _ text: ByteSlice, _ row: Int, _ x: RowArguments, _ output: RowOutput
    ) -> RowOutcome { output.put(regex.matches(text), row) }
}

private struct RegexOccurs: PatternFunction {
    var patterns: RegexCache
    /// Flink: the empty pattern occurs nowhere.
    func apply(
        _ regex: Regex, _ text: ByteSlice, _ row: Int, _ x: RowArguments, _ output: RowOutput
    ) -> RowOutcome { output.put(x.text(1, row).count > 0 && regex.occurs(in: text), row) }
}

private struct RegexReplace: PatternFunction {
    var patterns: RegexCache
    let buffer = TextBuffer()

    func apply(
        _ regex: Regex, _ text: ByteSlice, _ row: Int, _ x: RowArguments, _ output: RowOutput
    ) -> RowOutcome {
        var copied = 0
        var isFound = false
        let replacement = x.text(2, row)
        buffer.reset()
        regex.forEachMatch(text) { match in
            isFound = true
            buffer.append(text.part(copied..<match.lowerBound))
            buffer.append(replacement)
            copied = match.upperBound
            return !buffer.isTooLong
        }
        guard isFound else { return output.put(text, row) }
        buffer.append(text.part(copied..<text.count))
        return output.put(buffer, row)
    }
}

private struct RegexExtract: PatternFunction {
    var patterns: RegexCache
    /// NULL where nothing matches, the group took no part or there is no such group.
    func apply(
        _ regex: Regex, _ text: ByteSlice, _ row: Int, _ x: RowArguments, _ output: RowOutput
    ) -> RowOutcome {
        let group = x.count > 2 ? x.integer(2, row) : 0
        guard group >= 0, group <= Int64(regex.groupCount) else { return .null }
        guard regex.find(text, groupCount: Int(group)), let part = regex.group(Int(group)) else {
            return .null
        }
        return output.put(text.part(part), row)
    }
}

private struct RegexCount: PatternFunction {
    var patterns: RegexCache
    func apply(
        _ regex: Regex, _ text: ByteSlice, _ row: Int, _ x: RowArguments, _ output: RowOutput
    ) -> RowOutcome {
        var count: Int64 = 0
        regex.forEachMatch(text) { _ in
            count &+= 1
            return true
        }
        return output.put(count, row)
    }
}

private struct RegexInstr: PatternFunction {
    var patterns: RegexCache
    func apply(
        _ regex: Regex, _ text: ByteSlice, _ row: Int, _ x: RowArguments, _ output: RowOutput
    ) -> RowOutcome {
        guard regex.find(text), let match = regex.group(0) else { return output.put(Int64(0), row) }
        let before = text.part(0..<match.lowerBound)
        return output.put(Int64(Bytes.codePointCount(before)) &+ 1, row)
    }
}

private struct RegexSubstr: PatternFunction {
    var patterns: RegexCache
    func apply(
        _ regex: Regex, _ text: ByteSlice, _ row: Int, _ x: RowArguments, _ output: RowOutput
    ) -> RowOutcome {
        guard regex.find(text), let match = regex.group(0) else { return .null }
        return output.put(text.part(match), row)
    }
}
