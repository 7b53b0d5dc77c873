import StreamCore
import Testing

@testable import Expression

/// DECIMAL: types, rounding, range.
@Suite struct DecimalTests {
    static let schema = RowSchema([
        Field(name: "p", type: .decimal(precision: 12, scale: 2), isNullable: false),
        Field(name: "q", type: .decimal(precision: 38, scale: 10), isNullable: false),
        Field(name: "o", type: .decimal(precision: 5, scale: 5), isNullable: false),
        Field(name: "i", type: .int, isNullable: false),
        Field(name: "l", type: .bigint, isNullable: false),
        Field(name: "d", type: .double, isNullable: false),
    ])

    /// Flink `LogicalTypeMerging`, "Decimal Precision Deriving", with its cut to 38 digits.
    @Test(arguments: [
        ("1.5", "DECIMAL(2, 1)"), ("0.5", "DECIMAL(2, 1)"), (".5", "DECIMAL(1, 1)"),
        ("-10.00", "DECIMAL(4, 2)"), ("1.", "INT"), ("p + p", "DECIMAL(13, 2)"),
        ("p - o", "DECIMAL(16, 5)"), ("p * p", "DECIMAL(25, 4)"), ("p / p", "DECIMAL(27, 15)"),
        ("p % o", "DECIMAL(5, 5)"), ("p + i", "DECIMAL(13, 2)"), ("p + l", "DECIMAL(22, 2)"),
        ("p * 2", "DECIMAL(23, 2)"), ("q + q", "DECIMAL(38, 9)"), ("q * q", "DECIMAL(38, 6)"),
        ("q / p", "DECIMAL(38, 8)"), ("q % p", "DECIMAL(20, 10)"), ("p + d", "DOUBLE"),
        ("d / 1.5", "DOUBLE"), ("-p", "DECIMAL(12, 2)"), ("p + NULL", "DECIMAL(13, 2)"),
        ("ABS(p)", "DECIMAL(12, 2)"), ("SIGN(p)", "DECIMAL(12, 2)"),
        ("FLOOR(p)", "DECIMAL(12, 0)"), ("CEIL(o)", "DECIMAL(5, 0)"),
        ("ROUND(p)", "DECIMAL(11, 0)"), ("ROUND(p, 1)", "DECIMAL(12, 1)"),
        ("ROUND(p, 2)", "DECIMAL(12, 2)"), ("ROUND(p, -3)", "DECIMAL(11, 0)"),
        ("TRUNCATE(q, 4)", "DECIMAL(33, 4)"), ("ROUND(i, 2)", "INT"), ("ROUND(d, 2)", "DOUBLE"),
        ("COALESCE(p, o)", "DECIMAL(15, 5)"), ("COALESCE(i, o)", "DECIMAL(15, 5)"),
        ("COALESCE(l, q)", "DECIMAL(38, 10)"), ("COALESCE(d, p)", "DOUBLE"),
        ("CASE WHEN TRUE THEN p ELSE NULL END", "DECIMAL(12, 2)"),
        ("GREATEST(p, 1, 0.001)", "DECIMAL(13, 3)"), ("NULLIF(p, 0)", "DECIMAL(12, 2)"),
        ("COALESCE(CAST(q AS DECIMAL(38, 0)), o)", "DECIMAL(38, 0)"),
    ])
    func resultTypesAreFlinks(text: String, type: String) throws {
        #expect("\(try typed(text, Self.schema).type)" == type)
    }

