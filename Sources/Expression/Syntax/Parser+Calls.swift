/// Calls, and the functions with a grammar of their own.
extension Parser {
    /// The parenthesis behind `name` is consumed.
    mutating func parseCall(
        _ name: String, _ nameRange: Range<Int>
    ) throws(ExpressionError) -> SyntaxNode {
        let start = nameRange.lowerBound
        switch name {
        case "CAST", "TRY_CAST": return try parseCast(isTry: name == "TRY_CAST", from: start)
        case "TRIM": return try parseTrim(nameRange)
        case "POSITION": return try parsePosition(nameRange)
        case "SUBSTRING": return try parseSubstring(nameRange)
        case "OVERLAY": return try parseOverlay(nameRange)
        case "EXTRACT": return try parseExtract(nameRange)
        case "TIMESTAMPADD", "TIMESTAMPDIFF": return try parseUnitCall(name, nameRange)
        case "CONVERT", "PERIOD":
            throw notBuilt(name, nameRange)
        default: return try parsePlainCall(name, nameRange)
        }
    }

    private mutating func parsePlainCall(
        _ name: String, _ nameRange: Range<Int>
    ) throws(ExpressionError) -> SyntaxNode {
        if let call = try parseJSON(name, nameRange) { return call }
        let isDistinct = consume(keyword: "DISTINCT")
        let isAll = !isDistinct && consume(keyword: "ALL")
        var ignoresNulls = false
        var arguments: [SyntaxNode] = []
        let isStar = current.isSymbol("*") && following.isSymbol(")")
        if !isStar, !isDistinct, !isAll, name == "FLOOR" || name == "CEIL" || name == "CEILING",
            !current.isSymbol(")")
        {
            let value = try parseExpression(Power.lowest)
            if current.isKeyword("TO") { return try parseRoundingUnit(name, nameRange, value) }
            arguments = [value]
            if consume(symbol: ",") {
                arguments += try parseCallArguments(name)
            } else {
                try expect(symbol: ")", "or `,` in the arguments of \(name)")
            }
        } else if isStar {
            guard !isAll else { throw unexpected("a value behind ALL") }
            advance()
            advance()
        } else {
            arguments = try parseCallArguments(name, &ignoresNulls)
        }
        let call = try node(
            .call(name: name, nameRange: nameRange, arguments, isStar: isStar),
            from: nameRange.lowerBound)
        if current.isKeyword("OVER") {
            throw notBuilt("a window function (OVER)", current.range)
        }
        let filter = try parseFilter()
        guard isDistinct || isAll || ignoresNulls || filter != nil else { return call }
        return try node(
            .aggregate(
                call: call, isDistinct: isDistinct, ignoresNulls: ignoresNulls, filter: filter),
            from: nameRange.lowerBound)
    }

    /// `FILTER (WHERE condition)` behind a call.
    private mutating func parseFilter() throws(ExpressionError) -> SyntaxNode? {
        guard current.isKeyword("FILTER"), following.isSymbol("(") else { return nil }
        advance()
        advance()
        try expect(keyword: "WHERE", "in FILTER (WHERE condition)")
        let condition = try parseExpression(Power.lowest)
        try expect(symbol: ")", "to close FILTER")
        return condition
    }

    private mutating func parseCallArguments(_ name: String) throws(ExpressionError) -> [SyntaxNode]
    {
        var ignoresNulls = false
        return try parseCallArguments(name, &ignoresNulls)
    }

    /// - Parameter ignoresNulls: Whether `IGNORE NULLS` stands behind the arguments of ARRAY_AGG.
    private mutating func parseCallArguments(
        _ name: String, _ ignoresNulls: inout Bool
    ) throws(ExpressionError) -> [SyntaxNode] {
        if consume(symbol: ")") { return [] }
        var arguments: [SyntaxNode] = []
        repeat {
            arguments.append(try parseExpression(Power.lowest))
        } while consume(symbol: ",")
        if current.isKeyword("RESPECT") || current.isKeyword("IGNORE") {
            ignoresNulls = current.isKeyword("IGNORE")
            advance()
            try expect(keyword: "NULLS", "behind RESPECT or IGNORE")
        }
        if current.isKeyword("TO") {
            throw notBuilt("\(name)(... TO ...)", current.range)
        }
        try expect(symbol: ")", "or `,` in the arguments of \(name)")
        return arguments
    }

    private func call(
        _ name: String, _ nameRange: Range<Int>, _ arguments: [SyntaxNode]
    ) throws(ExpressionError) -> SyntaxNode {
        try node(
            .call(name: name, nameRange: nameRange, arguments, isStar: false),
            from: nameRange.lowerBound)
    }

