import StreamCore
import _StringProcessing

@testable import Expression

/// Regular expressions by Swift's own engine, which backtracks.
extension NaiveRowCalls {
    static func regex(_ function: RegexFunction, _ values: [Value]) throws -> Value {
        if values.contains(.null) { return .null }
        let text = string(values[0])
        var pattern = string(values[1])
        if case .similar(let escape) = function { pattern = similar(pattern, escape) }
        if function == .occurs, pattern.isEmpty { return false }
        guard let regex = try? _StringProcessing.Regex(pattern) else {
            throw fail(.badPattern)
        }
        let scalars = regex.matchingSemantics(.unicodeScalar)
        switch function {
        case .similar: return .boolean((try scalars.wholeMatch(in: text)) != nil)
        case .occurs: return .boolean((try scalars.firstMatch(in: text)) != nil)
        case .replace: return .text(replaced(text, scalars, string(values[2])))
        case .extract:
            guard let match = try scalars.firstMatch(in: text) else { return .null }
            let group = values.count > 2 ? Int(number(values[2])) : 0
            guard match.output.indices.contains(group),
                let part = match.output[group].substring
            else { return .null }
            return .text(String(part))
        case .count: return .integer(Int64(matches(text, scalars).count))
        case .instr:
            guard let match = try scalars.firstMatch(in: text) else { return 0 }
            let before = text.unicodeScalars[..<match.range.lowerBound]
            return .integer(Int64(before.count + 1))
        case .substr:
            guard let match = try scalars.firstMatch(in: text) else { return .null }
            return .text(String(text[match.range]))
        }
    }

    /// Java's rule: behind an empty match the search goes on one code point later.
    static func matches(
        _ text: String, _ regex: _StringProcessing.Regex<AnyRegexOutput>
    ) -> [Range<String.Index>] {
        var found: [Range<String.Index>] = []
        var from = text.startIndex
        while true {
            guard let match = try? regex.firstMatch(in: text[from...]) else { return found }
            found.append(match.range)
            from = match.range.upperBound
            if match.range.isEmpty {
                guard from < text.endIndex else { return found }
                from = text.unicodeScalars.index(after: from)
            }
        }
    }

    private static func replaced(
        _ text: String, _ regex: _StringProcessing.Regex<AnyRegexOutput>, _ other: String
    ) -> String {
        var result = ""
        var copied = text.startIndex
        for match in matches(text, regex) {
            result.unicodeScalars += text.unicodeScalars[copied..<match.lowerBound]
            result.unicodeScalars += other.unicodeScalars
            copied = match.upperBound
        }
        result.unicodeScalars += text.unicodeScalars[copied...]
        return result
    }

    /// SQL's pattern as a regular expression; the tests use few of its signs.
    private static func similar(_ pattern: String, _ escape: UInt32?) -> String {
        var result = "(?s:"
        var isEscaped = false
        for scalar in pattern.unicodeScalars {
            if isEscaped {
                result += "\\\(scalar)"
                isEscaped = false
            } else if scalar.value == escape {
                isEscaped = true
            } else if scalar == "%" {
                result += ".*"
            } else if scalar == "_" {
                result += "."
            } else {
                result += String(scalar)
            }
        }
        return result + ")"
    }
}

extension NaiveRowCalls {
    static func extractAll(_ text: String, _ pattern: String, _ group: Int) throws -> Value {
        guard let regex = try? _StringProcessing.Regex(pattern) else { throw fail(.badPattern) }
        let scalars = regex.matchingSemantics(.unicodeScalar)
        var parts: [String] = []
        for range in matches(text, scalars) {
            guard let match = try scalars.firstMatch(in: text[range.lowerBound...]) else {
                continue
            }
            guard group >= 0, group < match.output.count else { return .null }
            let part = match.output[group].substring.map { NaiveJSON.quoted(String($0)) }
            parts.append(part ?? "null")
        }
        let groupCount = pattern.filter { $0 == "(" }.count
        guard group >= 0, group <= groupCount else { return .null }
        return .text("[" + parts.joined(separator: ",") + "]")
    }

    /// Java's `split`: parts between matches, none empty at the end.
    static func javaSplit(_ text: String, _ pattern: String, limit: Int = 0) throws -> [String] {
        guard let regex = try? _StringProcessing.Regex(pattern) else { throw fail(.badPattern) }
        var parts: [String] = []
        var from = text.startIndex
        for match in matches(text, regex.matchingSemantics(.unicodeScalar)) {
            if limit > 0, parts.count == limit - 1 { break }
            if match.upperBound == text.startIndex { continue }
            parts.append(String(text[from..<match.lowerBound]))
            from = match.upperBound
        }
        if parts.isEmpty { return [text] }
        parts.append(String(text[from...]))
        while limit == 0, parts.last == "" { parts.removeLast() }
        return parts
    }

    static func textToMap(_ text: String, _ pairs: String, _ keys: String) throws -> Value {
        guard !text.isEmpty else {
            _ = try javaSplit("", pairs)
            _ = try javaSplit("", keys)
            return "{}"
        }
        _ = try javaSplit("", keys)
        let members = try javaSplit(text, pairs).map { pair in
            let halves = try javaSplit(pair, keys, limit: 2)
            let value = halves.count < 2 ? "null" : NaiveJSON.quoted(halves[1])
            return NaiveJSON.quoted(halves.count < 2 ? pair : halves[0]) + ":" + value
        }
        return .text("{" + members.joined(separator: ",") + "}")
    }
}
