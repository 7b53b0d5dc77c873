internal import StreamCore

/// DATE '..', TIMESTAMP '..' and INTERVAL '..': a type's name before a text.
extension Parser {
    /// Whether a literal with a type before it begins at the current word.
    var isAtTypedLiteral: Bool {
        if case .string = following.kind { return true }
        guard current.isKeyword("INTERVAL"), following.isSymbol("-") || following.isSymbol("+")
        else { return false }
        if case .string = behindFollowing.kind { return true }
        return false
    }

    mutating func parseTypedLiteral() throws(ExpressionError) -> SyntaxNode {
        let token = current
        switch token.keyword {
        case "DATE":
            return try literal("DATE", "'2026-01-31'") { text in
                DateCodec.parse(text).map { .date($0) }
            }
        case "TIMESTAMP":
            return try literal("TIMESTAMP", "'2026-01-31 12:00:00.000'") { text in
                guard let reading = TimestampCodec.parse(text), reading.form == .sql,
                    reading.offsetMilliseconds == nil, Self.hasOnlyMilliseconds(text)
                else { return nil }
                return .timestamp(reading.milliseconds)
            }
        case "INTERVAL": return try parseInterval()
        case "TIME", "TIMESTAMP_LTZ":
            throw notBuilt("a literal of type \(token.keyword ?? "")", token.range)
        case "X", "B", "N", "U", "_UTF8":
            throw notBuilt("a text with a prefix (\(token.keyword ?? "")'...')", token.range)
        default:
            throw ExpressionError(
                .syntax, "expected an operator between a name and a text", range: token.range)
        }
    }

    /// A word and the text behind it, whose value `read` finds.
    private mutating func literal(
        _ name: String, _ example: String,
        _ read: (UnsafeBufferPointer<UInt8>) -> SyntaxNode.Literal?
    ) throws(ExpressionError) -> SyntaxNode {
        let start = current.range.lowerBound
        advance()
        let range = current.range
        guard case .string(let text) = current.kind else { throw unexpected("a text") }
        advance()
        guard let value = Array(text.utf8).withUnsafeBufferPointer(read) else {
            throw ExpressionError(
                .badLiteral, "this is no \(name)", range: range, help: "for example \(example)")
        }
        return try node(.literal(value), from: start)
    }

    /// A value may not lose digits unseen: behind milliseconds there are only zeros.
    private static func hasOnlyMilliseconds(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let point = text.firstIndex(of: UInt8(ascii: ".")) else { return true }
        return text[point...].dropFirst(4).allSatisfy { $0 == 0x30 }
    }

    // MARK: INTERVAL

    /// `INTERVAL [-] 'text' unit [TO unit]`.
    private mutating func parseInterval() throws(ExpressionError) -> SyntaxNode {
        let start = current.range.lowerBound
        advance()
        let isNegative = current.isSymbol("-")
        if isNegative || current.isSymbol("+") { advance() }
        let range = current.range
        guard case .string(let text) = current.kind else { throw unexpected("a text") }
        advance()
        let qualifier = try parseIntervalQualifier()
        guard let magnitude = qualifier.value(of: Array(text.utf8)) else {
            throw ExpressionError(
                .badLiteral, "this is no INTERVAL of \(qualifier.text)", range: range,
                help: "for example INTERVAL \(qualifier.example) \(qualifier.text)")
        }
        let value = isNegative ? -magnitude : magnitude
        return try node(
            .literal(
                qualifier.isYearMonth
                    ? .intervalYearMonth(months: value) : .intervalDayTime(milliseconds: value)),
            from: start)
    }

    /// `MINUTE`, `DAY(3)`, `DAY TO SECOND(3)`. Digits are read and mean nothing: every INTERVAL
    /// has 64 bits.
    mutating func parseIntervalQualifier() throws(ExpressionError) -> IntervalQualifier {
        let range = current.range
        let first = try parseTimeUnit("INTERVAL")
        var last = first
        try skipDigits()
        if current.isKeyword("TO") {
            advance()
            last = try parseTimeUnit("INTERVAL")
            try skipDigits()
        }
        guard let qualifier = IntervalQualifier(from: first, to: last) else {
            throw ExpressionError(
                .syntax, "there is no INTERVAL \(first.rawValue) TO \(last.rawValue)",
                range: range.lowerBound..<consumedEnd,
                help: "YEAR TO MONTH, or from DAY, HOUR or MINUTE to HOUR, MINUTE or SECOND")
        }
        return qualifier
    }

    private mutating func skipDigits() throws(ExpressionError) {
        guard consume(symbol: "(") else { return }
        repeat {
            guard case .integer(let value) = current.kind, let value, value <= 9 else {
                throw unexpected("a number of digits, at most 9")
            }
            advance()
        } while consume(symbol: ",")
        try expect(symbol: ")", "behind the digits of the INTERVAL")
    }

    /// A unit of time, in the singular or the plural.
    mutating func parseTimeUnit(_ user: String) throws(ExpressionError) -> TimeUnit {
        guard let word = current.keyword, let unit = TimeUnit(keyword: word) else {
            throw ExpressionError(
                .syntax, "expected a unit of time in \(user), found \(current.shown)",
                range: current.range,
                help: "units: " + TimeUnit.allCases.map(\.rawValue).joined(separator: ", "))
        }
        advance()
        return unit
    }
}
