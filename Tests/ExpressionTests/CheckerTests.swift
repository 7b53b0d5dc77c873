import StreamCore
import Testing

@testable import Expression

/// Types, nullability, used columns, scopes and aggregates.
@Suite struct CheckerTests {
    static let schema = RowSchema([
        Field(name: "s", type: .string), Field(name: "t", type: .string, isNullable: false),
        Field(name: "i", type: .int, isNullable: false), Field(name: "l", type: .bigint),
        Field(name: "d", type: .double), Field(name: "b", type: .boolean, isNullable: false),
        Field(name: "r", type: .row([Field(name: "x", type: .int)])),
    ])

    @Test(arguments: [
        ("1", "INT NOT NULL"), ("2147483648", "BIGINT NOT NULL"), ("1E0", "DOUBLE NOT NULL"),
        ("'a'", "STRING NOT NULL"),
        ("i + 1", "INT NOT NULL"), ("i + l", "BIGINT"), ("l * d", "DOUBLE"),
        ("i / 2E0", "DOUBLE NOT NULL"), ("i / 2.0", "DECIMAL(17, 6) NOT NULL"),
        ("l % i", "INT"), ("i % l", "BIGINT"), ("-i", "INT NOT NULL"), ("s || t", "STRING"),
        ("t || t", "STRING NOT NULL"),
        ("i = l", "BOOLEAN"), ("i = 1", "BOOLEAN NOT NULL"), ("s IS NULL", "BOOLEAN NOT NULL"),
        ("i = NULL", "BOOLEAN"),
        ("s IS DISTINCT FROM t", "BOOLEAN NOT NULL"), ("i IN (1, NULL)", "BOOLEAN"),
        ("i IN (1, 2)", "BOOLEAN NOT NULL"),
        ("CASE WHEN b THEN 1 END", "INT"), ("CASE WHEN b THEN i ELSE 2.5E0 END", "DOUBLE NOT NULL"),
        ("CASE WHEN b THEN i ELSE 2.5 END", "DECIMAL(11, 1) NOT NULL"),
        ("COALESCE(l, i)", "BIGINT NOT NULL"), ("COALESCE(s, NULL)", "STRING"),
        ("NULLIF(i, 1)", "INT"),
        ("CAST(t AS INT)", "INT NOT NULL"), ("TRY_CAST(t AS INT)", "INT"),
        ("TRY_CAST(i AS BIGINT)", "BIGINT NOT NULL"),
        ("CAST(NULL AS BYTES)", "BYTES"), ("CHAR_LENGTH(t)", "INT NOT NULL"),
        ("SUBSTRING(t, 1)", "STRING NOT NULL"),
        ("SUBSTRING(t, 1, 2)", "STRING"), ("ABS(l)", "BIGINT"), ("GREATEST(i, d)", "DOUBLE"),
        ("r", "ROW<x INT>"),
        ("s LIKE 'a%'", "BOOLEAN"), ("t LIKE 'a%'", "BOOLEAN NOT NULL"),
        ("i BETWEEN 1 AND l", "BOOLEAN"),
        ("FLOOR(i)", "INT NOT NULL"), ("IF(b, i, l)", "BIGINT"),
    ])
    func typesAndNullabilityFollowFromTheOperands(text: String, type: String) throws {
        let typed = try typed(text, Self.schema)
        #expect("\(typed.type)\(typed.isNullable ? "" : " NOT NULL")" == type)
    }

    @Test(arguments: [
        ("i + 1", true), ("i = 1", false), ("s || t", true), ("LOWER(s)", false),
        ("CAST(s AS INT)", true),
        ("TRY_CAST(s AS INT)", false), ("CAST(i AS BIGINT)", false), ("b AND 1 / i = 1", true),
        ("-d", false),
        ("TRY_CAST(CAST(1 / i AS STRING) AS INT)", true), ("s LIKE t", false),
        ("s LIKE t ESCAPE '!'", true),
    ])
    func whatCanFailIsKnown(text: String, canFail: Bool) throws {
        #expect(try typed(text, Self.schema).canFail == canFail)
    }

