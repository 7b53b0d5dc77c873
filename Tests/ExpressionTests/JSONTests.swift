import StreamCore
import Testing

@testable import Expression

/// JSON texts, and the values that are carried as such.
@Suite struct JSONTests {
    private static let schema = RowSchema([
        Field(name: "s", type: .string), Field(name: "j", type: .json),
        Field(name: "tags", type: .array(.string)),
        Field(name: "attributes", type: .map(.string, .int)),
        Field(
            name: "address",
            type: .row([
                Field(name: "zip", type: .string),
                Field(name: "floor", type: .int, isNullable: false),
                Field(name: "since", type: .date),
                Field(name: "rent", type: .decimal(precision: 10, scale: 2)),
            ])),
    ])

    @Test(arguments: [
        ("JSON_VALUE('{\"a\": 1.50}', '$.a')", "\"1.50\""),
        ("JSON_VALUE('{\"a\": \"x\\u00e9\"}', '$.a')", "\"xé\""),
        ("JSON_VALUE('{\"a\": null}', '$.a' DEFAULT 'd' ON EMPTY)", "\"d\""),
        ("JSON_VALUE('{\"a\": []}', 'lax $.a' DEFAULT 'e' ON EMPTY)", "\"e\""),
        ("JSON_VALUE('{\"a\": []}', '$.a' DEFAULT 'e' ON ERROR)", "\"e\""),
        ("JSON_VALUE('nope', 'lax $.a' DEFAULT 'e' ON EMPTY)", "\"e\""),
        ("JSON_VALUE('null', 'lax $' DEFAULT 'e' ON ERROR)", "\"e\""),
        ("JSON_VALUE('{}', '$.a' ERROR ON ERROR)", "E2112"),
        ("JSON_VALUE('{}', 'lax $.a' ERROR ON EMPTY)", "E2112"),
        ("JSON_VALUE('{\"a\":\"7\"}', '$.a' RETURNING INTEGER DEFAULT -1 ON ERROR)", "-1"),
        ("JSON_VALUE('{\"a\":7}', '$.a' RETURNING BIGINT)", "7"),
        ("JSON_VALUE('{\"a\":7}', '$.a' RETURNING DOUBLE)", "7.0"),
        ("JSON_VALUE('{\"a\":1,\"a\":2}', '$.a')", "\"2\""),
        ("JSON_VALUE('{\"a b\":{\"c.d\":5}}', '$[''a b''][\"c.d\"]')", "\"5\""),
        ("JSON_VALUE('[[1,2],[3]]', '$[0][1]')", "\"2\""), ("JSON_VALUE(NULL, '$')", "null"),
        ("JSON_VALUE('5', '$')", "\"5\""), ("JSON_VALUE(' \"x\" ', '$')", "\"x\""),
        ("JSON_VALUE('{}', 'a')", "E1132"), ("JSON_VALUE('{}', '$.')", "E1132"),
        ("JSON_VALUE('{}', '$[x]')", "E1132"), ("JSON_VALUE('{}', '$.*')", "E1132"),
        ("JSON_VALUE('{}', '$..a')", "E1108"), ("JSON_VALUE('{}', '$[*]')", "E1132"),
        ("JSON_VALUE('{}', '$[?(@.a)]')", "E1108"), ("JSON_VALUE('{}', '$[0,1]')", "E1108"),
        ("JSON_VALUE('{}', '$.a' RETURNING DATE)", "E1104"),
        ("JSON_VALUE('{}', '$.a' RETURNING INT DEFAULT 'x' ON EMPTY)", "E1104"),
        ("JSON_VALUE('{}', '$.a' NULL ON ERROR NULL ON EMPTY)", "E1101"),
        ("JSON_VALUE(1, '$')", "E1104"), ("JSON_VALUE('{}')", "E1101"),
        ("JSON_QUERY('{\"a\":[1, 2]}', '$.a')", "\"[1, 2]\""),
        ("JSON_QUERY('[1,2]', '$' WITH UNCONDITIONAL ARRAY WRAPPER)", "\"[[1,2]]\""),
        ("JSON_QUERY('[1,2]', '$' WITH CONDITIONAL ARRAY WRAPPER)", "\"[1,2]\""),
        ("JSON_QUERY('1', '$' WITH CONDITIONAL ARRAY WRAPPER)", "\"[1]\""),
        ("JSON_QUERY('1', '$')", "null"),
        ("JSON_QUERY('{}', 'strict $.a' EMPTY OBJECT ON ERROR)", "\"{}\""),
        ("JSON_QUERY('{}', '$.a' RETURNING ARRAY<INT>)", "E1108"),
        ("JSON_QUERY('{}', '$.a' RETURNING ARRAY<STRING> EMPTY OBJECT ON EMPTY)", "E1104"),
        ("JSON_QUERY('{}', '$.a' RETURNING ARRAY<STRING>)", "null"),
        // Flink's documented example.
        (
            "JSON_QUERY('{\"a\":[{\"c\":\"c1\"},{\"c\":\"c2\"}]}', 'lax $.a[*].c' RETURNING ARRAY<STRING>)",
            "\"[\"c1\",\"c2\"]\""
        ),
        (
            "JSON_QUERY('[1, \"x\\n\", null, {\"b\": true}]', '$' RETURNING ARRAY<STRING>)[3]",
            "\"{\"b\": true}\""
        ),
        (
            "JSON_QUERY('[1, \"x\", null, {\"b\": \"c\"}]', '$' RETURNING ARRAY<STRING>)",
            "\"[\"1\",\"x\",null,\"{\\\"b\\\": \\\"c\\\"}\"]\""
        ),
        ("JSON_QUERY('{\"a\":{}}', '$.a' RETURNING ARRAY<STRING> EMPTY ARRAY ON ERROR)", "\"[]\""),
        (
            "JSON_QUERY('{\"a\":{}}', '$.a' RETURNING ARRAY<STRING> WITH CONDITIONAL WRAPPER)",
            "\"[\"{}\"]\""
        ),
        ("JSON_QUERY('{\"a\":[1, {\"b\":2}],\"c\":3}', '$.*')", "\"[[1, {\"b\":2}],3]\""),
        ("JSON_QUERY('{\"a\":1,\"b\":2,\"a\":3}', '$.*')", "\"[2,3]\""),
        ("JSON_QUERY('[[1,2],[],[3]]', '$[*][*]')", "\"[1,2,3]\""),
        ("JSON_QUERY('[{\"a\":1},{},{\"a\":null},5]', '$[*].a')", "\"[1,null]\""),
        ("JSON_QUERY('[1]', '$[*]' WITH UNCONDITIONAL WRAPPER)", "\"[[1]]\""),
        ("JSON_QUERY('[1]', '$[*]' WITH CONDITIONAL WRAPPER)", "\"[1]\""),
        ("JSON_QUERY('{}', 'lax $.a[*]')", "\"[]\""),
        ("JSON_QUERY('{}', 'strict $.a[*]' EMPTY OBJECT ON ERROR)", "\"{}\""),
        ("JSON_QUERY('7', '$[*]')", "\"[]\""), ("JSON_QUERY('nope', '$[*]')", "null"),
        ("JSON_EXISTS('[{\"a\":1}]', '$[*].a')", "true"),
        ("JSON_EXISTS('[{\"a\":1}]', '$[*].b')", "false"),
        ("JSON_EXISTS('{\"a\":null}', '$.a')", "false"), ("JSON_EXISTS('x', '$.a')", "false"),
        ("JSON_EXISTS('x', '$.a' UNKNOWN ON ERROR)", "null"),
        ("JSON_EXISTS('x', '$.a' ERROR ON ERROR)", "E2112"),
        ("NULL IS JSON", "false"), ("'1' IS JSON SCALAR", "true"),
        ("'null' IS JSON SCALAR", "true"),
        ("'{}' IS JSON OBJECT", "true"), ("'[]' IS JSON OBJECT", "false"), ("'' IS JSON", "false"),
        ("'1 ' IS JSON", "true"), ("'1x' IS JSON", "false"), ("'\"a' IS JSON", "false"),
        ("JSON_OBJECT()", "\"{}\""), ("JSON_ARRAY()", "\"[]\""),
        ("JSON_OBJECT('K' VALUE JSON_OBJECT('L' VALUE 'V'))", "\"{\"K\":{\"L\":\"V\"}}\""),
        ("JSON_STRING(CAST(NULL AS INT))", "null"), ("JSON_STRING('a\"b')", "\"\"a\\\"b\"\""),
        ("JSON_STRING(1.5)", "\"1.5\""), ("JSON_OBJECT(1 VALUE 2)", "E1107"),
    ])
    func textsAreReadAsInFlink(text: String, result: String) throws {
        #expect(try codes(text).first ?? constant(text) == result)
    }

