import Foundation
import StreamCore

@testable import Expression

/// ARRAY, MAP and ROW values by the naive tree.
extension NaiveRowCalls {
    static func nested(
        _ function: NestedFunction, _ values: [Value], _ type: LogicalType
    ) throws -> Value {
        switch function {
        case .makeArray(let forms), .jsonArray(let forms, hasNulls: true):
            return .text("[" + zip(values, forms).map { json($0, $1) }.joined(separator: ",") + "]")
        case .jsonArray(let forms, hasNulls: false):
            let kept = zip(values, forms).filter { $0.0 != .null }
            return .text("[" + kept.map { json($0, $1) }.joined(separator: ",") + "]")
        case .makeRow(let names, let forms), .jsonObject(let names, let forms, hasNulls: true):
            return object(names, values, forms)
        case .jsonObject(let names, let forms, hasNulls: false):
            let kept = values.indices.filter { values[$0] != .null }
            return object(kept.map { names[$0] }, kept.map { values[$0] }, kept.map { forms[$0] })
        case .makeMap(let key, let value): return try map(values, key, value)
        case .contains(let form):
            if values[0] == .null { return .null }
            return .boolean(try elements(values[0]).contains { isEqual($0, values[1], form) })
        default: break
        }
        if values.contains(.null) { return .null }
        switch function {
        case .extract(let path, let form, let isNullable):
            guard let found = try tree(values[0]).at(path), found != .null else {
                if isNullable { return .null }
                throw fail(.badJSON)
            }
            return try read(found, form)
        case .element(let form):
            let all = try elements(values[0])
            let index = number(values[1])
            guard index >= 0, index < all.count else { return .null }
            return try read(all[Int(index)], form)
        case .member(let form):
            guard let found = try tree(values[0]).at([.field(string(values[1]))]) else {
                return .null
            }
            return try read(found, form)
        case .cardinality:
            switch try tree(values[0]) {
            case .array(let elements, _): return .integer(Int64(elements.count))
            case .object(let members, _):
                return .integer(Int64(Set(members.map { Array($0.0.utf8) }).count))
            default: return 0
            }
        case .single(let form):
            let all = try elements(values[0])
            guard all.count <= 1 else { throw fail(.badArgument) }
            return try all.first.map { try read($0, form) } ?? .null
        case .jsonText(let form): return .text(json(values[0], form))
        default: return try split(function, values)
        }
    }

    private static func tree(_ value: Value) throws -> NaiveJSON {
        guard let tree = NaiveJSON(string(value)) else { throw fail(.badJSON) }
        return tree
    }

    private static func elements(_ value: Value) throws -> [NaiveJSON] {
        switch try tree(value) {
        case .array(let elements, _): return elements
        case .object(let members, _): return members.map(\.1)
        default: return []
        }
    }

    private static func read(_ json: NaiveJSON, _ form: ExtractForm) throws -> Value {
        if case .null = json { return .null }
        var found: Value?
        switch (form, json) {
        case (.boolean, _): found = try scalar(json, .boolean)
        case (.int, _): found = try scalar(json, .int)
        case (.bigint, _): found = try scalar(json, .bigint)
        case (.double, _): found = try scalar(json, .double)
        case (.string, .string(let text, _)), (.scalarText, .string(let text, _)):
            found = .text(text)
        case (.scalarText, .number(let text)): found = .text(text)
        case (.bytes, .string(let text, _)):
            found = Data(base64Encoded: text).map { .text(Array($0)) }
        case (.array, .array(_, let text)), (.object, .object(_, let text)): found = .text(text)
        case (.json, _): found = .text(json.source)
        default: break
        }
        guard let found else { throw fail(.badJSON) }
        return found
    }

    private static func isEqual(_ json: NaiveJSON, _ value: Value, _ form: ExtractForm) -> Bool {
        if value == .null { return json == .null }
        // An INT is compared as the number that it is.
        let wide: ExtractForm = form == .int ? .bigint : form
        return (try? read(json, wide)) == value
    }

    private static func json(_ value: Value, _ form: JSONForm) -> String {
        switch (value, form) {
        case (.null, _): return "null"
        case (.text, .raw): return string(value)
        case (.text(let bytes), .bytes): return "\"\(Data(bytes).base64EncodedString())\""
        case (.text, _): return NaiveJSON.quoted(string(value))
        case (.double(let x), _): return NaiveEvaluator.javaText(x)
        default: return value.description
        }
    }

    private static func object(_ names: [String], _ values: [Value], _ forms: [JSONForm]) -> Value {
        let members = values.indices.map {
            NaiveJSON.quoted(names[$0]) + ":" + json(values[$0], forms[$0])
        }
        return .text("{" + members.joined(separator: ",") + "}")
    }

    private static func map(_ values: [Value], _ key: JSONForm, _ value: JSONForm) throws -> Value {
        var members: [String] = []
        for index in stride(from: 0, to: values.count, by: 2) {
            if values[index] == .null { throw fail(.badArgument) }
            let name = json(values[index], key)
            members.append(
                (name.hasPrefix("\"") ? name : "\"\(name)\"") + ":"
                    + json(values[index + 1], value))
        }
        return .text("{" + members.joined(separator: ",") + "}")
    }

    // MARK: Texts to arrays and maps

    private static func array(_ texts: [String?]) -> Value {
        .text("[" + texts.map { $0.map(NaiveJSON.quoted) ?? "null" }.joined(separator: ",") + "]")
    }

    private static func split(_ function: NestedFunction, _ values: [Value]) throws -> Value {
        let (text, delimiter) = (string(values[0]), string(values[1]))
        switch function {
        case .split:
            if delimiter.isEmpty { return array(text.unicodeScalars.map { String($0) }) }
            var parts = [""]
            var rest = Array(text.unicodeScalars)[...]
            let wanted = Array(delimiter.unicodeScalars)
            while let first = rest.first {
                if rest.starts(with: wanted) {
                    parts.append("")
                    rest = rest.dropFirst(wanted.count)
                } else {
                    parts[parts.count - 1].unicodeScalars.append(first)
                    rest = rest.dropFirst()
                }
            }
            return array(parts)
        case .extractAll:
            return try extractAll(text, delimiter, values.count > 2 ? Int(number(values[2])) : 1)
        case .textToMap: return try textToMap(text, delimiter, string(values[2]))
        default: return .null
        }
    }
}
