internal import Expression
internal import StreamCore

/// Reads the SQL types of a source's `schema`: `STRING NOT NULL`, `ARRAY<ROW<id BIGINT, tag STRING>>`.
struct SQLTypeText {
    struct Failure: Error {
        let message: String
        let help: String?
        /// Of the whole text.
        let utf8Offset: Int
    }

    /// Levels of ARRAY and ROW; bounds the recursion.
    static let depthMax = 16

    private struct Token { let text: String, utf8Offset: Int }
    private var tokens: [Token] = []
    private var next = 0
    private let endOffset: Int

    /// - Returns: The type, and whether NULL may occur.
    static func parse(_ text: String) throws(Failure) -> (type: LogicalType, isNullable: Bool) {
        var parser = SQLTypeText(text)
        let result = try parser.nullableType(depth: 0)
        if let token = parser.peek {
            throw Failure(
                message: "`\(token.text)` does not belong to the type", help: nil,
                utf8Offset: token.utf8Offset)
        }
        return result
    }

    private init(_ text: String) {
        var word = ""
        var wordStart = 0
        var offset = 0
        var isQuoted = false
        func flush(_ tokens: inout [Token]) {
            if !word.isEmpty { tokens.append(Token(text: word, utf8Offset: wordStart)) }
            word = ""
        }
        for character in text {
            if character == "`" || character == "\"" { isQuoted.toggle() }
            let separates = !isQuoted && (character.isWhitespace || "<>(),".contains(character))
            if separates { flush(&tokens) }
            if separates, !character.isWhitespace {
                tokens.append(Token(text: String(character), utf8Offset: offset))
            } else if !separates {
                if word.isEmpty { wordStart = offset }
                word.append(character)
            }
            offset += character.utf8.count
        }
        flush(&tokens)
        endOffset = offset
    }

    private var peek: Token? { next < tokens.count ? tokens[next] : nil }

    private mutating func accept(_ text: String) -> Bool {
        guard peek?.text.uppercased() == text else { return false }
        next += 1
        return true
    }

    private mutating func expect(_ text: String, _ after: String) throws(Failure) {
        guard !accept(text) else { return }
        throw failure("`\(text)` is missing after \(after)")
    }

    private func failure(_ message: String, help: String? = nil) -> Failure {
        Failure(message: message, help: help, utf8Offset: peek?.utf8Offset ?? endOffset)
    }

    private mutating func nullableType(
        depth: Int
    ) throws(Failure) -> (type: LogicalType, isNullable: Bool) {
        let type = try plainType(depth: depth)
        if accept("NOT") {
            try expect("NULL", "NOT")
            return (type, false)
        }
        _ = accept("NULL")
        return (type, true)
    }

    private mutating func plainType(depth: Int) throws(Failure) -> LogicalType {
        guard depth < Self.depthMax else {
            throw failure("the type is nested deeper than \(Self.depthMax) levels")
        }
        guard let token = peek else { throw failure("a type is missing", help: Self.list) }
        let name = token.text.uppercased()
        if let type = Self.scalars[name] {
            next += 1
            if name == "DOUBLE" { _ = accept("PRECISION") }
            return type
        }
        switch name {
        case "ARRAY":
            next += 1
            try expect("<", "ARRAY")
            let element = try nullableType(depth: depth + 1)
            try expect(">", "the element type of ARRAY")
            return .array(element.type)
        case "ROW":
            next += 1
            return try row(depth: depth)
        default: throw unknown(name)
        }
    }

    private mutating func row(depth: Int) throws(Failure) -> LogicalType {
        try expect("<", "ROW")
        var fields: [Field] = []
        repeat {
            guard let name = peek, !"<>(),".contains(name.text) else {
                throw failure("a field name is missing in ROW", help: "ROW<name type, ...>")
            }
            let plain = name.text.filter { $0 != "`" && $0 != "\"" }
            if fields.contains(where: { $0.name == plain }) {
                throw failure("the field `\(plain)` stands twice in ROW")
            }
            next += 1
            let type = try nullableType(depth: depth + 1)
            fields.append(Field(name: plain, type: type.type, isNullable: type.isNullable))
        } while accept(",")
        try expect(">", "the fields of ROW")
        return .row(fields)
    }

    private func unknown(_ name: String) -> Failure {
        if Self.laterNames.contains(name) {
            return failure("the type \(name) is not available in this version", help: Self.list)
        }
        return failure(
            "there is no type `\(name)`",
            help: Spelling.nearest(
                name, among: Array(Self.scalars.keys.sorted()) + ["ARRAY", "ROW"]
            )
            .map { "did you mean `\($0)`?" } ?? Self.list)
    }

    private static let list =
        "types: BOOLEAN, INT, BIGINT, DOUBLE, STRING, BYTES, ARRAY<type>, ROW<name type, ...>"

    private static let scalars: [String: LogicalType] = [
        "BOOLEAN": .boolean, "INT": .int, "INTEGER": .int, "BIGINT": .bigint, "DOUBLE": .double,
        "STRING": .string, "VARCHAR": .string, "BYTES": .bytes, "VARBINARY": .bytes,
    ]

    private static let laterNames: Set<String> = [
        "DECIMAL", "NUMERIC", "DEC", "TINYINT", "SMALLINT", "FLOAT", "DATE", "TIME", "TIMESTAMP",
        "TIMESTAMP_LTZ", "INTERVAL", "MAP", "MULTISET", "CHAR", "BINARY", "RAW", "VARIANT",
    ]
}
