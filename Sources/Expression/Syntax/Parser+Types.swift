package import StreamCore

/// Reads the text of one SQL type, as in the `schema` of a source:
/// `STRING NOT NULL`, `ARRAY<ROW<id BIGINT, price DECIMAL(12, 2)>>`.
///
/// CAST reads its types by the same grammar.
package enum SQLTypeParser {
    /// Levels of ARRAY, MAP and ROW; bounds the recursion.
    package static let depthMax = 16

    /// The types that a column may have, for messages.
    package static let list =
        "types: BOOLEAN, INT, BIGINT, DOUBLE, DECIMAL(p, s), STRING, BYTES, DATE, TIMESTAMP(3), "
        + "TIMESTAMP_LTZ(3), ARRAY<type>, MAP<STRING, type>, ROW<name type, ...>, JSON"

    /// - Returns: The type, and whether NULL may occur.
    /// - Throws: The first thing that is wrong, with its place in the text.
    package static func parse(
        _ text: String
    ) throws(ExpressionError) -> (type: LogicalType, isNullable: Bool) {
        var parser = try Parser(Array(text.utf8))
        let result = try parser.parseNullableType(depth: 0)
        guard parser.current.kind == .end else {
            throw ExpressionError(
                .syntax, "\(parser.current.shown) does not belong to the type",
                range: parser.current.range)
        }
        return result
    }
}

/// Types, in a schema and behind the AS of a CAST.
extension Parser {
    /// The type of a CAST; an INTERVAL is one here.
    mutating func parseCastType() throws(ExpressionError) -> SyntaxNode.TypeName {
        let start = current.range.lowerBound
        let isInterval = consume(keyword: "INTERVAL")
        let type = isInterval ? try intervalType() : try plainType(depth: 0)
        return SyntaxNode.TypeName(type: type, range: start..<consumedEnd)
    }

    /// A type with `NOT NULL`, or with `NULL` or nothing behind it.
    mutating func parseNullableType(
        depth: Int
    ) throws(ExpressionError) -> (type: LogicalType, isNullable: Bool) {
        let type = try plainType(depth: depth)
        if consume(keyword: "NOT") {
            try expect(keyword: "NULL", "after NOT")
            return (type, false)
        }
        _ = consume(keyword: "NULL")
        return (type, true)
    }

    private static let plainTypes: [String: LogicalType] = [
        "BOOLEAN": .boolean, "INT": .int, "INTEGER": .int, "BIGINT": .bigint, "DOUBLE": .double,
        "STRING": .string, "BYTES": .bytes, "DATE": .date, "JSON": .json,
    ]
    private static let otherTypes = [
        "DECIMAL", "NUMERIC", "DEC", "TIMESTAMP", "TIMESTAMP_LTZ", "ARRAY", "MAP", "ROW",
    ]
    /// Flink's types that there are not here, and what to write for them.
    private static let typesNotBuilt: [String: String] = [
        "TINYINT": "INT holds it", "SMALLINT": "INT holds it", "FLOAT": "DOUBLE holds it",
        "REAL": "DOUBLE holds it", "CHAR": "STRING holds it", "CHARACTER": "STRING holds it",
        "BINARY": "BYTES holds it", "TIME": "read it as STRING", "MULTISET": "MAP holds it",
        "RAW": "BYTES holds it", "VARIANT": "JSON holds it",
        "INTERVAL": "an INTERVAL is a value of expressions; a column may be BIGINT, milliseconds",
    ]

    private mutating func plainType(depth: Int) throws(ExpressionError) -> LogicalType {
        guard depth < SQLTypeParser.depthMax else {
            throw ExpressionError(
                .tooLarge, "the type is nested deeper than \(SQLTypeParser.depthMax) levels",
                range: current.range)
        }
        let token = current
        guard let name = token.keyword else {
            throw ExpressionError(
                .syntax, "expected a type, found \(token.shown)", range: token.range,
                help: SQLTypeParser.list)
        }
        advance()
        if let type = Self.plainTypes[name] {
            if type == .double { _ = consume(keyword: "PRECISION") }
            return type
        }
        switch name {
        case "DECIMAL", "NUMERIC", "DEC": return try decimalType(from: token)
        case "TIMESTAMP": return try timestampType(from: token)
        case "TIMESTAMP_LTZ":
            try checkPrecision(of: "TIMESTAMP_LTZ", from: token)
            return .timestampLTZ
        case "VARCHAR": return try longText(.string, "STRING", from: token)
        case "VARBINARY": return try longText(.bytes, "BYTES", from: token)
        case "ARRAY": return try arrayType(depth)
        case "MAP": return try mapType(depth)
        case "ROW": return try rowType(depth)
        default: throw Self.unknownType(name, token.range)
        }
    }

    private static func unknownType(_ name: String, _ range: Range<Int>) -> ExpressionError {
        if let help = typesNotBuilt[name] {
            return ExpressionError(
                .notBuilt, "the type \(name) is not built yet", range: range, help: help)
        }
        return ExpressionError(
            .syntax, "there is no type `\(name)`", range: range,
            help: Spelling.didYouMean(name, among: plainTypes.keys.sorted() + otherTypes)
                ?? SQLTypeParser.list)
    }

    // MARK: Parameters

    /// `(p)` or `(p, s)`; empty where there are none.
    private mutating func typeParameters() throws(ExpressionError) -> [Int] {
        guard consume(symbol: "(") else { return [] }
        var numbers: [Int] = []
        repeat {
            guard case .integer(let value) = current.kind, let value, value <= UInt64(Int32.max)
            else { throw unexpected("a number of digits") }
            advance()
            numbers.append(Int(value))
        } while consume(symbol: ",")
        try expect(symbol: ")", "behind the type's digits")
        return numbers
    }

