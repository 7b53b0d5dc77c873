import StreamCore

@testable import Expression

/// A JSON text as a tree, read by recursion: the twin of the reader.
indirect enum NaiveJSON: Equatable {
    case null
    case boolean(Bool)
    /// As it is written.
    case number(String)
    /// The text, and what it was read from.
    case string(String, String)
    /// With the text that it was read from.
    case array([NaiveJSON], String)
    /// In the order of the text; of two members with one name the last counts.
    case object([(String, NaiveJSON)], String)

    static func == (a: NaiveJSON, b: NaiveJSON) -> Bool { a.text == b.text }

    /// Nil for what is not JSON.
    init?(_ text: String) {
        var parser = NaiveJSONParser(rest: Array(text.unicodeScalars)[...])
        guard let value = parser.value(0) else { return nil }
        parser.blanks()
        guard parser.rest.isEmpty else { return nil }
        self = value
    }

    var text: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .number(let text): text
        case .string(let text, _): text
        case .array(_, let text), .object(_, let text): text
        }
    }

    var isScalar: Bool {
        switch self {
        case .array, .object, .null: false
        default: true
        }
    }

    func at(_ steps: [PathStep]) -> NaiveJSON? {
        guard let step = steps.first else { return self }
        let rest = Array(steps.dropFirst())
        switch (step, self) {
        case (.field(let name), .object(let members, _)):
            return members.last { $0.0 == name }?.1.at(rest)
        case (.element(let index), .array(let elements, _)):
            return elements.indices.contains(index) ? elements[index].at(rest) : nil
        default: return nil
        }
    }
}

extension NaiveJSON {
    /// Everything at a path whose pieces have wildcards between them.
    func all(_ pieces: [[PathStep]]) -> [NaiveJSON] {
        guard let found = at(pieces[0]) else { return [] }
        let rest = Array(pieces.dropFirst())
        guard !rest.isEmpty else { return [found] }
        switch found {
        case .array(let elements, _): return elements.flatMap { $0.all(rest) }
        case .object(let members, _):
            return members.enumerated().flatMap { index, member in
                members[(index + 1)...].contains { $0.0 == member.0 } ? [] : member.1.all(rest)
            }
        default: return []
        }
    }

    /// An element of an ARRAY of STRING.
    var asText: String {
        switch self {
        case .null: "null"
        case .string: source
        default: NaiveJSON.quoted(text)
        }
    }
}

private struct NaiveJSONParser {
    var rest: ArraySlice<Unicode.Scalar>

    mutating func blanks() {
        while let c = rest.first, " \n\r\t".unicodeScalars.contains(c) { rest.removeFirst() }
    }

    mutating func take(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard rest.starts(with: scalars) else { return false }
        rest = rest.dropFirst(scalars.count)
        return true
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    mutating func value(_ depth: Int) -> NaiveJSON? {
        guard depth <= 64 else { return nil }
        blanks()
        let start = rest
        if take("null") { return .null }
        if take("true") { return .boolean(true) }
        if take("false") { return .boolean(false) }
        if rest.first == "\"" {
            return string().map { .string($0, Self.string(start.dropLast(rest.count))) }
        }
        if take("[") {
            guard depth < 64, let elements = elements(depth) else { return nil }
            return .array(elements, Self.string(start.dropLast(rest.count)))
        }
        if take("{") {
            guard depth < 64, let members = members(depth) else { return nil }
            return .object(members, Self.string(start.dropLast(rest.count)))
        }
        return number()
    }

    private mutating func elements(_ depth: Int) -> [NaiveJSON]? {
        blanks()
        if take("]") { return [] }
        var elements: [NaiveJSON] = []
        repeat {
            guard let element = value(depth + 1) else { return nil }
            elements.append(element)
            blanks()
        } while take(",")
        return take("]") ? elements : nil
    }

    private mutating func members(_ depth: Int) -> [(String, NaiveJSON)]? {
        blanks()
        if take("}") { return [] }
        var members: [(String, NaiveJSON)] = []
        repeat {
            blanks()
            guard rest.first == "\"", let name = string() else { return nil }
            blanks()
            guard take(":"), let member = value(depth + 1) else { return nil }
            members.append((name, member))
            blanks()
        } while take(",")
        return take("}") ? members : nil
    }

    private mutating func number() -> NaiveJSON? {
        let start = rest
        _ = take("-")
        guard let first = rest.first, ("0"..."9").contains(first) else { return nil }
        if !take("0") { digits() }
        if take(".") { guard digits() else { return nil } }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() else { return nil }
        }
        return .number(Self.string(start.dropLast(rest.count)))
    }

    @discardableResult
    private mutating func digits() -> Bool {
        let count = rest.count
        while let c = rest.first, ("0"..."9").contains(c) { rest.removeFirst() }
        return rest.count < count
    }

    private mutating func string() -> String? {
        rest.removeFirst()
        var units: [UInt16] = []
        while let c = rest.popFirst() {
            switch c {
            case "\"":
                let text = String(decoding: units, as: UTF16.self)
                // Half a surrogate pair is no text.
                return Array(text.utf16) == units ? text : nil
            case "\\": guard let unit = escape() else { return nil }; units.append(unit)
            case _ where c.value < 0x20: return nil
            default: units += Array(String(c).utf16)
            }
        }
        return nil
    }