    @Test(arguments: [
        ("ARRAY['a', NULL][1]", "null"), ("ARRAY[1, 2.5E0][0]", "1.0"),
        ("ARRAY[1][-1 + 0]", "null"),
        ("MAP['a', 1]['a'] + 1", "2"), ("MAP[1, 'x'][1]", "\"x\""), ("MAP[1, 'x'][0 + 1]", "\"x\""),
        ("MAP['a', 1, 'a', 2]['a']", "2"), ("CARDINALITY(MAP['a', 1, 'a', 2])", "1"),
        ("MAP[CAST(NULL AS STRING), 1]", "E2111"), ("MAP['a']", "E1106"), ("ARRAY[]", "E1106"),
        ("ARRAY[1, 'a']", "E1111"), ("ARRAY[NULL]", "E1112"), ("'abc'[0]", "E1104"),
        ("ARRAY[1]['a']", "E1104"), ("ARRAY[1].x", "E1104"), ("MAP['a', 1][0]", "E1104"),
        ("(1, 'a')", "\"{\"EXPR$0\":1,\"EXPR$1\":\"a\"}\""), ("ROW(1).\"EXPR$0\"", "1"),
        ("ROW(1).x", "E1102"), ("SPLIT('a,,b', ',')", "\"[\"a\",\"\",\"b\"]\""),
        ("SPLIT('日本', '')[1]", "\"本\""), ("STR_TO_MAP('a:1|b', '\\|', ':')['a']", "\"1\""),
        ("STR_TO_MAP('a=1,b')['b']", "null"), ("CARDINALITY(STR_TO_MAP(''))", "0"),
        ("STR_TO_MAP('a', '(', '=')", "E1131"), ("CARDINALITY('a')", "E1104"),
        ("ELEMENT(SPLIT('a', ','))", "\"a\""), ("ARRAY_CONTAINS(ARRAY[1], 'a')", "E1104"),
        ("ARRAY[1] IS NULL", "false"),
        ("ARRAY[1] = ARRAY[1]", "E1103"), ("ARRAY[ARRAY[1]][0][0]", "1"),
        ("REGEXP_EXTRACT_ALL('a1b2', '[a-z]([0-9])')", "\"[\"1\",\"2\"]\""),
    ])
    func nestedValuesAreMadeAndRead(text: String, result: String) throws {
        #expect(try codes(text).first ?? constant(text) == result)
    }

