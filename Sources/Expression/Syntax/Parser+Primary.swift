/// What an expression begins with: literals, names, calls, parentheses, signs.
extension Parser {
    mutating func parsePrefix() throws(ExpressionError) -> SyntaxNode {
        let token = current
        let start = token.range.lowerBound
        switch token.kind {
        case .string(let text):
            advance()
            return try node(.literal(.string(text)), from: start)
        case .integer(let value):
            advance()
            return try node(.literal(.integer(try integer(value, token.range))), from: start)
        case .double(let value):
            advance()
            return try node(.literal(.double(value)), from: start)
        case .decimal(let value):
            advance()
            return try node(.literal(.decimal(value)), from: start)
        case .quotedName(let name):
            advance()
            return try parsePath(from: name, start)
        case .word(let name):
            return try parseWord(name)
        case .symbol(let symbol):
            return try parseSymbol(symbol)
        case .end:
            throw unexpected("a value")
        }
    }

    private func integer(
        _ value: UInt64?, _ range: Range<Int>
    ) throws(ExpressionError) -> Int64 {
        guard let value, let narrow = Int64(exactly: value) else {
            throw ExpressionError(
                .badLiteral, "this number is outside the range of BIGINT", range: range,
                help: "with a decimal point it is a DECIMAL: 9223372036854775808.0")
        }
        return narrow
    }

    private mutating func parseSymbol(_ symbol: String) throws(ExpressionError) -> SyntaxNode {
        let start = current.range.lowerBound
        switch symbol {
        case "(":
            advance()
            let inner = try parseExpression(Power.lowest)
            if current.isSymbol(",") { return try parseRow(inner, from: start) }
            try expect(symbol: ")", "to close the parenthesis")
            return inner
        case "-":
            advance()
            return try parseMinus(from: start)
        case "+":
            advance()
            return try node(.unary(.plus, try parseExpression(Power.sign)), from: start)
        case "*":
            throw ExpressionError(
                .syntax, "`*` stands for all columns only in COUNT(*)", range: current.range)
        default:
            throw unexpected("a value")
        }
    }

    /// A minus before a number belongs to the number, so that the smallest BIGINT can be written.
    private mutating func parseMinus(from start: Int) throws(ExpressionError) -> SyntaxNode {
        if case .integer(let magnitude) = current.kind {
            let range = start..<current.range.upperBound
            advance()
            if magnitude == UInt64(1) << 63 {
                return try node(.literal(.integer(.min)), from: start)
            }
            return try node(.literal(.integer(-(try integer(magnitude, range)))), from: start)
        }
        if case .double(let magnitude) = current.kind {
            advance()
            return try node(.literal(.double(-magnitude)), from: start)
        }
        if case .decimal(let magnitude) = current.kind {
            advance()
            return try node(.literal(.decimal(magnitude.negated)), from: start)
        }
        return try node(.unary(.minus, try parseExpression(Power.sign)), from: start)
    }

    // MARK: Words

    /// Words that cannot begin a value, and so must be quoted to be names.
    private static let reserved: Set<String> = [
        "AND", "OR", "IS", "IN", "BETWEEN", "LIKE", "ESCAPE", "WHEN", "THEN", "ELSE", "END", "AS",
        "FROM", "ALL", "DISTINCT", "SELECT", "WHERE", "SIMILAR",
    ]

    private mutating func parseWord(_ name: String) throws(ExpressionError) -> SyntaxNode {
        let start = current.range.lowerBound
        let keyword = name.uppercased()
        switch keyword {
        case "TRUE", "FALSE":
            advance()
            return try node(.literal(.boolean(keyword == "TRUE")), from: start)
        case "NULL":
            advance()
            return try node(.literal(.null), from: start)
        case "NOT":
            advance()
            return try node(.unary(.not, try parseExpression(Power.not)), from: start)
        case "CASE":
            advance()
            return try parseCase(from: start)
        case "EXISTS" where following.isSymbol("("):
            throw notBuilt("EXISTS (a query)", current.range)
        case _ where Self.reserved.contains(keyword):
            throw ExpressionError(
                .syntax, "expected a value, found \(keyword)", range: current.range,
                help: "a column of this name is written \"\(name)\"")
        default:
            return try parseName(name, keyword)
        }
    }

    private mutating func parseName(
        _ name: String, _ keyword: String
    ) throws(ExpressionError) -> SyntaxNode {
        let token = current
        let start = token.range.lowerBound
        if isAtTypedLiteral { return try parseTypedLiteral() }
        if following.isSymbol("("), !following.range.isEmpty {
            advance()
            advance()
            return try parseCall(keyword, token.range)
        }
        if keyword == "ARRAY" || keyword == "MAP", following.isSymbol("[") {
            return try parseConstructor(keyword, token.range)
        }
        advance()
        if Self.calledWithoutParentheses.contains(keyword) {
            return try node(
                .call(name: keyword, nameRange: token.range, [], isStar: false), from: start)
        }
        return try parsePath(from: name, start)
    }

    /// Reserved words; a column of such a name is written in quotes.
    private static let calledWithoutParentheses: Set<String> = [
        "CURRENT_TIMESTAMP", "CURRENT_DATE", "LOCALTIMESTAMP",
    ]

    /// The rest of `a.b[0]`, behind its first name.
    private mutating func parsePath(
        from name: String, _ start: Int
    ) throws(ExpressionError) -> SyntaxNode {
        var steps = [PathStep.field(name)]
        while current.isSymbol(".") || isConstantStep {
            guard steps.count < ExpressionParser.depthMax else {
                throw ExpressionError(
                    .tooLarge, "a path has more than \(ExpressionParser.depthMax) steps",
                    range: start..<consumedEnd)
            }
            steps.append(consume(symbol: ".") ? try fieldStep() : try elementStep())
        }
        return try node(.path(steps), from: start)
    }

    mutating func fieldStep() throws(ExpressionError) -> PathStep {
        switch current.kind {
        case .word(let name), .quotedName(let name):
            advance()
            return .field(name)
        case .symbol("*"): throw notBuilt("`.*`", current.range)
        default: throw unexpected("a name after `.`")
        }
    }

    private mutating func elementStep() throws(ExpressionError) -> PathStep {
        advance()
        if case .string(let key) = current.kind {
            advance()
            try expect(symbol: "]", "after a key")
            return .field(key)
        }
        guard case .integer(let value) = current.kind, let value, value <= UInt64(Int32.max) else {
            throw ExpressionError(
                .syntax, "expected a number of an element, found \(current.shown)",
                range: current.range, help: "elements are counted from 0: a[0]")
        }
        advance()
        try expect(symbol: "]", "after the number of an element")
        return .element(Int(value))
    }
}