    private mutating func escape() -> UInt16? {
        let plain: [Unicode.Scalar: Unicode.Scalar] = [
            "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r",
            "t": "\t",
        ]
        guard let c = rest.popFirst() else { return nil }
        if let known = plain[c] { return UInt16(known.value) }
        guard c == "u", rest.count >= 4 else { return nil }
        let hex = Self.string(rest.prefix(4))
        rest = rest.dropFirst(4)
        return hex.allSatisfy(\.isHexDigit) ? UInt16(hex, radix: 16) : nil
    }
}

// MARK: The functions

extension NaiveRowCalls {
    static func json(_ function: JSONFunction, _ values: [Value], _ type: LogicalType) throws
        -> Value
    {
        let isNull = values[0] == .null
        let text = string(values[0])
        switch function {
        case .value(let path, let onEmpty, let onError):
            if isNull { return .null }
            let place = outcome(text, path)
            if case .value(let found) = place, found.isScalar {
                return try scalar(found, type) ?? instead(onError, values)
            }
            return try instead(isError(place, path) ? onError : onEmpty, values)
        case .query(let path, let wrapper, let isArray, let onEmpty, let onError):
            if isNull { return .null }
            if path.hasWildcards {
                return try all(text, path, wrapper, isArray)
                    ?? instead(
                        path.isStrict ? onError : onEmpty, values)
            }
            let place = outcome(text, path)
            if case .value(let found) = place {
                if case .array = found, wrapper == .conditional {
                    return .text(list(found, isArray))
                }
                if wrapper != .without {
                    return .text(list(NaiveJSON("[" + found.source + "]"), isArray))
                }
                if case .object = found, isArray { return try instead(onError, values) }
                if !found.isScalar { return .text(list(found, isArray)) }
            }
            return try instead(isError(place, path) ? onError : onEmpty, values)
        case .exists(let path, let onError):
            if isNull { return .null }
            if path.hasWildcards {
                guard let all = all(text, path, .without, false) else {
                    return path.isStrict ? try instead(onError, values) : false
                }
                return .boolean(all != "[]")
            }
            let place = outcome(text, path)
            if case .value = place { return true }
            return isError(place, path) ? try instead(onError, values) : false
        case .isJSON(let test):
            guard !isNull, let json = NaiveJSON(text) else { return false }
            switch (test, json) {
            case (.value, _), (.array, .array), (.object, .object), (.scalar, .null): return true
            default: return .boolean(test == .scalar && json.isScalar)
            }
        case .quote: return isNull ? .null : .text(NaiveJSON.quoted(text))
        case .unquote:
            if isNull { return .null }
            guard text.hasPrefix("\""), text.hasSuffix("\""),
                case .string(let content, _)? = NaiveJSON(text)
            else { return values[0] }
            return .text(content)
        }
    }

    /// What a path with wildcards gives; nil where it is an error.
    private static func all(
        _ text: String, _ path: JSONPath, _ wrapper: JSONWrapper, _ isArray: Bool
    ) -> Value? {
        guard let json = NaiveJSON(text), !path.isStrict || json.at(path.steps) != nil else {
            return nil
        }
        let found = json.all([path.steps] + path.tails).map(\.source).joined(separator: ",")
        let array = wrapper == .unconditional ? "[[\(found)]]" : "[\(found)]"
        return .text(list(NaiveJSON(array), isArray))
    }

    private static func list(_ json: NaiveJSON?, _ isArray: Bool) -> String {
        guard isArray, case .array(let elements, _)? = json else { return json?.text ?? "?" }
        return "[" + elements.map(\.asText).joined(separator: ",") + "]"
    }

    private enum Outcome { case value(NaiveJSON), null(isRoot: Bool), missing, malformed }

    private static func outcome(_ text: String, _ path: JSONPath) -> Outcome {
        guard let json = NaiveJSON(text) else { return .malformed }
        guard let found = json.at(path.steps) else { return .missing }
        if case .null = found { return .null(isRoot: path.steps.isEmpty) }
        return .value(found)
    }

    private static func isError(_ outcome: Outcome, _ path: JSONPath) -> Bool {
        if case .null(let isRoot) = outcome { return isRoot }
        return path.isStrict
    }

    private static func instead(_ fallback: JSONFallback, _ values: [Value]) throws -> Value {
        switch fallback {
        case .null: return .null
        case .error: throw fail(.badJSON)
        case .argument(let index): return values[index]
        case .emptyArray: return "[]"
        case .emptyObject: return "{}"
        case .truth(let truth): return .boolean(truth)
        }
    }

    static func scalar(_ json: NaiveJSON, _ type: LogicalType) throws -> Value? {
        switch (type, json) {
        case (.string, _): return .text(json.text)
        case (.boolean, .boolean(let value)): return .boolean(value)
        case (.int, .number(let text)): return Int32(text).map { .integer(Int64($0)) }
        case (.bigint, .number(let text)): return Int64(text).map { .integer($0) }
        case (.double, .number(let text)):
            return Double(text).flatMap { $0.isFinite ? .double($0) : nil }
        default: return nil
        }
    }
}

extension NaiveJSON {
    /// As it was read: a string with its quotes.
    var source: String {
        if case .string(_, let source) = self { source } else { text }
    }

    /// A text as it is written in JSON.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{8}": result += "\\b"
            case "\u{C}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
