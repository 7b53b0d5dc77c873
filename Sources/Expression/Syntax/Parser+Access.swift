/// Elements, members and fields of any value, and the values that have them.
extension Parser {
    /// `[i]`, `['key']` and `.field` behind a value.
    mutating func parseAccess(_ value: SyntaxNode) throws(ExpressionError) -> SyntaxNode {
        var result = value
        while current.isSymbol("[") || current.isSymbol(".") {
            if consume(symbol: ".") {
                guard case .field(let name) = try fieldStep() else { return result }
                result = try node(
                    .access(result, .field(name)), from: value.range.lowerBound)
                continue
            }
            advance()
            let index = try parseExpression(Power.lowest)
            try expect(symbol: "]", "after an element or a key")
            result = try node(.access(result, .subscript(index)), from: value.range.lowerBound)
        }
        return result
    }

    /// Whether `[0]` or `['key']` stands here: a step of a path; anything else is computed.
    var isConstantStep: Bool {
        guard current.isSymbol("["), behindFollowing.isSymbol("]") else { return false }
        switch following.kind {
        case .integer, .string: return true
        default: return false
        }
    }

    /// `ARRAY[..]` and `MAP[..]`; the name is the current token.
    mutating func parseConstructor(
        _ name: String, _ nameRange: Range<Int>
    ) throws(ExpressionError) -> SyntaxNode {
        advance()
        advance()
        var values: [SyntaxNode] = []
        if !current.isSymbol("]") {
            repeat {
                values.append(try parseExpression(Power.lowest))
            } while consume(symbol: ",")
        }
        try expect(symbol: "]", "or `,` in \(name)[...]")
        return try node(
            .call(name: name, nameRange: nameRange, values, isStar: false),
            from: nameRange.lowerBound)
    }

    /// The rest of `(a, b)`: a ROW. The comma is the current token.
    mutating func parseRow(
        _ first: SyntaxNode, from start: Int
    ) throws(ExpressionError) -> SyntaxNode {
        var values = [first]
        while consume(symbol: ",") { values.append(try parseExpression(Power.lowest)) }
        try expect(symbol: ")", "to close the row")
        return try node(
            .call(name: "ROW", nameRange: start..<start + 1, values, isStar: false), from: start)
    }
}
