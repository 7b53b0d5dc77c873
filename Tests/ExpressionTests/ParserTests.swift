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
        ("a BETWEEN SYMMETRIC b AND c AND d", "((a BETWEEN SYMMETRIC b AND c) AND d)"),
        ("a NOT BETWEEN SYMMETRIC b AND c", "(a NOT BETWEEN SYMMETRIC b AND c)"),
        ("a BETWEEN ASYMMETRIC b AND c", "(a BETWEEN b AND c)"),
        ("COUNT(ALL a + 1)", "COUNT((a + 1))"), ("\"all\" + 1", "(all + 1)"),
        ("a NOT IN (b, c + 1)", "(a NOT IN (b, (c + 1)))"), ("a LIKE b || c", "(a LIKE (b || c))"),
        ("a NOT LIKE b ESCAPE c", "(a NOT LIKE b ESCAPE c)"),
        ("a IS DISTINCT FROM b + 1 OR c", "((a IS DISTINCT FROM (b + 1)) OR c)"),
        ("COUNT(DISTINCT a) FILTER (WHERE b > 1) + 1", "(DISTINCT COUNT(a) FILTER (b > 1) + 1)"),
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
        ("$topic", "$topic"), ("$headers['trace id']", "$headers.trace id"),
        ("$offset + 1", "($offset + 1)"), ("m['k'][0].x", "m.k[0].x"),
        ("a[i + 1].b", "a[(i + 1)].b"),
        ("f(a)[0]['k']", "F(a)[0]['k']"), ("ARRAY[a, b][0]", "ARRAY(a, b)[0]"),
        ("(a, b)", "ROW(a, b)"), ("(a).b", "a.b"), ("-a[i]", "(- a[i])"),
        ("a IS NOT JSON ARRAY", "(NOT IS JSON(a))"), ("a SIMILAR TO b", "(a SIMILAR TO b)"),
        ("JSON_VALUE(a, b DEFAULT c ON EMPTY)", "JSON_VALUE(a, b, c)"),
        ("current_timestamp", "CURRENT_TIMESTAMP()"), ("`current_timestamp`", "current_timestamp"),
        ("OVERLAY(a PLACING b FROM 2 FOR 3)", "OVERLAY(a, b, 2, 3)"),
        ("a -- to the end\n + b", "(a + b)"), ("a /* or */ + b", "(a + b)"), ("'it''s'", "'it's'"),
        ("timestamp", "timestamp"), ("a.end", "a.end"),
        ("TRUE IS NOT FALSE", "(TRUE IS NOT FALSE)"),
        ("1.50", "1.50"), ("1.", "1"), (".5", "0.5"), ("- 2.50", "-2.50"), ("1.50E0", "1.5"),
        ("007", "7"), ("null", "NULL"),
    ])
    func readsTheGrammar(text: String, tree: String) throws {
        #expect(Self.shown(try ExpressionParser.parse(text)) == tree)
    }

    /// Flink: docs, "Data Types", INTERVAL YEAR TO MONTH and INTERVAL DAY TO SECOND.
    @Test(arguments: [
        ("INTERVAL '5' MINUTE", "INTERVAL 300000 MS"), ("interval '1' day", "INTERVAL 86400000 MS"),
        ("INTERVAL '10' SECONDS", "INTERVAL 10000 MS"),
        ("INTERVAL '1.5' SECOND", "INTERVAL 1500 MS"),
        ("INTERVAL '2' WEEK", "INTERVAL 1209600000 MS"),
        ("INTERVAL '-3' HOUR", "INTERVAL -10800000 MS"),
        ("INTERVAL -'3' HOUR", "INTERVAL -10800000 MS"),
        ("INTERVAL '100' DAY(3)", "INTERVAL 8640000000 MS"),
        ("INTERVAL '1 02' DAY TO HOUR", "INTERVAL 93600000 MS"),
        ("INTERVAL '1 02:03' DAY TO MINUTE", "INTERVAL 93780000 MS"),
        ("INTERVAL '1 02:03:04.5' DAY TO SECOND", "INTERVAL 93784500 MS"),
        ("INTERVAL '1 02:03:04.005' DAY(2) TO SECOND(3)", "INTERVAL 93784005 MS"),
        ("INTERVAL '02:03' HOUR TO MINUTE", "INTERVAL 7380000 MS"),
        ("INTERVAL '02:03:04' HOUR TO SECOND", "INTERVAL 7384000 MS"),
        ("INTERVAL '-03:04.05' MINUTE TO SECOND", "INTERVAL -184050 MS"),
        ("INTERVAL '2' YEAR", "INTERVAL 24 MONTHS"), ("INTERVAL '3' QUARTER", "INTERVAL 9 MONTHS"),
        ("INTERVAL '1-06' YEAR TO MONTH", "INTERVAL 18 MONTHS"),
        ("INTERVAL '7' MONTH", "INTERVAL 7 MONTHS"), ("DATE '1970-01-02'", "DATE 1"),
        ("DATE '1969-12-31'", "DATE -1"), ("TIMESTAMP '1970-01-01 00:00:01.5'", "TIMESTAMP 1500"),
        ("TIMESTAMP '1969-12-31 23:59:59'", "TIMESTAMP -1000"),
        ("TIMESTAMP '1970-01-01 00:00:00.123000'", "TIMESTAMP 123"),
        ("interval - 1", "(interval - 1)"), ("date", "date"),
    ])
    func readsTemporalLiterals(text: String, tree: String) throws {
        #expect(Self.shown(try ExpressionParser.parse(text)) == tree)
    }

    @Test(arguments: [
        ("INTERVAL '5'", "E1101"), ("INTERVAL '5' PARSEC", "E1101"),
        ("INTERVAL '5' DAY TO YEAR", "E1101"),
        ("INTERVAL '5' MONTH TO DAY", "E1101"), ("INTERVAL '' DAY", "E1107"),
        ("INTERVAL '1 24' DAY TO HOUR", "E1107"), ("INTERVAL '1:60' HOUR TO MINUTE", "E1107"),
        ("INTERVAL '1-12' YEAR TO MONTH", "E1107"), ("INTERVAL '1.5' MINUTE", "E1107"),
        ("INTERVAL '1.0005' SECOND", "E1107"), ("INTERVAL '99999999999999999999' DAY", "E1107"),
        ("INTERVAL '106751991168' DAY", "E1107"), ("DATE '2021-02-29'", "E1107"),
        ("DATE '2021-1'", "E1107"), ("DATE 'today'", "E1107"), ("DATE '10000-01-01'", "E1107"),
        ("TIMESTAMP '2021-01-01 24:00:00'", "E1107"), ("TIMESTAMP '2021-01-01T00:00:00'", "E1107"),
        ("TIMESTAMP '2021-01-01 00:00:00.0001'", "E1107"),
        ("TIMESTAMP '2021-01-01 00:00:00Z'", "E1107"),
    ])
    func refusesTemporalLiteralsThatAreNone(text: String, code: String) throws {
        #expect { try ExpressionParser.parse(text) } throws: {
            ($0 as? ExpressionErrors)?.errors[0].code.rawValue == code
        }
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
        case .literal(.decimal(let value)):
            return NaiveDecimal.text(value.unscaled, scale: value.scale)
        case .literal(.string(let text)): return "'\(text)'"
        case .literal(.date(let value)): return "DATE \(value)"
        case .literal(.timestamp(let value)): return "TIMESTAMP \(value)"
        case .literal(.intervalDayTime(let value)): return "INTERVAL \(value) MS"
        case .literal(.intervalYearMonth(let value)): return "INTERVAL \(value) MONTHS"
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
        case .between(let x, let low, let high, let isSymmetric, let isNegated):
            let symmetric = isSymmetric ? "SYMMETRIC " : ""
            return
                "(\(shown(x)) \(not(isNegated))BETWEEN \(symmetric)\(shown(low)) AND \(shown(high)))"
        case .like(let x, let pattern, let escape, let isNegated):
            return
                "(\(shown(x)) \(not(isNegated))LIKE \(shown(pattern))\(escape.map { " ESCAPE " + shown($0) } ?? ""))"
        case .similar(let x, let pattern, let escape, let isNegated):
            let tail = escape.map { " ESCAPE " + shown($0) } ?? ""
            return "(\(shown(x)) \(not(isNegated))SIMILAR TO \(shown(pattern))\(tail))"
        case .json(let call):
            return "\(call.function.rawValue)(\(list(call.children)))"
        case .access(let x, .field(let name)): return "\(shown(x)).\(name)"
        case .access(let x, .subscript(let index)): return "\(shown(x))[\(shown(index))]"
        case .caseWhen(let x, let clauses, let otherwise):
            return "CASE" + (x.map { " " + shown($0) } ?? "")
                + clauses.map { " WHEN \(shown($0.condition)) THEN \(shown($0.result))" }.joined()
                + (otherwise.map { " ELSE " + shown($0) } ?? "") + " END"
        case .cast(let x, let type, let isTry):
            return "\(isTry ? "TRY_" : "")CAST(\(shown(x)) AS \(type.type))"
        case .call(let name, _, let arguments, let isStar):
            return "\(name)(\(isStar ? "*" : list(arguments)))"
        case .aggregate(let call, let isDistinct, _, let filter):
            return "\(isDistinct ? "DISTINCT " : "")\(shown(call))"
                + (filter.map { " FILTER \(shown($0))" } ?? "")
        }
    }
}