    /// Flink: without parameters DECIMAL(10, 0).
    private mutating func decimalType(from token: Token) throws(ExpressionError) -> LogicalType {
        let numbers = try typeParameters()
        let precision = numbers.first ?? 10
        let scale = numbers.count > 1 ? numbers[1] : 0
        let digitsMax = LogicalType.decimalPrecisionMax
        guard numbers.count <= 2, precision >= 1, precision <= digitsMax, scale <= precision else {
            throw ExpressionError(
                .syntax,
                "DECIMAL(p, s) has 1 to \(digitsMax) digits, at most p of them behind the point",
                range: token.range.lowerBound..<consumedEnd, help: "for example DECIMAL(12, 2)")
        }
        return .decimal(precision: precision, scale: scale)
    }

    private mutating func timestampType(from token: Token) throws(ExpressionError) -> LogicalType {
        try checkPrecision(of: "TIMESTAMP", from: token)
        if consume(keyword: "WITHOUT") {
            try expectTimeZone("WITHOUT")
            return .timestamp
        }
        guard consume(keyword: "WITH") else { return .timestamp }
        guard consume(keyword: "LOCAL") else {
            throw ExpressionError(
                .notBuilt, "the type TIMESTAMP WITH TIME ZONE is not built yet",
                range: token.range.lowerBound..<consumedEnd,
                help: "TIMESTAMP_LTZ(3) is an instant")
        }
        try expectTimeZone("WITH LOCAL")
        return .timestampLTZ
    }

    private mutating func expectTimeZone(_ before: String) throws(ExpressionError) {
        try expect(keyword: "TIME", "after \(before)")
        try expect(keyword: "ZONE", "after \(before) TIME")
    }

    /// A precision of 3, or none.
    private mutating func checkPrecision(
        of name: String, from token: Token
    ) throws(ExpressionError) {
        let numbers = try typeParameters()
        guard numbers.isEmpty || numbers == [3] else {
            let text = numbers.map(String.init).joined(separator: ", ")
            throw ExpressionError(
                .notBuilt, "the type \(name)(\(text)) is not built yet",
                range: token.range.lowerBound..<consumedEnd,
                help: "\(name)(3) counts milliseconds; digits behind them are cut off")
        }
    }

    /// VARCHAR and VARBINARY hold what STRING and BYTES do, unless a length is asked for.
    private mutating func longText(
        _ type: LogicalType, _ name: String, from token: Token
    ) throws(ExpressionError) -> LogicalType {
        let numbers = try typeParameters()
        guard numbers.isEmpty || numbers == [Int(Int32.max)] else {
            throw ExpressionError(
                .notBuilt, "the type \(token.keyword ?? name)(\(numbers[0])) is not built yet",
                range: token.range.lowerBound..<consumedEnd,
                help: "write \(name); LEFT(x, n) shortens a text")
        }
        return type
    }

    /// A unit, or two with TO between; INTERVAL is consumed.
    private mutating func intervalType() throws(ExpressionError) -> LogicalType {
        try parseIntervalQualifier().isYearMonth ? .intervalYearMonth : .intervalDayTime
    }

    // MARK: Nested types

    private mutating func arrayType(_ depth: Int) throws(ExpressionError) -> LogicalType {
        try expect(symbol: "<", "after ARRAY")
        let element = try parseNullableType(depth: depth + 1)
        try expect(symbol: ">", "behind the element type of ARRAY")
        return .array(element.type)
    }

    private mutating func mapType(_ depth: Int) throws(ExpressionError) -> LogicalType {
        try expect(symbol: "<", "after MAP")
        let place = current.range
        let key = try parseNullableType(depth: depth + 1)
        guard key.type == .string else {
            throw ExpressionError(
                .notBuilt, "a MAP whose keys are \(key.type) is not built yet", range: place,
                help: "a MAP is a JSON object; its keys are STRING")
        }
        try expect(symbol: ",", "behind the key type of MAP")
        let value = try parseNullableType(depth: depth + 1)
        try expect(symbol: ">", "behind the value type of MAP")
        return .map(key.type, value.type)
    }

    /// `ROW<name type, ...>` or, as Flink too, `ROW(name type, ...)`.
    private mutating func rowType(_ depth: Int) throws(ExpressionError) -> LogicalType {
        let closing = current.isSymbol("(") ? ")" : ">"
        if current.isSymbol("<>") { throw missingField(at: current.range.upperBound - 1) }
        guard consume(symbol: closing == ")" ? "(" : "<") else {
            throw unexpected("`<` after ROW")
        }
        var fields: [Field] = []
        repeat {
            let place = current.range
            guard let name = fieldName() else { throw missingField(at: place.lowerBound) }
            guard !fields.contains(where: { $0.name == name }) else {
                throw ExpressionError(
                    .syntax, "the field `\(name)` stands twice in ROW", range: place)
            }
            let type = try parseNullableType(depth: depth + 1)
            fields.append(Field(name: name, type: type.type, isNullable: type.isNullable))
        } while consume(symbol: ",")
        try expect(symbol: closing, "or `,` behind the fields of ROW")
        return .row(fields)
    }

    private mutating func fieldName() -> String? {
        switch current.kind {
        case .word(let name), .quotedName(let name):
            advance()
            return name
        default: return nil
        }
    }

    private func missingField(at offset: Int) -> ExpressionError {
        ExpressionError(
            .syntax, "a field name is missing in ROW", range: offset..<offset + 1,
            help: "ROW<name type, ...>")
    }
}