    @Test(arguments: [
        ("p + p", false), ("p * i", false), ("q + q", true), ("q * q", true), ("p / 2", true),
        ("p % 2", true), ("-q", false), ("ABS(q)", false), ("SIGN(p)", false), ("SIGN(o)", true),
        ("ROUND(q, 2)", false), ("FLOOR(q)", false), ("p > 0.5", false), ("d > 0.5", false),
        ("CAST(p AS DECIMAL(13, 2))", false), ("CAST(p AS DECIMAL(12, 1))", false),
        ("CAST(p AS DECIMAL(11, 1))", true),
        ("CAST(p AS DECIMAL(11, 2))", true), ("CAST(i AS DECIMAL(10))", false),
        ("CAST(i AS DECIMAL(9))", true), ("TRY_CAST(i AS DECIMAL(9))", false),
        ("CAST(p AS BIGINT)", false), ("CAST(p AS INT)", true), ("CAST(o AS INT)", false),
        ("CAST(p AS DOUBLE)", false), ("CAST(d AS DECIMAL(38, 2))", true),
    ])
    func whatCanFailIsKnown(text: String, canFail: Bool) throws {
        #expect(try typed(text, Self.schema).canFail == canFail)
    }

    /// HALF_UP everywhere, as `java.math.BigDecimal`; what does not fit is an error (Flink: NULL).
    @Test(arguments: [
        ("1.005 + 0.1", "1.105"), ("1.10 - 1.1", "0.00"), ("2 * 0.5", "1.0"),
        ("1.0 / 3", "0.333333333333"), ("2.0 / 3", "0.666666666667"),
        ("-2.0 / 3", "-0.666666666667"),
        ("1 / 8.0", "0.125000"), ("7.5 % 2", "1.5"), ("-7.5 % 2", "-1.5"), ("7.5 % -2", "1.5"),
        ("1.5 % 0", "E2101"), ("1.5 / 0.0", "E2101"), ("0.1 + 0.2 = 0.3", "true"),
        ("1.0 = 1", "true"), ("1.50 = 1.5", "true"), ("1.5 > 1", "true"),
        ("1.5 IN (1, 1.50)", "true"),
        ("1.5 BETWEEN 1.49 AND 1.51", "true"), ("1.5 IS DISTINCT FROM 1.50", "false"),
        ("0.5 = 0.5E0", "true"), ("0.1 + 0E0 = 0.1E0", "true"),
        ("99999999999999999999999999999999999999. = 1", "E1107"),
        ("CAST('99999999999999999999999999999999999999' AS DECIMAL(38)) + 1", "E2102"),
        (
            "CAST('99999999999999999999999999999999999999' AS DECIMAL(38)) - 1",
            "99999999999999999999999999999999999998"
        ),
        (
            "CAST('99999999999999999999' AS DECIMAL(38)) * 99999999999999999.9",
            "9999999999999999989900000000000000000.1"
        ),
        ("CAST('9999999999999999999999' AS DECIMAL(38)) * 99999999999999999.9", "E2102"),
        ("CAST('1e37' AS DECIMAL(38)) > 0.00000000000000000001", "true"),
        ("CAST('-1e37' AS DECIMAL(38)) < 0.00000000000000000001", "true"),
        ("0.00000000000000000001 IN (CAST('1e37' AS DECIMAL(38)), 0.00000000000000000001)", "true"),
        ("CAST('1e37' AS DECIMAL(38)) IS DISTINCT FROM 0.00000000000000000001", "E1103"),
        ("FLOOR(-0.5)", "-1"), ("CEIL(-0.5)", "0"), ("FLOOR(9.99)", "9"), ("CEIL(9.01)", "10"),
        ("ROUND(0.5)", "1"), ("ROUND(-0.5)", "-1"), ("ROUND(2.449, 1)", "2.4"),
        ("ROUND(15.5, -1)", "20"), ("ROUND(99.5, -2)", "100"), ("ROUND(49.9, -2)", "0"),
        ("ROUND(1.5, -3)", "0"), ("TRUNCATE(1.99, 1)", "1.9"), ("TRUNCATE(-199.9, -1)", "-190"),
        ("ROUND(1.005E0, 2)", "1.01"), ("ROUND(-1.5E0)", "-2.0"), ("TRUNCATE(-0.5E0)", "0.0"),
        ("ROUND(1E300, 2)", "1e+300"), ("ROUND(1.7E308, -308)", "E2102"),
        ("ROUND(-2147483648, -1)", "E2102"), ("ROUND(1.5, 1.5)", "E1104"),
        ("SIGN(-1.50)", "-1.00"), ("SIGN(.5)", "E2102"), ("ABS(-1.50)", "1.50"), ("-(-1.5)", "1.5"),
        ("GREATEST(1.5, 2)", "2.0"), ("LEAST(0.25, 1)", "0.25"), ("COALESCE(NULL, 0.5, 1)", "0.5"),
    ])
    func valuesAreThoseOfJavasBigDecimal(text: String, result: String) throws {
        #expect(try constantOrCode(text) == result)
    }

