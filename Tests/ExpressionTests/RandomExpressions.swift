import StreamCore

@testable import Expression

/// The generator of every random test; the seed is the test's argument, so a failure names it.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Texts of random expressions that pass the checker, and random rows for them.
struct RandomExpressions {
    var random: SplitMix64

    static let schema = RowSchema([
        Field(name: "b", type: .boolean), Field(name: "c", type: .boolean),
        Field(name: "i", type: .int), Field(name: "j", type: .int, isNullable: false),
        Field(name: "l", type: .bigint), Field(name: "m", type: .bigint),
        Field(name: "d", type: .double), Field(name: "e", type: .double, isNullable: false),
        Field(name: "s", type: .string), Field(name: "t", type: .string, isNullable: false),
        Field(name: "y", type: .bytes),
        Field(name: "p", type: .decimal(precision: 12, scale: 2)),
        Field(name: "q", type: .decimal(precision: 38, scale: 10)),
        Field(name: "o", type: .decimal(precision: 5, scale: 5), isNullable: false),
        Field(name: "u", type: .date), Field(name: "v", type: .timestamp),
        Field(name: "w", type: .timestampLTZ, isNullable: false),
        Field(name: "z", type: .intervalDayTime), Field(name: "k", type: .intervalYearMonth),
    ])

    private static let integers: [Int64] = [
        0, 1, -1, 2, 3, 7, -10, 100, 46341, 2_147_483_647, -2_147_483_648,
    ]
    private static let longs: [Int64] = [
        0, 1, -1, 5, 4_294_967_296, -3_037_000_500, Int64.max, Int64.min,
    ]
    private static let doubles = [
        0, -0.0, 1, -1.5, 0.1, 2.75, 1e7, 123456.789, 1e-5, 1e19, -4e300, 1e308,
    ]
    private static let decimals: [Int128] = [
        0, 1, -1, 5, 49_999, 50_000, -50_000, 99_999, -99_999, 12_345,
    ]
    private static let days: [Int64] = [
        0, -1, 59, 11_016, 20_484, -719_528, 2_932_896, -25_508, 24_106,
    ]
    private static let texts = [
        "2026-01-31", "2026-01-31 12:30:05.5", "2026-02-03T04:05:06Z", "1969-12-31 23:59+05:30",
        "3/2/2026", "31/11/2026", "2026-13-01", "2026-1-1 1:1:1",
        "", "a", "A", "grey", "Grey", "GREY", " x ", "12", "-3.5", "true", "a%b_c", "naïve ÀÉ",
        "日本語",
        "straße", "🙂b", "abcdefghijklmnopqrstuvwxyz", "12345678", "%", "ab%", "!", "9999999999",
    ]

    // MARK: Rows

    mutating func row() -> [Value] {
        Self.schema.fields.map { field in
            if field.isNullable, Int.random(in: 0..<4, using: &random) == 0 { return .null }
            switch field.type {
            case .boolean: return .boolean(Bool.random(using: &random))
            case .int: return .integer(Self.integers.randomElement(using: &random)!)
            case .bigint: return .integer(Self.longs.randomElement(using: &random)!)
            case .date: return .integer(Self.days.randomElement(using: &random)!)
            case .timestamp, .timestampLTZ:
                let day = Self.days.randomElement(using: &random)! * 86_400_000
                return .integer(
                    day + [0, 1, 43_200_000, 86_399_999].randomElement(using: &random)!)
            case .intervalDayTime, .intervalYearMonth:
                return .integer(
                    [
                        0, 1, -1, 12, 1_000, -86_400_000, 90_061_001, 5_000_000_000, Int64.max,
                        Int64.min,
                    ]
                    .randomElement(using: &random)!)
            case .decimal(let precision, _):
                let limit = DecimalCodec.power(precision)
                let wide = Int128(Int64(bitPattern: random.next())) * Int128(1 << 62)
                let values = Self.decimals + [limit - 1, 1 - limit, limit / 2, wide % limit]
                return .decimal(values.randomElement(using: &random)!)
            case .double: return .double(Self.doubles.randomElement(using: &random)!)
            default: return .text(Self.texts.randomElement(using: &random)!)
            }
        }
    }

    // MARK: Expressions

    mutating func pick(_ options: [String]) -> String { options.randomElement(using: &random)! }

    mutating func expression(_ depth: Int) -> String {
        switch Int.random(in: 0..<9, using: &random) {
        case 4: decimal(depth)
        case 5: instant(depth)
        case 6: interval(depth)
        case 0: text(depth)
        case 1: integer(depth)
        case 2: bigint(depth)
        case 3: double(depth)
        default: boolean(depth)
        }
    }

