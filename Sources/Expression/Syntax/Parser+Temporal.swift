/// Calls that name a unit of time. The word becomes a text among the arguments.
extension Parser {
    private mutating func wordNode() throws(ExpressionError) -> SyntaxNode {
        guard let word = current.keyword else {
            throw unexpected("a unit of time")
        }
        let start = current.range.lowerBound
        advance()
        return try node(.literal(.string(word)), from: start)
    }

    private mutating func unitNode(_ user: String) throws(ExpressionError) -> SyntaxNode {
        let start = current.range.lowerBound
        let unit = try parseTimeUnit(user)
        return try node(.literal(.string(unit.rawValue)), from: start)
    }

    private func call(
        _ name: String, _ nameRange: Range<Int>, _ arguments: [SyntaxNode]
    ) throws(ExpressionError) -> SyntaxNode {
        try node(
            .call(name: name, nameRange: nameRange, arguments, isStar: false),
            from: nameRange.lowerBound)
    }

    /// `EXTRACT(part FROM x)`.
    mutating func parseExtract(_ nameRange: Range<Int>) throws(ExpressionError) -> SyntaxNode {
        let part = try wordNode()
        try expect(keyword: "FROM", "in EXTRACT(part FROM x)")
        let value = try parseExpression(Power.lowest)
        try expect(symbol: ")", "to close EXTRACT")
        return try call("EXTRACT", nameRange, [part, value])
    }

    /// `TIMESTAMPADD(unit, ...)` and `TIMESTAMPDIFF(unit, ...)`.
    mutating func parseUnitCall(
        _ name: String, _ nameRange: Range<Int>
    ) throws(ExpressionError) -> SyntaxNode {
        var arguments = [try unitNode(name)]
        while consume(symbol: ",") { arguments.append(try parseExpression(Power.lowest)) }
        try expect(symbol: ")", "or `,` in the arguments of \(name)")
        return try call(name, nameRange, arguments)
    }

    /// `FLOOR(x TO unit)` and `CEIL(x TO unit)`, behind `x`.
    mutating func parseRoundingUnit(
        _ name: String, _ nameRange: Range<Int>, _ value: SyntaxNode
    ) throws(ExpressionError) -> SyntaxNode {
        try expect(keyword: "TO", "in \(name)(x TO unit)")
        let unit = try unitNode(name)
        try expect(symbol: ")", "to close \(name)")
        return try call(name == "FLOOR" ? "FLOOR TO" : "CEIL TO", nameRange, [value, unit])
    }
}
