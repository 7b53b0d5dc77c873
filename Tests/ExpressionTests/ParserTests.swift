import Testing

@testable import Expression

/// How texts are read: precedence, names, places. A tree is shown with a parenthesis for each node.
@Suite struct ParserTests {
    @Test(arguments: [
        ("a + b * c", "(a + (b * c))"), ("a - b - c", "((a - b) - c)"),
        ("a OR b AND NOT c", "(a OR (b AND (NOT c)))"), ("NOT a = b", "(NOT (a = b))"),
        ("a AND b AND c", "(a AND b AND c)"), ("a = b AND c < d", "((a = b) AND (c < d))"),
        ("a + b || c", "(a + (b || c))"), ("-a * b", "((- a) * b)"), ("- 5", "-5"),
        ("2 - -3", "(2 - -3)"),
        ("a = b IS NULL", "((a = b) IS NULL)"), ("a IS NOT NULL AND b", "((a IS NOT NULL) AND b)"),
        ("a BETWEEN b AND c AND d", "((a BETWEEN b AND c) AND d)"),
        ("a NOT BETWEEN b + 1 AND c", "(a NOT BETWEEN (b + 1) AND c)"),
        ("a NOT IN (b, c + 1)", "(a NOT IN (b, (c + 1)))"), ("a LIKE b || c", "(a LIKE (b || c))"),
        ("a NOT LIKE b ESCAPE c", "(a NOT LIKE b ESCAPE c)"),
        ("a IS DISTINCT FROM b + 1 OR c", "((a IS DISTINCT FROM (b + 1)) OR c)"),
        ("a IS NOT DISTINCT FROM b", "(a IS NOT DISTINCT FROM b)"), ("a != b", "(a <> b)"),
        ("case a when b then c else d end", "CASE a WHEN b THEN c ELSE d END"),
        ("CASE WHEN a THEN b END", "CASE WHEN a THEN b END"), ("f(a, b + 1)", "F(a, (b + 1))"),
        ("count(*)", "COUNT(*)"),
        ("TRIM(a)", "BTRIM(a)"), ("TRIM(LEADING a FROM b)", "LTRIM(b, a)"),
        ("TRIM(TRAILING FROM b)", "RTRIM(b)"),
        ("SUBSTRING(a FROM b FOR c)", "SUBSTRING(a, b, c)"), ("POSITION(a IN b)", "POSITION(a, b)"),
        ("CAST(a AS double precision)", "CAST(a AS DOUBLE)"),
        ("TRY_CAST(a AS integer)", "TRY_CAST(a AS INT)"),
        ("a.b[0].c", "a.b[0].c"), ("\"a b\".\"c\"\"d\"", "a b.c\"d"), ("`from`", "from"),
        ("größe", "größe"),
        ("a -- to the end\n + b", "(a + b)"), ("a /* or */ + b", "(a + b)"), ("'it''s'", "'it's'"),
        ("timestamp", "timestamp"), ("a.end", "a.end"),
        ("TRUE IS NOT FALSE", "(TRUE IS NOT FALSE)"),
        ("1.50", "1.5"), ("007", "7"), ("null", "NULL"),
    ])
    func readsTheGrammar(text: String, tree: String) throws {
        #expect(Self.shown(try ExpressionParser.parse(text)) == tree)
    }

    @Test func nodesKnowTheirPlace() throws {
        let node = try ExpressionParser.parse("  größe + LOWER( x )")
        #expect(node.range == 2..<22)
        guard case .binary(.add, let left, let right) = node.kind,
            case .call(_, let nameRange, let arguments, _) = right.kind
        else {
            Issue.record("another tree")
            return
        }
        #expect(left.range == 2..<9)
        #expect(right.range == 12..<22)
        #expect(nameRange == 12..<17)
        #expect(arguments[0].range == 19..<20)
    }

    static func shown(_ node: SyntaxNode) -> String {
        func list(_ nodes: [SyntaxNode], _ separator: String = ", ") -> String {
            nodes.map { shown($0) }.joined(separator: separator)
        }
        func not(_ isNegated: Bool) -> String { isNegated ? "NOT " : "" }
        switch node.kind {
        case .literal(.null): return "NULL"
        case .literal(.boolean(let value)): return value ? "TRUE" : "FALSE"
        case .literal(.integer(let value)): return "\(value)"
        case .literal(.double(let value)): return "\(value)"
        case .literal(.string(let text)): return "'\(text)'"
        case .path(let steps): return steps.pathText
        case .unary(let operation, let x): return "(\(operation.rawValue) \(shown(x)))"
        case .binary(let operation, let a, let b):
            return "(\(shown(a)) \(operation.rawValue) \(shown(b)))"
        case .logical(let operation, let operands):
            return "(" + list(operands, " \(operation.rawValue) ") + ")"
        case .test(let x, let test, let isNegated):
            return "(\(shown(x)) IS \(not(isNegated))\(test.rawValue))"
        case .distinct(let a, let b, let isNegated):
            return "(\(shown(a)) IS \(not(isNegated))DISTINCT FROM \(shown(b)))"
        case .inList(let x, let items, let isNegated):
            return "(\(shown(x)) \(not(isNegated))IN (\(list(items))))"
        case .between(let x, let low, let high, let isNegated):
            return "(\(shown(x)) \(not(isNegated))BETWEEN \(shown(low)) AND \(shown(high)))"
        case .like(let x, let pattern, let escape, let isNegated):
            return
                "(\(shown(x)) \(not(isNegated))LIKE \(shown(pattern))\(escape.map { " ESCAPE " + shown($0) } ?? ""))"
        case .caseWhen(let x, let clauses, let otherwise):
            return "CASE" + (x.map { " " + shown($0) } ?? "")
                + clauses.map { " WHEN \(shown($0.condition)) THEN \(shown($0.result))" }.joined()
                + (otherwise.map { " ELSE " + shown($0) } ?? "") + " END"
        case .cast(let x, let type, let isTry):
            return "\(isTry ? "TRY_" : "")CAST(\(shown(x)) AS \(type.type))"
        case .call(let name, _, let arguments, let isStar):
            return "\(name)(\(isStar ? "*" : list(arguments)))"
        }
    }
}