    /// Of the bounds of BETWEEN.
    private mutating func order() -> String { pick(["", "ASYMMETRIC ", "SYMMETRIC "]) }

    mutating func boolean(_ depth: Int) -> String {
        guard depth > 0 else { return pick(["b", "c", "TRUE", "FALSE", "CAST(NULL AS BOOLEAN)"]) }
        let d = depth - 1
        let comparison = pick(["=", "<>", "<", "<=", ">", ">="])
        let not = pick(["", "NOT "])
        switch Int.random(in: 0..<22, using: &random) {
        case 19: return "(\(instant(d)) \(comparison) \(instant(d)))"
        case 20: return "(\(interval(d)) \(comparison) \(interval(d)))"
        case 21: return "(\(instant(d)) \(not)BETWEEN \(order())\(instant(0)) AND \(instant(d)))"
        case 17: return textCondition(d)
        case 15: return regexCondition(d)
        case 16: return "REGEXP(\(text(d)), \(pattern()))"
        case 18:
            return
                "(\(decimal(d)) \(not)IN (0.5, 1, -12345678901234567890.5\(pick(["", ", NULL", ", i", ", 1.5,2,3,4,5,6,7,8"]))))"
        case 0: return "(\(boolean(d)) AND \(boolean(d)))"
        case 1: return "(\(boolean(d)) OR \(boolean(d)) OR \(boolean(d)))"
        case 2: return "(NOT \(boolean(d)))"
        case 3: return "(\(number(d)) \(comparison) \(number(d)))"
        case 4: return "(\(text(d)) \(comparison) \(text(d)))"
        case 5: return "(\(boolean(d)) IS \(not)\(pick(["NULL", "TRUE", "FALSE", "UNKNOWN"])))"
        case 6: return "(\(text(d)) IS \(not)NULL)"
        case 7:
            let values = [
                integer(d), bigint(d), double(d), "p", "1.50", "CAST(o AS DECIMAL(9, 1))",
            ]
            return "(\(pick(values)) IS \(not)DISTINCT FROM \(pick(values)))"
        case 8: return "(\(text(d)) IS \(not)DISTINCT FROM \(text(d)))"
        case 9:
            return
                "(\(integer(d)) \(not)IN (1, 2, -1\(pick(["", ", NULL", ", j", ",3,4,5,6,7,8,100"]))))"
        case 10:
            return
                "(\(text(d)) \(not)IN ('a', 'grey'\(pick(["", ", NULL", ", t", ",'b','c','d','e','f','12','!'"]))))"
        case 11: return "(\(number(d)) \(not)BETWEEN \(order())\(number(d)) AND \(number(d)))"
        case 12:
            let pattern = pick([
                "'%'", "'a%'", "'%e_'", "'%r%'", "'_r_y'", "'a!%b!_c' ESCAPE '!'", "''", "'%語'",
                "s", "t ESCAPE '!'",
            ])
            return "(\(text(d)) \(not)LIKE \(pattern))"
        case 13:
            return
                "\(pick(["CAST", "TRY_CAST"]))(\(pick([text(d), integer(d), bigint(d), double(d)])) AS BOOLEAN)"
        default: return branch(boolean(d), boolean(d), d)
        }
    }