    private static let row: [Value] = [
        "x", "{\"a\":1}", "[\"red\",null]", "{\"n\":5}",
        "{\"zip\":\"10115\",\"floor\":3,\"since\":\"2020-02-29\",\"rent\":1250.5}",
    ]

    @Test(arguments: [
        ("address.zip", "\"10115\""), ("address.floor + 1", "4"), ("tags[0]", "\"red\""),
        ("tags[1]", "null"), ("tags[7]", "null"), ("attributes['n']", "5"),
        ("attributes['none']", "null"),
        ("JSON_VALUE(j, '$.a')", "\"1\""), ("j IS JSON OBJECT", "true"),
        ("CAST(j AS STRING)", "\"{\"a\":1}\""), ("CHAR_LENGTH(CAST(j AS STRING))", "7"),
        ("CARDINALITY(tags)", "2"), ("JSON_STRING(address.floor)", "\"3\""),
    ])
    func pathsIntoColumnsAreTyped(text: String, result: String) throws {
        #expect(try evaluate(text, Self.schema, [Self.row])[0].description == result)
        let nulls = [[Value]](repeating: [nil, nil, nil, nil, nil], count: 1)
        let isTest = text.contains("IS JSON")
        #expect(try evaluate(text, Self.schema, nulls) == [isTest ? false : nil])
    }

