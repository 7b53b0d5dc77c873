/// A Pratt parser: each operator has a binding power, and an expression is read until an operator
/// comes that binds less than the caller asks for.
///
/// The powers are Calcite's precedences, which Flink SQL uses.
struct Parser {
    /// How strongly operators bind; higher binds more.
    enum Power {
        static let lowest = 0
        static let or = 22
        static let and = 24
        static let not = 26
        static let test = 28
        static let comparison = 30
        static let membership = 32
        static let additive = 40
        static let multiplicative = 60
        static let sign = 80
    }

    private let tokens: [Token]
    private var index = 0
    private var depth = 0

    init(_ text: [UInt8]) throws(ExpressionError) { tokens = try Lexer.tokens(of: text) }

    // MARK: Tokens

    var current: Token { tokens[index] }
    /// The token behind the current one.
    var following: Token { tokens[min(index + 1, tokens.count - 1)] }
    /// The token behind ``following``.
    var behindFollowing: Token { tokens[min(index + 2, tokens.count - 1)] }
    /// Where the last consumed token ends.
    var consumedEnd: Int { index > 0 ? tokens[index - 1].range.upperBound : 0 }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    mutating func consume(keyword: String) -> Bool {
        guard current.isKeyword(keyword) else { return false }
        advance()
        return true
    }

    mutating func consume(symbol: String) -> Bool {
        guard current.isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(keyword: String, _ context: String) throws(ExpressionError) {
        guard consume(keyword: keyword) else { throw unexpected("\(keyword) \(context)") }
    }

    mutating func expect(symbol: String, _ context: String) throws(ExpressionError) {
        guard consume(symbol: symbol) else { throw unexpected("`\(symbol)` \(context)") }
    }

    func unexpected(_ wanted: String) -> ExpressionError {
        ExpressionError(
            .syntax, "expected \(wanted), found \(current.shown)", range: current.range)
    }

    func notBuilt(_ what: String, _ range: Range<Int>) -> ExpressionError {
        ExpressionError(.notBuilt, "\(what) is not built yet", range: range)
    }

    /// Makes a node, refusing trees that would be too high to walk by recursion.
    func node(_ kind: SyntaxNode.Kind, from start: Int) throws(ExpressionError) -> SyntaxNode {
        let node = SyntaxNode(kind, range: start..<consumedEnd)
        guard node.height <= ExpressionParser.depthMax else {
            throw ExpressionError(
                .tooLarge,
                "the expression is nested deeper than \(ExpressionParser.depthMax) levels",
                range: node.range, help: "compute a part of it in a map before")
        }
        return node
    }

    // MARK: Expressions

    mutating func parseWhole() throws(ExpressionError) -> SyntaxNode {
        guard current.kind != .end else {
            throw ExpressionError(.syntax, "the expression is empty", range: 0..<0)
        }
        let whole = try parseExpression(Power.lowest)
        guard current.kind == .end else { throw trailing() }
        return whole
    }

    private func trailing() -> ExpressionError {
        switch current.keyword {
        case "OVER": notBuilt("a window function (OVER)", current.range)
        case "FILTER": notBuilt("FILTER (WHERE ...) of an aggregate", current.range)
        case "AS":
            ExpressionError(
                .syntax, "AS has no place in an expression", range: current.range,
                help: "the key in the file names the column")
        default: unexpected("an operator or the end")
        }
    }

    mutating func parseExpression(_ minimum: Int) throws(ExpressionError) -> SyntaxNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= ExpressionParser.depthMax else {
            throw ExpressionError(
                .tooLarge,
                "the expression is nested deeper than \(ExpressionParser.depthMax) levels",
                range: current.range, help: "compute a part of it in a map before")
        }
        var left = try parseAccess(try parsePrefix())
        while let power = infixPower(), power >= minimum {
            left = try parseInfix(left, power)
        }
        return left
    }

    private static let binaryOperators: [String: (BinaryOperator, Int)] = [
        "+": (.add, Power.additive), "-": (.subtract, Power.additive),
        "*": (.multiply, Power.multiplicative), "/": (.divide, Power.multiplicative),
        "%": (.remainder, Power.multiplicative), "||": (.concatenate, Power.multiplicative),
        "=": (.equal, Power.comparison), "<>": (.notEqual, Power.comparison),
        "!=": (.notEqual, Power.comparison), "<": (.less, Power.comparison),
        "<=": (.lessOrEqual, Power.comparison), ">": (.greater, Power.comparison),
        ">=": (.greaterOrEqual, Power.comparison),
    ]

    /// The power of the operator at the current token; nil where none stands.
    private func infixPower() -> Int? {
        if case .symbol(let symbol) = current.kind { return Self.binaryOperators[symbol]?.1 }
        switch current.keyword {
        case "OR": return Power.or
        case "AND": return Power.and
        case "IS": return Power.test
        case "IN", "BETWEEN", "LIKE", "SIMILAR": return Power.membership
        case "NOT":
            switch following.keyword {
            case "IN", "BETWEEN", "LIKE", "SIMILAR": return Power.membership
            default: return nil
            }
        default: return nil
        }
    }