    @Test func usedColumnsAreListedOnce() throws {
        let typed = try typed(
            "CASE WHEN b THEN l + i ELSE i END > 1 AND s BETWEEN t AND s", Self.schema)
        #expect(typed.usedColumns == [0, 1, 2, 3, 5])
        #expect(try CheckerTests.column("l") == 3)
        #expect(try CheckerTests.column("(l)") == 3)
        #expect(try CheckerTests.column("l + 0") == nil)
        #expect(typed.isDeterministic)
    }

    private static func column(_ text: String) throws -> Int? {
        try ExpressionTests.typed(text, schema).columnIndex
    }

    // MARK: Source scope

    @Test func aSourceExtractsOnlyThePathsThatAreUsed() throws {
        let scope = SourceScope(
            RowSchema([
                Field(name: "id", type: .string, isNullable: false),
                Field(
                    name: "customer",
                    type: .row([
                        Field(name: "name", type: .string, isNullable: false),
                        Field(
                            name: "address",
                            type: .row([Field(name: "zip", type: .int, isNullable: false)]),
                            isNullable: false),
                    ]), isNullable: false),
                Field(
                    name: "tags",
                    type: .array(.row([Field(name: "k", type: .string, isNullable: false)])),
                    isNullable: false),
            ]))
        func check(_ text: String) throws -> TypedExpression {
            try ExpressionChecker.check(try ExpressionParser.parse(text), in: scope)
        }
        #expect(try check("customer.address.zip > 1").usedColumns == [0])
        #expect(try check("tags[1].k || id").usedColumns == [1, 2])
        #expect(try check("customer.address.zip + 1").usedColumns == [0])
        #expect(try check("customer").columnIndex == 3)
        #expect(
            scope.columns.map(\.path.pathText) == [
                "customer.address.zip", "tags[1].k", "id", "customer",
            ])
        #expect(scope.columns.map(\.isNullable) == [false, true, false, false])
        #expect(
            scope.extractedSchema.fields.map { "\($0.type)" }.prefix(3) == [
                "INT", "STRING", "STRING",
            ])
        for (text, help) in [
            ("customer.nme", "did you mean `customer.name`?"), ("id.x", ""), ("tags.k", ""),
            ("customer[0]", ""), ("ids", "did you mean `id`?"),
        ] {
            do {
                _ = try check(text)
                Issue.record("\(text) is no path")
            } catch let errors as ExpressionErrors {
                #expect(errors.errors[0].code == .unknownColumn)
                #expect((errors.errors[0].help ?? "").contains(help))
            }
        }
    }

    // MARK: Aggregates

    private func aggregate(_ text: String) throws -> AggregateItem {
        try ExpressionChecker.checkAggregate(
            try ExpressionParser.parse(text), in: SchemaScope(Self.schema),
            keys: [
                Field(name: "k", type: .string), Field(name: "n", type: .int, isNullable: false),
            ])
    }

    @Test(arguments: [
        ("COUNT(*)", "BIGINT NOT NULL"), ("COUNT(s)", "BIGINT NOT NULL"),
        ("SUM(i)", "BIGINT NOT NULL"), ("SUM(l)", "BIGINT"),
        ("SUM(d)", "DOUBLE"), ("AVG(i)", "INT NOT NULL"), ("AVG(d)", "DOUBLE"),
        ("MIN(s)", "STRING"), ("MAX(t)", "STRING NOT NULL"),
        ("MAX(l)", "BIGINT"), ("MIN(b)", "BOOLEAN NOT NULL"), ("SUM(i + l)", "BIGINT"),
        ("COUNT(DISTINCT s)", "BIGINT NOT NULL"), ("COUNT(ALL s)", "BIGINT NOT NULL"),
        ("FIRST_VALUE(i)", "INT NOT NULL"),
        ("ARRAY_AGG(i)", "ARRAY<INT> NOT NULL"), ("ARRAY_AGG(i) FILTER (WHERE b)", "ARRAY<INT>"),
        ("LAST_VALUE(s)", "STRING"), ("LISTAGG(t, '; ')", "STRING NOT NULL"),
        ("STDDEV_POP(i)", "DOUBLE NOT NULL"), ("VAR_SAMP(i)", "DOUBLE"),
        ("SUM(i) FILTER (WHERE b)", "BIGINT"), ("COUNT(i) FILTER (WHERE b)", "BIGINT NOT NULL"),
    ])
    func aggregatesHaveTheirTypes(text: String, type: String) throws {
        let item = try aggregate(text)
        let call = try #require(item.singleCall)
        #expect("\(call.type)\(call.isNullable ? "" : " NOT NULL")" == type)
        #expect(item.result.type == call.type)
        #expect(item.calls.count == 1)
        #expect((call.argument == nil) == (text == "COUNT(*)"))
    }

    @Test func anItemMayComputeWithAggregatesAndKeys() throws {
        let item = try aggregate("SUM(d) / COUNT(*) + n + MAX(i)")
        #expect(item.calls.map(\.function) == [.sum, .count, .max])
        #expect(item.singleCall == nil)
        // Keys are columns 0 and 1, the calls follow.
        #expect(item.result.usedColumns == [1, 2, 3, 4])
        #expect(item.calls[0].argument?.usedColumns == [4])
    }

    @Test(arguments: [
        ("s", "E1110"), ("k", "E1109"), ("SUM(SUM(i))", "E1109"), ("COUNT(*) + i", "E1110"),
        ("SUM(s)", "E1104"),
        ("COUNT()", "E1106"), ("SUM(*)", "E1106"), ("MIN(i, l)", "E1106"), ("MAX(r)", "E1104"),
        ("MIN(nothing)", "E1102"),
        ("COUNT(*) > nothing", "E1102"), ("SUM(NULL)", "E1112"), ("AVG(k)", "E1102"),
        ("LOWER(k)", "E1109"), ("LOWER(DISTINCT k)", "E1109"),
        ("LOWER(ALL k)", "E1109"), ("COUNT(ALL *)", "E1101"), ("COUNT(ALL)", "E1106"),
        ("LOWER(k) FILTER (WHERE b)", "E1109"), ("NOTHING(DISTINCT k)", "E1105"),
        ("COUNT(DISTINCT *)", "E1106"), ("COUNT(DISTINCT r)", "E1104"),
        ("COUNT(*) FILTER (WHERE i)", "E1104"), ("SUM(i) FILTER (WHERE nothing)", "E1102"),
        ("SUM(i) FILTER (WHERE SUM(i) > 1)", "E1109"), ("LISTAGG(i)", "E1104"),
        ("LISTAGG(s, t)", "E1104"), ("LISTAGG(s, ',', 1)", "E1106"), ("STDDEV_POP(s)", "E1104"),
        ("MAX(i IGNORE NULLS)", "E1109"), ("COLLECT(i)", "E1108"),
        ("ARRAY_AGG(DISTINCT r)", "E1104"), ("ARRAY_AGG(INTERVAL '1' DAY)", "E1104"),
        ("ARRAY_AGG(i IGNORE)", "E1101"), ("SUM(i) FILTER (i > 1)", "E1101"),
        ("SUM(i) FILTER (WHERE b", "E1101"),
    ])
    func misusedAggregatesAreErrors(text: String, code: String) throws {
        do {
            _ = try aggregate(text)
            Issue.record("\(text) should be wrong")
        } catch let errors as ExpressionErrors {
            #expect(errors.errors[0].code.rawValue == code, "\(errors)")
        }
    }
}