    @Test(arguments: [
        ("address.zap", "E1102", "did you mean `zip`?"), ("address[0]", "E1104", ""),
        ("tags.x", "E1104", ""), ("j.a", "E1104", "JSON_VALUE"), ("s.a", "E1102", ""),
        ("tags['x']", "E1104", ""), ("attributes[s || 1]", "E1104", ""),
    ])
    func aPathThatLeadsNowhereIsExplained(text: String, code: String, help: String) throws {
        do {
            _ = try typed(text, Self.schema)
            Issue.record("\(text) leads nowhere")
        } catch let errors as ExpressionErrors {
            #expect(errors.errors[0].code.rawValue == code, "\(errors)")
            #expect((errors.errors[0].help ?? "").contains(help), "\(errors)")
        }
    }

    @Test func aMissingMemberThatIsNotNullIsAnErrorOfItsRow() throws {
        let compiled = CompiledExpression(try typed("address.floor", Self.schema))
        let rows = [
            Self.row, Self.row.dropLast() + ["{\"floor\":\"3\"}"], Self.row.dropLast() + ["{}"],
        ]
        do {
            _ = try compiled.evaluate(batch: makeBatch(Self.schema, rows))
            Issue.record("two rows have no floor")
        } catch {
            #expect(error.code == .badJSON && error.failedRows == [1, 2])
            #expect(error.message.contains("`floor`"))
        }
    }