    private mutating func parseInfix(
        _ left: SyntaxNode, _ power: Int
    ) throws(ExpressionError) -> SyntaxNode {
        let start = left.range.lowerBound
        if case .symbol(let symbol) = current.kind, let entry = Self.binaryOperators[symbol] {
            advance()
            let right = try parseExpression(power + 1)
            return try node(.binary(entry.0, left, right), from: start)
        }
        switch current.keyword {
        case "OR": return try parseLogical(.or, left, power)
        case "AND": return try parseLogical(.and, left, power)
        case "IS": return try parseIs(left)
        default: return try parseMembership(left)
        }
    }

    /// Reads all operands of a chain of ANDs or ORs into one flat node.
    private mutating func parseLogical(
        _ operation: LogicalOperator, _ left: SyntaxNode, _ power: Int
    ) throws(ExpressionError) -> SyntaxNode {
        var operands = [left]
        while consume(keyword: operation.rawValue) {
            operands.append(try parseExpression(power + 1))
        }
        return try node(.logical(operation, operands), from: left.range.lowerBound)
    }

    private mutating func parseIs(_ left: SyntaxNode) throws(ExpressionError) -> SyntaxNode {
        let start = left.range.lowerBound
        advance()
        let isNegated = consume(keyword: "NOT")
        if consume(keyword: "DISTINCT") {
            try expect(keyword: "FROM", "after IS DISTINCT")
            let right = try parseExpression(Power.comparison + 1)
            return try node(.distinct(left, right, isNegated: isNegated), from: start)
        }
        if current.isKeyword("JSON") { return try parseIsJSON(left, isNegated: isNegated) }
        guard let test = current.keyword.flatMap(TruthTest.init) else {
            throw unexpected("NULL, TRUE, FALSE, UNKNOWN, JSON or DISTINCT FROM after IS")
        }
        advance()
        return try node(.test(left, test, isNegated: isNegated), from: start)
    }

    /// `[NOT] IN (..)`, `[NOT] BETWEEN [SYMMETRIC] .. AND ..`, `[NOT] LIKE .. [ESCAPE ..]`.
    private mutating func parseMembership(_ left: SyntaxNode) throws(ExpressionError) -> SyntaxNode
    {
        let isNegated = consume(keyword: "NOT")
        let keyword = current
        advance()
        switch keyword.keyword {
        case "IN": return try parseInList(left, isNegated)
        case "BETWEEN": return try parseBetween(left, isNegated)
        case "LIKE": return try parseLike(left, isNegated)
        default: return try parseSimilar(left, isNegated)
        }
    }

    private mutating func parseInList(
        _ left: SyntaxNode, _ isNegated: Bool
    ) throws(ExpressionError) -> SyntaxNode {
        try expect(symbol: "(", "after IN")
        if current.isKeyword("SELECT") { throw notBuilt("a query inside IN", current.range) }
        let items = try parseArguments(closing: "the list of IN")
        guard !items.isEmpty else {
            throw ExpressionError(
                .syntax, "the list of IN is empty", range: left.range.lowerBound..<consumedEnd)
        }
        return try node(
            .inList(left, items, isNegated: isNegated), from: left.range.lowerBound)
    }

    private mutating func parseBetween(
        _ left: SyntaxNode, _ isNegated: Bool
    ) throws(ExpressionError) -> SyntaxNode {
        let isSymmetric = consume(keyword: "SYMMETRIC")
        if !isSymmetric { _ = consume(keyword: "ASYMMETRIC") }
        let low = try parseExpression(Power.membership + 1)
        try expect(keyword: "AND", "of BETWEEN")
        let high = try parseExpression(Power.membership + 1)
        return try node(
            .between(left, low: low, high: high, isSymmetric: isSymmetric, isNegated: isNegated),
            from: left.range.lowerBound)
    }

    private mutating func parseLike(
        _ left: SyntaxNode, _ isNegated: Bool
    ) throws(ExpressionError) -> SyntaxNode {
        let pattern = try parseExpression(Power.membership + 1)
        var escape: SyntaxNode?
        if consume(keyword: "ESCAPE") { escape = try parseExpression(Power.membership + 1) }
        return try node(
            .like(left, pattern: pattern, escape: escape, isNegated: isNegated),
            from: left.range.lowerBound)
    }

    private mutating func parseSimilar(
        _ left: SyntaxNode, _ isNegated: Bool
    ) throws(ExpressionError) -> SyntaxNode {
        try expect(keyword: "TO", "after SIMILAR")
        let pattern = try parseExpression(Power.membership + 1)
        var escape: SyntaxNode?
        if consume(keyword: "ESCAPE") { escape = try parseExpression(Power.membership + 1) }
        return try node(
            .similar(left, pattern: pattern, escape: escape, isNegated: isNegated),
            from: left.range.lowerBound)
    }

    /// Comma-separated expressions up to the closing parenthesis.
    mutating func parseArguments(closing what: String) throws(ExpressionError) -> [SyntaxNode] {
        if consume(symbol: ")") { return [] }
        var arguments: [SyntaxNode] = []
        repeat {
            arguments.append(try parseExpression(Power.lowest))
        } while consume(symbol: ",")
        try expect(symbol: ")", "or `,` in \(what)")
        return arguments
    }
}