    // MARK: CASE

    mutating func parseCase(from start: Int) throws(ExpressionError) -> SyntaxNode {
        var operand: SyntaxNode?
        if !current.isKeyword("WHEN") { operand = try parseExpression(Power.lowest) }
        var clauses: [SyntaxNode.WhenClause] = []
        while consume(keyword: "WHEN") {
            let condition = try parseExpression(Power.lowest)
            try expect(keyword: "THEN", "after the condition of WHEN")
            let result = try parseExpression(Power.lowest)
            clauses.append(SyntaxNode.WhenClause(condition: condition, result: result))
        }
        guard !clauses.isEmpty else { throw unexpected("WHEN after CASE") }
        var otherwise: SyntaxNode?
        if consume(keyword: "ELSE") { otherwise = try parseExpression(Power.lowest) }
        try expect(keyword: "END", "to close CASE")
        return try node(.caseWhen(operand, clauses, otherwise: otherwise), from: start)
    }

    // MARK: CAST

    private mutating func parseCast(
        isTry: Bool, from start: Int
    ) throws(ExpressionError) -> SyntaxNode {
        let operand = try parseExpression(Power.lowest)
        try expect(keyword: "AS", "and a type in CAST")
        let type = try parseCastType()
        try expect(symbol: ")", "to close CAST")
        return try node(.cast(operand, type, isTry: isTry), from: start)
    }

    // MARK: TRIM, POSITION, SUBSTRING

    /// `TRIM(x)`, `TRIM([LEADING|TRAILING|BOTH] [characters] FROM x)`; becomes LTRIM, RTRIM, BTRIM.
    private mutating func parseTrim(_ nameRange: Range<Int>) throws(ExpressionError) -> SyntaxNode {
        var name = "BTRIM"
        var isSided = true
        switch current.keyword {
        case "LEADING": name = "LTRIM"
        case "TRAILING": name = "RTRIM"
        case "BOTH": break
        default: isSided = false
        }
        if isSided { advance() }
        if isSided, consume(keyword: "FROM") {
            let text = try parseExpression(Power.lowest)
            try expect(symbol: ")", "to close TRIM")
            return try call(name, nameRange, [text])
        }
        let first = try parseExpression(Power.lowest)
        if consume(keyword: "FROM") {
            let text = try parseExpression(Power.lowest)
            try expect(symbol: ")", "to close TRIM")
            return try call(name, nameRange, [text, first])
        }
        guard !isSided else { throw unexpected("FROM in TRIM") }
        try expect(symbol: ")", "or FROM in TRIM")
        return try call(name, nameRange, [first])
    }

    /// `POSITION(part IN text)`.
    private mutating func parsePosition(
        _ nameRange: Range<Int>
    ) throws(ExpressionError) -> SyntaxNode {
        let part = try parseExpression(Power.membership + 1)
        try expect(keyword: "IN", "in POSITION(part IN text)")
        let text = try parseExpression(Power.lowest)
        try expect(symbol: ")", "to close POSITION")
        return try call("POSITION", nameRange, [part, text])
    }

    /// `OVERLAY(text PLACING other FROM start [FOR length])`.
    private mutating func parseOverlay(
        _ nameRange: Range<Int>
    ) throws(ExpressionError) -> SyntaxNode {
        var arguments = [try parseExpression(Power.lowest)]
        try expect(keyword: "PLACING", "in OVERLAY(text PLACING other FROM start)")
        arguments.append(try parseExpression(Power.lowest))
        try expect(keyword: "FROM", "in OVERLAY(text PLACING other FROM start)")
        arguments.append(try parseExpression(Power.lowest))
        if consume(keyword: "FOR") { arguments.append(try parseExpression(Power.lowest)) }
        try expect(symbol: ")", "to close OVERLAY")
        return try call("OVERLAY", nameRange, arguments)
    }

    /// `SUBSTRING(text FROM start [FOR length])` or with commas.
    private mutating func parseSubstring(
        _ nameRange: Range<Int>
    ) throws(ExpressionError) -> SyntaxNode {
        guard !current.isSymbol(")") else {
            advance()
            return try call("SUBSTRING", nameRange, [])
        }
        var arguments = [try parseExpression(Power.lowest)]
        if consume(keyword: "FROM") {
            arguments.append(try parseExpression(Power.lowest))
            if consume(keyword: "FOR") { arguments.append(try parseExpression(Power.lowest)) }
        } else {
            while consume(symbol: ",") { arguments.append(try parseExpression(Power.lowest)) }
        }
        try expect(symbol: ")", "to close SUBSTRING")
        return try call("SUBSTRING", nameRange, arguments)
    }
}