    /// On the source, paths into MAPs are the decoder's, too.
    @Test func pathsIntoMapsArePushedDown() throws {
        let scope = SourceScope(Self.schema)
        let syntax = try ExpressionParser.parse("attributes['n'] + address.floor")
        _ = try ExpressionChecker.check(syntax, in: scope)
        #expect(
            scope.columns.map(\.path) == [
                [.field("attributes"), .field("n")], [.field("address"), .field("floor")],
            ])
        #expect(scope.columns.map(\.type) == [.int, .int])
    }

    // MARK: Limits

    @Test(arguments: [
        String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
        String(repeating: "{\"a\":", count: 65) + "1" + String(repeating: "}", count: 65),
        String(repeating: "[", count: 100_000),
        "{\"a\":" + String(repeating: "9", count: 1001) + "}",
        "\u{FEFF}{}", "{\"a\":1}}", "{'a':1}", "[1,2", "\"\\ud800\"",
    ])
    func whatIsBeyondTheLimitsIsNoJSON(text: String) throws {
        let rows: [[Value]] = [[text.value, nil, nil, nil, nil]]
        #expect(try evaluate("s IS JSON", Self.schema, rows) == [false])
        #expect(
            try evaluate("JSON_VALUE(s, '$.a' DEFAULT 'no' ON ERROR)", Self.schema, rows) == ["no"])
    }

    @Test func sixtyFourLevelsAreRead() throws {
        let text = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        let rows: [[Value]] = [[text.value, nil, nil, nil, nil]]
        #expect(try evaluate("s IS JSON ARRAY", Self.schema, rows) == [true])
        let long = "{\"a\":" + String(repeating: "9", count: 1000) + "}"
        #expect(
            try evaluate("s IS JSON", Self.schema, [[long.value, nil, nil, nil, nil]]) == [true])
    }

    /// Whatever the text, it is a path or not; one that is, is written as it was read.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func anyTextIsAPathOrNot(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let pool = Array("$$..[[]]'\"ab01-*?@(),: é\\laxstrict")
        for _ in 0..<500 {
            let count = Int.random(in: 0...16, using: &random)
            let text = String((0..<count).map { _ in pool.randomElement(using: &random)! })
            guard let path = try? JSONPath(text) else { continue }
            let stepCount = path.steps.count + path.tails.reduce(0) { $0 + $1.count + 1 }
            #expect(stepCount <= JSONPath.stepCountMax, "\(text)")
            #expect(text.contains("$"), "\(text)")
        }
        #expect(throws: JSONPath.Failure.self) {
            try JSONPath("$" + String(repeating: ".a", count: JSONPath.stepCountMax + 1))
        }
    }

    /// Paths with wildcards against a search by recursion.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func wildcardsLeadWhereARecursiveSearchLeads(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let steps = ["[*]", ".*", ".a", "['b']", "[0]", "[1]"]
        for _ in 0..<40 {
            let text = randomJSON(&random, depth: 4)
            let path =
                ["lax $", "strict $"].randomElement(using: &random)!
                + (0..<Int.random(in: 1...4, using: &random)).map { _ in
                    steps.randomElement(using: &random)!
                }.joined()
            let row: [Value] = [text.value, nil, nil, nil, nil]
            for clause in ["", " RETURNING ARRAY<STRING>", " WITH WRAPPER"] {
                let quoted = path.replacing("'", with: "''")
                let expression = "JSON_QUERY(s, '\(quoted)'\(clause))"
                let parsed = try JSONPath(path)
                let naive = try NaiveRowCalls.json(
                    .query(
                        parsed, clause.contains("WITH") ? .unconditional : .without,
                        isArray: clause.contains("ARRAY"), onEmpty: .null, onError: .null),
                    [text.value], .string)
                #expect(
                    try evaluate(expression, Self.schema, [row]) == [naive],
                    "\(expression) of \(text)")
            }
        }
    }

    private func randomJSON(_ random: inout SplitMix64, depth: Int) -> String {
        let blank = ["", "", " "].randomElement(using: &random)!
        guard depth > 0, Int.random(in: 0..<5, using: &random) > 0 else {
            return blank + ["1", "\"x]\"", "null", "true", "\"\\\"\"", "-2.50"]
                .randomElement(using: &random)!
        }
        let isObject = Bool.random(using: &random)
        let parts = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            let value = randomJSON(&random, depth: depth - 1)
            let name = ["a", "b", "\\u0061"].randomElement(using: &random)!
            return isObject ? "\"\(name)\"\(blank):\(value)" : value
        }
        let inside = parts.joined(separator: "\(blank),")
        return isObject ? "{\(inside)}" : "[\(inside)\(blank)]"
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func anyBytesAreJSONOrNot(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let pool = Array("{}[]:,\"\\ab01.eE+-tfnul ".utf8) + [0xFF, 0xC3, 0xA9, 0x00, 0x0A]
        let rows: [[Value]] = (0..<300).map { _ in
            let count = Int.random(in: 0...14, using: &random)
            let text = Value.text((0..<count).map { _ in pool.randomElement(using: &random)! })
            return [text, nil, text, text, text]
        }
        let twins = rows.map { row -> Value in
            guard case .text(let bytes) = row[0],
                let text = String(validating: bytes, as: UTF8.self)
            else { return false }
            return .boolean(NaiveJSON(text) != nil)
        }
        #expect(try evaluate("s IS JSON", Self.schema, rows) == twins)
        for text in [
            "tags[0]", "attributes['a']", "address.zip", "CARDINALITY(tags)", "JSON_UNQUOTE(s)",
        ] {
            let compiled = CompiledExpression(try typed(text, Self.schema))
            let batch = makeBatch(Self.schema, rows)
            do {
                _ = try compiled.evaluate(batch: batch)
            } catch {
                #expect(error.code == .badJSON)
            }
        }
    }
}
