/// The SQL/JSON functions.
extension Parser {
    /// The parenthesis behind the name is consumed; nil if `name` is none of them.
    mutating func parseJSON(
        _ name: String, _ nameRange: Range<Int>
    ) throws(ExpressionError) -> SyntaxNode? {
        guard let function = JSONCall.Function(rawValue: name) else { return nil }
        var call = JSONCall(function)
        switch function {
        case .value, .query, .exists:
            call.operands = [try parseExpression(Power.lowest)]
            try expect(symbol: ",", "and a path in \(name)")
            call.operands.append(try parseExpression(Power.lowest))
            try parseClauses(&call)
            try expect(symbol: ")", "to close \(name)")
        case .array: try parseValues(&call)
        case .object: try parseMembers(&call)
        case .isJSON: return nil
        }
        return try node(.json(call), from: nameRange.lowerBound)
    }

    /// `RETURNING type`, `WITH WRAPPER`, `... ON EMPTY`, `... ON ERROR`.
    private mutating func parseClauses(_ call: inout JSONCall) throws(ExpressionError) {
        if call.function != .exists, consume(keyword: "RETURNING") {
            call.returning = try parseCastType()
        }
        if call.function == .query { try parseWrapper(&call) }
        while !current.isSymbol(")") {
            let start = current.range
            let clause = try parseClause(call.function)
            try expect(keyword: "ON", "EMPTY or ON ERROR")
            if call.function != .exists, call.onEmpty == nil, call.onError == nil,
                consume(keyword: "EMPTY")
            {
                call.onEmpty = clause
            } else if call.onError == nil, consume(keyword: "ERROR") {
                call.onError = clause
            } else {
                throw ExpressionError(
                    .syntax, "ON EMPTY comes at most once, and before ON ERROR",
                    range: start.lowerBound..<current.range.upperBound)
            }
        }
    }

    private mutating func parseWrapper(_ call: inout JSONCall) throws(ExpressionError) {
        let isWith = current.isKeyword("WITH")
        guard isWith || current.isKeyword("WITHOUT") else { return }
        advance()
        call.wrapper = isWith ? .unconditional : .without
        if isWith, consume(keyword: "CONDITIONAL") {
            call.wrapper = .conditional
        } else if isWith {
            _ = consume(keyword: "UNCONDITIONAL")
        }
        _ = consume(keyword: "ARRAY")
        try expect(keyword: "WRAPPER", "in JSON_QUERY")
    }

    private mutating func parseClause(
        _ function: JSONCall.Function
    ) throws(ExpressionError) -> JSONCall.Clause {
        let word = current.keyword
        switch (word, function) {
        case ("ERROR", _):
            advance()
            return .error
        case ("NULL", .value), ("NULL", .query):
            advance()
            return .null
        case ("DEFAULT", .value):
            advance()
            return .defaultValue(try parseExpression(Power.lowest))
        case ("EMPTY", .query):
            advance()
            if consume(keyword: "OBJECT") { return .emptyObject }
            _ = consume(keyword: "ARRAY")
            return .emptyArray
        case ("TRUE", .exists), ("FALSE", .exists):
            advance()
            return .truth(word == "TRUE")
        case ("UNKNOWN", .exists):
            advance()
            return .unknown
        default:
            throw unexpected("`)` or what to do ON EMPTY or ON ERROR in \(function.rawValue)")
        }
    }

    // MARK: JSON_ARRAY, JSON_OBJECT

    /// `NULL ON NULL`, `ABSENT ON NULL`.
    private mutating func parseNullRule(_ call: inout JSONCall) throws(ExpressionError) {
        guard following.isKeyword("ON"), let word = current.keyword,
            word == "NULL" || word == "ABSENT"
        else { return }
        advance()
        advance()
        try expect(keyword: "NULL", "after ON")
        call.hasNulls = word == "NULL"
    }

    private mutating func parseValues(_ call: inout JSONCall) throws(ExpressionError) {
        try parseNullRule(&call)
        if call.hasNulls == nil, !current.isSymbol(")") {
            repeat {
                call.operands.append(try parseExpression(Power.lowest))
            } while consume(symbol: ",")
            try parseNullRule(&call)
        }
        try expect(symbol: ")", "or `,` in JSON_ARRAY")
    }

    private mutating func parseMembers(_ call: inout JSONCall) throws(ExpressionError) {
        try parseNullRule(&call)
        if call.hasNulls == nil, !current.isSymbol(")") {
            repeat {
                // A column may be called KEY: then VALUE follows at once.
                if current.isKeyword("KEY"), !following.isKeyword("VALUE") { advance() }
                call.keys.append(try parseExpression(Power.lowest))
                try expect(keyword: "VALUE", "between the key and the value of JSON_OBJECT")
                call.operands.append(try parseExpression(Power.lowest))
            } while consume(symbol: ",")
            try parseNullRule(&call)
        }
        try expect(symbol: ")", "or `,` in JSON_OBJECT")
    }

    /// `x IS [NOT] JSON [VALUE | SCALAR | ARRAY | OBJECT]`; JSON is the current token.
    mutating func parseIsJSON(
        _ left: SyntaxNode, isNegated: Bool
    ) throws(ExpressionError) -> SyntaxNode {
        advance()
        var call = JSONCall(.isJSON)
        call.operands = [left]
        if let test = current.keyword.flatMap(JSONTest.init) {
            call.test = test
            advance()
        }
        let start = left.range.lowerBound
        let test = try node(.json(call), from: start)
        return isNegated ? try node(.unary(.not, test), from: start) : test
    }
}