    private mutating func branch(_ a: String, _ b: String, _ depth: Int) -> String {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: "CASE WHEN \(boolean(depth)) THEN \(a) WHEN \(boolean(depth)) THEN \(b) END"
        case 1:
            "CASE \(integer(depth)) WHEN 1 THEN \(a) WHEN \(integer(depth)) THEN NULL ELSE \(b) END"
        case 2: "COALESCE(\(a), \(b))"
        case 3: "NULLIF(\(a), \(b))"
        default: "IF(\(boolean(depth)), \(a), \(b))"
        }
    }

    mutating func number(_ depth: Int) -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: integer(depth)
        case 1: bigint(depth)
        case 2: decimal(depth)
        default: double(depth)
        }
    }

    mutating func integer(_ depth: Int) -> String {
        guard depth > 0 else {
            return pick(["i", "j", "0", "1", "-7", "2147483647", "CAST(NULL AS INT)"])
        }
        let d = depth - 1
        switch Int.random(in: 0..<12, using: &random) {
        case 11:
            let unit = pick(TimeUnit.allCases.map(\.rawValue))
            return "TIMESTAMPDIFF(\(unit), \(instant(d)), \(instant(d)))"
        case 10: return textNumber(d)
        case 9: return "\(pick(["REGEXP_COUNT", "REGEXP_INSTR"]))(\(text(d)), \(pattern()))"
        case 0...2: return "(\(integer(d)) \(pick(["+", "-", "*", "/", "%"])) \(integer(d)))"
        case 3: return "(- \(pick([integer(d), "ROUND(\(integer(d)), -2)"])))"
        case 4: return "\(pick(["ABS", "SIGN", "FLOOR"]))(\(integer(d)))"
        case 5: return "CHAR_LENGTH(\(text(d)))"
        case 6: return "POSITION(\(text(0)) IN \(text(d)))"
        case 7:
            return "\(pick(["CAST", "TRY_CAST"]))(\(pick([text(d), number(d), boolean(d)])) AS INT)"
        default: return branch(integer(d), integer(d), d)
        }
    }

    mutating func bigint(_ depth: Int) -> String {
        guard depth > 0 else { return pick(["l", "m", "4294967296", "-9223372036854775808"]) }
        let d = depth - 1
        switch Int.random(in: 0..<10, using: &random) {
        case 7:
            let part = pick(TimeField.allCases.map(\.rawValue))
            return "EXTRACT(\(part) FROM \(instant(d)))"
        case 8: return "\(pick(["YEAR", "WEEK", "DAYOFWEEK", "HOUR"]))(\(instant(d)))"
        case 9:
            return
                "UNIX_TIMESTAMP(\(text(d))\(pick(["", ", 'd/M/yyyy'", ", 'yyyy-MM-dd HH:mm:ss'"])))"
        case 0...2:
            return
                "(\(bigint(d)) \(pick(["+", "-", "*", "/", "%"])) \(pick([bigint(d), integer(d)])))"
        case 3: return "(- \(bigint(d)))"
        case 4: return "\(pick(["ABS", "SIGN"]))(\(bigint(d)))"
        case 5:
            return
                "\(pick(["CAST", "TRY_CAST"]))(\(pick([text(d), number(d), boolean(d)])) AS BIGINT)"
        default: return branch(bigint(d), pick([bigint(d), integer(d)]), d)
        }
    }

    mutating func double(_ depth: Int) -> String {
        guard depth > 0 else { return pick(["d", "e", "0E0", "1.5E0", "-1e308"]) }
        let d = depth - 1
        switch Int.random(in: 0..<10, using: &random) {
        case 8: return mathCall(d)
        case 9:
            return "\(pick(["ROUND", "TRUNCATE"]))(\(double(d)), \(pick(["0", "2", "-3", "15"])))"
        case 0...2: return "(\(double(d)) \(pick(["+", "-", "*", "/"])) \(number(d)))"
        case 3: return "(- \(double(d)))"
        case 4: return "\(pick(["ABS", "SIGN", "FLOOR", "CEIL"]))(\(double(d)))"
        case 5: return "\(pick(["GREATEST", "LEAST"]))(\(double(d)), \(number(d)), 1)"
        case 6:
            return
                "\(pick(["CAST", "TRY_CAST"]))(\(pick([text(d), number(d), boolean(d)])) AS DOUBLE)"
        default: return branch(double(d), number(d), d)
        }
    }

    mutating func instant(_ depth: Int) -> String {
        guard depth > 0 else {
            return pick([
                "u", "v", "w", "DATE '2024-02-29'", "TIMESTAMP '1969-12-31 23:59:59.999'",
                "CAST(NULL AS TIMESTAMP)", "TO_TIMESTAMP_LTZ(l, 3)",
            ])
        }
        let d = depth - 1
        let unit = pick(TimeUnit.allCases.map(\.rawValue))
        switch Int.random(in: 0..<9, using: &random) {
        case 0:
            let start = pick(["v", "w", "CAST(\(instant(d)) AS TIMESTAMP)"])
            return "(\(start) \(pick(["+", "-"])) \(interval(d)))"
        case 1:
            return
                "(CAST(\(instant(d)) AS DATE) \(pick(["+", "-"])) \(pick(["z", "k", "INTERVAL '7' MONTH"])))"
        case 2: return "\(pick(["FLOOR", "CEIL"]))(\(instant(d)) TO \(unit))"
        case 3: return "TIMESTAMPADD(\(unit), \(pick([integer(0), bigint(0)])), \(instant(d)))"
        case 4:
            let type = pick(["DATE", "TIMESTAMP", "TIMESTAMP_LTZ"])
            return "\(pick(["CAST", "TRY_CAST"]))(\(pick([text(d), instant(d)])) AS \(type))"
        case 5: return "TO_TIMESTAMP(\(text(d))\(pick(["", ", 'yyyy-MM-dd HH:mm:ss'"])))"
        case 6: return "TO_DATE(\(text(d))\(pick(["", ", 'd/M/yyyy'"])))"
        case 7:
            return
                "TO_TIMESTAMP_LTZ(\(pick([integer(d), bigint(d), double(0), "p"])), \(pick(["0", "3"])))"
        default: return branch(instant(d), instant(d), d)
        }
    }

    mutating func interval(_ depth: Int) -> String {
        guard depth > 0 else { return pick(["z", "INTERVAL '90' MINUTE", "INTERVAL '3' DAY"]) }
        let d = depth - 1
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return "(\(interval(d)) \(pick(["+", "-"])) \(interval(d)))"
        case 1: return "(\(interval(d)) * \(pick([integer(d), bigint(0)])))"
        case 2: return "(- \(interval(d)))"
        default: return branch(interval(d), interval(d), d)
        }
    }

    mutating func decimal(_ depth: Int) -> String {
        guard depth > 0 else {
            return pick([
                "p", "q", "o", "0.00", "1.5", "-0.005", "9999999999999999999999999999999999999.9",
                "CAST(NULL AS DECIMAL(7, 3))", "CAST(i AS DECIMAL(20, 4))",
            ])
        }
        let d = depth - 1
        switch Int.random(in: 0..<10, using: &random) {
        case 0...3:
            let other = pick([decimal(d), integer(d), bigint(d)])
            return "(\(decimal(d)) \(pick(["+", "-", "*", "/", "%"])) \(other))"
        case 4: return "(- \(decimal(d)))"
        case 5: return "\(pick(["ABS", "SIGN", "FLOOR", "CEIL"]))(\(decimal(d)))"
        case 6:
            let digits = pick(["0", "1", "-2", "7", "-40"])
            return "\(pick(["ROUND", "TRUNCATE"]))(\(pick([decimal(d), decimal(0)])), \(digits))"
        case 7: return "\(pick(["GREATEST", "LEAST"]))(\(decimal(d)), \(decimal(d)), 1)"
        case 8:
            let type = pick(["DECIMAL(12, 2)", "DECIMAL(38, 38)", "DECIMAL(3)", "NUMERIC(38, 6)"])
            let value = pick([text(d), number(d), boolean(d)])
            return "\(pick(["CAST", "TRY_CAST"]))(\(value) AS \(type))"
        default: return branch(decimal(d), pick([decimal(d), integer(d)]), d)
        }
    }

    mutating func text(_ depth: Int) -> String {
        guard depth > 0 else {
            return pick([
                "s", "t", "''", "'a'", "'grey'", "' '", "'語'", "'1'", "CAST(NULL AS STRING)",
            ])
        }
        let d = depth - 1
        switch Int.random(in: 0..<18, using: &random) {
        case 15: return "CAST(\(pick([instant(d), interval(d), "k"])) AS STRING)"
        case 16:
            let pattern = pick([
                "yyyy-MM-dd HH:mm:ss.SSS", "d/M/yyyy", "EEE, D 'o''clock' h a SS",
            ])
            let literal = pattern.replacing("'", with: "''")
            return "DATE_FORMAT(\(instant(d)), '\(literal)')"
        case 17: return "FROM_UNIXTIME(\(pick([integer(d), bigint(0)])))"
        case 13: return madeText(d)
        case 14: return encodedText(d)
        case 12: return regexText(d)
        case 0, 1: return "\(pick(["LOWER", "UPPER", "TRIM", "LTRIM", "RTRIM"]))(\(text(d)))"
        case 2: return "(\(text(d)) || \(text(d)) || \(text(d)))"
        case 3: return "TRIM(\(pick(["BOTH", "LEADING", "TRAILING"])) \(text(0)) FROM \(text(d)))"
        case 4: return "SUBSTRING(\(text(d)), \(integer(0)))"
        case 5: return "SUBSTRING(\(text(d)) FROM \(bigint(0)) FOR \(integer(0)))"
        case 6: return "\(pick(["LEFT", "RIGHT"]))(\(text(d)), \(pick([integer(0), bigint(0)])))"
        case 7: return "REPLACE(\(text(d)), \(text(0)), \(text(0)))"
        case 8: return "CAST(\(pick([number(d), boolean(d)])) AS STRING)"
        case 9: return "\(pick(["GREATEST", "LEAST"]))(\(text(d)), \(text(d)))"
        case 10:
            return
                "\(pick(["CAST", "TRY_CAST"]))(\(pick(["y", "CAST(\(text(d)) AS BYTES)"])) AS STRING)"
        default: return branch(text(d), text(d), d)
        }
    }
}