    /// Flink: docs, "Data Types", CAST.
    @Test(arguments: [
        ("CAST(1.005 AS DECIMAL(3, 2))", "1.01"), ("CAST(9.995 AS DECIMAL(3, 2))", "E2103"),
        ("TRY_CAST(9.995 AS DECIMAL(3, 2))", "null"), ("CAST(7 AS DECIMAL(3, 2))", "7.00"),
        ("CAST(70 AS DECIMAL(3, 2))", "E2103"), ("CAST(TRUE AS DECIMAL(3, 2))", "1.00"),
        ("CAST(0.1E0 AS DECIMAL(20, 18))", "0.100000000000000000"),
        ("CAST(1.115E0 AS DECIMAL(3, 2))", "1.12"), ("CAST(1E20 AS DECIMAL(20))", "E2103"),
        ("CAST(' -1.255 ' AS DECIMAL(3, 2))", "-1.26"), ("CAST('1e2' AS DECIMAL(3))", "100"),
        ("CAST('x' AS DECIMAL(3))", "E2103"), ("TRY_CAST('' AS DECIMAL(3))", "null"),
        ("CAST(-1.9 AS INT)", "-1"), ("CAST(3000000000.5 AS INT)", "E2103"),
        ("CAST(3000000000.5 AS BIGINT)", "3000000000"),
        ("CAST(9223372036854775808.0 AS BIGINT)", "E2103"),
        ("TRY_CAST(9223372036854775808.0 AS BIGINT)", "null"),
        ("CAST(0.1 AS DOUBLE)", "0.1"),
        ("CAST(123456789012345678.9 AS DOUBLE)", "1.2345678901234568e+17"),
        ("CAST(1.50 AS STRING)", "\"1.50\""), ("CAST(-0.05 AS STRING)", "\"-0.05\""),
        ("CAST(1.5 AS BOOLEAN)", "E1114"), ("CAST(1.5 AS BYTES)", "E1114"),
        ("CAST(CAST('abc' AS BYTES) AS DECIMAL(3))", "E1114"),
    ])
    func castsRoundOrFail(text: String, result: String) throws {
        #expect(try constantOrCode(text) == result)
    }

    /// No cast is left in a comparison of a DOUBLE column with a decimal constant.
    @Test func decimalConstantsBecomeDoublesBesideADouble() throws {
        for text in ["d > 0.5", "0.5 < d", "d BETWEEN 0.5 AND 1.5", "d IN (0.5, 1)", "d + 0.5 > 1"]
        {
            #expect(!"\(try typed(text, Self.schema).node)".contains("cast"), "\(text)")
        }
    }

    /// Exact sums in 64 bits, in 128 and beyond, over many rows.
    @Test func sumsOfColumnsAreExact() throws {
        let rows = (0..<3_000).map { index -> [Value] in
            [
                .decimal(Int128(index) * 100_003 - 7), .decimal(Int128(index) << 80),
                .decimal(12_345), 2, 3, 1,
            ]
        }
        let sums = try evaluate("p + p * i", Self.schema, rows)
        let wide = try evaluate("q + p", Self.schema, rows)
        for (index, row) in rows.enumerated() {
            guard case .decimal(let p) = row[0], case .decimal(let q) = row[1] else { continue }
            #expect(sums[index] == .decimal(p * 3))
            #expect(wide[index] == .decimal(DecimalCodec.roundedQuotient(q + p * 100_000_000, 10)))
        }
    }

    private func constantOrCode(_ text: String) throws -> String {
        if let code = codes(text).first { return code }
        return try constant(text)
    }
}
