internal import StreamCore

/// Functions of dates, timestamps and intervals: rows of the reference page.
extension FunctionRegistry {
    static let temporalFunctions: [FunctionDefinition] =
        temporalConversions + temporalParts + temporalArithmetic

    private static func temporal(
        _ name: String, aliases: [String] = [], _ count: ArgumentCount, _ syntax: [String],
        _ resultType: String, _ summary: String, _ examples: [(String, String)],
        _ rule: @escaping CallRule
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: name, aliases: aliases, category: .temporal, syntax: syntax,
            resultType: resultType, summary: summary + " NULL if any argument is NULL.",
            examples: examples.map { FunctionExample($0.0, $0.1) }, kind: .scalar(count, rule))
    }

    private static let patternNote =
        " The pattern is a constant, of Java's letters y M d D E a H h k K m s S X x Z."

    // MARK: To and from texts and numbers

    private static let temporalConversions: [FunctionDefinition] = [
        temporal(
            "TO_TIMESTAMP_LTZ", .range(1...2),
            ["TO_TIMESTAMP_LTZ(number)", "TO_TIMESTAMP_LTZ(number, precision)"],
            "TIMESTAMP_LTZ(3)",
            "The instant so many milliseconds after 1970-01-01 00:00:00 UTC; seconds if `precision` "
                + "is 0, milliseconds if it is 3 or not given. A fraction is cut off. One outside "
                + "the years 0000 to 9999 is an error.",
            [
                ("TO_TIMESTAMP_LTZ(1500, 3)", "\"1970-01-01 00:00:01.500Z\""),
                ("TO_TIMESTAMP_LTZ(-1, 0)", "\"1969-12-31 23:59:59.000Z\""),
                ("TO_TIMESTAMP_LTZ(9223372036854775807, 3)", "E2102"),
            ]
        ) { checker, site in checker.toTimestampLTZ(site) },
        temporal(
            "TO_TIMESTAMP", .range(1...2), ["TO_TIMESTAMP(text)", "TO_TIMESTAMP(text, pattern)"],
            "TIMESTAMP(3)",
            "Reads a timestamp: without a pattern `yyyy-MM-dd HH:mm:ss` with or without a fraction, "
                + "or ISO 8601. NULL for a text that is none." + patternNote,
            [
                ("TO_TIMESTAMP('2026-01-31 12:30:00')", "\"2026-01-31 12:30:00.000\""),
                ("TO_TIMESTAMP('31/01/2026', 'dd/MM/yyyy')", "\"2026-01-31 00:00:00.000\""),
                ("TO_TIMESTAMP('today')", "null"),
            ]
        ) { checker, site in checker.readText(site, .timestamp) },
        temporal(
            "TO_DATE", .range(1...2), ["TO_DATE(text)", "TO_DATE(text, pattern)"], "DATE",
            "Reads a date: without a pattern as CAST does. NULL for a text that is none."
                + patternNote,
            [
                ("TO_DATE('2026-01-31')", "\"2026-01-31\""),
                ("TO_DATE('Jan 5, 2026', 'MMM d, yyyy')", "\"2026-01-05\""),
                ("TO_DATE('2026-02-30')", "null"),
            ]
        ) { checker, site in checker.readText(site, .date) },
        temporal(
            "UNIX_TIMESTAMP", .range(0...2),
            ["UNIX_TIMESTAMP()", "UNIX_TIMESTAMP(text)", "UNIX_TIMESTAMP(text, pattern)"], "BIGINT",
            "Whole seconds from 1970-01-01 00:00:00 UTC to the time that the text says, in the "
                + "session's time zone unless it has an offset of its own. NULL for a text that is "
                + "none (Flink: the smallest BIGINT). Without a text that of NOW(), which is not "
                + "deterministic." + patternNote,
            [
                ("UNIX_TIMESTAMP('1970-01-01 00:01:00')", "60"),
                (
                    "UNIX_TIMESTAMP('1970-01-01 08:00:01.001 +0800', 'yyyy-MM-dd HH:mm:ss.SSS X')",
                    "1"
                ), ("UNIX_TIMESTAMP('soon')", "null"),
            ]
        ) { checker, site in
            site.arguments.isEmpty
                ? .value(checker.volatile(.unixTime, [], .bigint, site.range))
                : checker.unixTimestamp(site)
        },
        temporal(
            "FROM_UNIXTIME", .range(1...2),
            ["FROM_UNIXTIME(seconds)", "FROM_UNIXTIME(seconds, pattern)"], "STRING",
            "Writes the instant so many seconds after 1970-01-01 00:00:00 UTC, in the session's time "
                + "zone." + patternNote,
            [
                ("FROM_UNIXTIME(44)", "\"1970-01-01 00:00:44\""),
                ("FROM_UNIXTIME(0, 'EEE, d MMM yyyy')", "\"Thu, 1 Jan 1970\""),
            ]
        ) { checker, site in checker.fromUnixTime(site) },
        temporal(
            "DATE_FORMAT", .exactly(2), ["DATE_FORMAT(x, pattern)"], "STRING",
            "Writes a DATE, a TIMESTAMP, a TIMESTAMP_LTZ (in the session's time zone), or the "
                + "timestamp that a text says." + patternNote,
            [
                (
                    "DATE_FORMAT(TIMESTAMP '2026-01-31 15:04:05.678', 'yyyy/MM/dd hh:mm a')",
                    "\"2026/01/31 03:04 PM\""
                ),
                ("DATE_FORMAT(DATE '2026-01-31', 'EEEE, D')", "\"Saturday, 31\""),
                ("DATE_FORMAT('2026-01-31 12:00:00', 'MMMM')", "\"January\""),
            ]
        ) { checker, site in checker.dateFormat(site) },
        temporal(
            "CONVERT_TZ", .exactly(3), ["CONVERT_TZ(text, from_zone, to_zone)"], "STRING",
            "What the clocks of one zone show when those of another show the text, "
                + "`yyyy-MM-dd HH:mm:ss`. NULL for a text that is none. Zones are constants: `UTC`, "
                + "`+02:00`, names of the IANA database.",
            [
                (
                    "CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles')",
                    "\"1969-12-31 16:00:00\""
                ),
                ("CONVERT_TZ('2026-07-01 12:00:00', '+02:00', 'UTC')", "\"2026-07-01 10:00:00\""),
            ]
        ) { checker, site in checker.convertZone(site) },
    ]

    // MARK: Parts

    private static let temporalParts: [FunctionDefinition] =
        [
            temporal(
                "EXTRACT", .exactly(2), ["EXTRACT(part FROM x)"], "BIGINT",
                "A part of a DATE, a TIMESTAMP, or a TIMESTAMP_LTZ in the session's time zone: "
                    + TimeField.allCases.map(\.rawValue).joined(separator: ", ")
                    + ". Weeks are ISO 8601's; DOW is 1 on Sunday, ISODOW on Monday.",
                [
                    ("EXTRACT(DAY FROM DATE '2006-06-05')", "5"),
                    ("EXTRACT(ISOYEAR FROM DATE '2027-01-01')", "2026"),
                    ("EXTRACT(EPOCH FROM TIMESTAMP '1970-01-01 00:01:00')", "60"),
                ]
            ) { checker, site in checker.extract(site) }
        ]
        + [
            ("YEAR", TimeField.year, "1994"), ("QUARTER", .quarter, "3"), ("MONTH", .month, "9"),
            ("WEEK", .week, "39"), ("DAYOFYEAR", .dayOfYear, "270"),
            ("DAYOFMONTH", .day, "27"), ("DAYOFWEEK", .dayOfWeek, "3"), ("HOUR", .hour, "13"),
            ("MINUTE", .minute, "14"), ("SECOND", .second, "15"),
        ].map { name, field, result in
            temporal(
                name, .exactly(1), ["\(name)(x)"], "BIGINT", "`EXTRACT(\(field.rawValue) FROM x)`.",
                [("\(name)(TIMESTAMP '1994-09-27 13:14:15')", result)]
            ) { checker, site in checker.part(field, site, 0) }
        }

    // MARK: Arithmetic

    private static let temporalArithmetic: [FunctionDefinition] = [
        rounding(
            "FLOOR TO", ["FLOOR(x TO unit)"], "The last begin of the unit at or before `x`",
            [
                (
                    "FLOOR(TIMESTAMP '2026-01-31 12:44:31' TO MINUTE)",
                    "\"2026-01-31 12:44:00.000\""
                ), ("FLOOR(DATE '2026-01-31' TO WEEK)", "\"2026-01-25\""),
            ], isFloor: true),
        rounding(
            "CEIL TO", ["CEIL(x TO unit)"], "The first begin of the unit at or behind `x`",
            [
                ("CEIL(TIMESTAMP '2026-01-31 12:44:31' TO MINUTE)", "\"2026-01-31 12:45:00.000\""),
                ("CEIL(DATE '2026-01-31' TO MONTH)", "\"2026-02-01\""),
            ], isFloor: false),
        temporal(
            "TIMESTAMPADD", .exactly(3), ["TIMESTAMPADD(unit, count, x)"],
            "the type of `x`; TIMESTAMP(3) for a DATE and a unit below DAY",
            "`x` and so many units. A month later is the same day, or the month's last. Units: "
                + TimeUnit.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            [
                ("TIMESTAMPADD(MONTH, 1, DATE '2026-01-31')", "\"2026-02-28\""),
                (
                    "TIMESTAMPADD(HOUR, -1, TIMESTAMP '2026-01-01 00:30:00')",
                    "\"2025-12-31 23:30:00.000\""
                ), ("TIMESTAMPADD(YEAR, 8000, DATE '2026-01-31')", "E2102"),
            ]
        ) { checker, site in checker.timestampAdd(site) },
        temporal(
            "TIMESTAMPDIFF", .exactly(3), ["TIMESTAMPDIFF(unit, a, b)"], "INT",
            "Whole units from `a` to `b`, negative if `b` is before `a`. Units: "
                + TimeUnit.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            [
                (
                    "TIMESTAMPDIFF(DAY, TIMESTAMP '2026-01-31 10:00:00', TIMESTAMP '2026-02-01 09:59:59')",
                    "0"
                ), ("TIMESTAMPDIFF(MONTH, DATE '2026-03-31', DATE '2026-01-01')", "-2"),
                ("TIMESTAMPDIFF(SECOND, DATE '0001-01-01', DATE '2026-01-01')", "E2102"),
            ]
        ) { checker, site in checker.timestampDiff(site) },
    ]

    private static func rounding(
        _ name: String, _ syntax: [String], _ summary: String, _ examples: [(String, String)],
        isFloor: Bool
    ) -> FunctionDefinition {
        temporal(
            name, .exactly(2), syntax, "the type of `x`",
            summary + ": YEAR, QUARTER, MONTH, WEEK (from Sunday), DAY, HOUR, MINUTE or SECOND, a "
                + "TIMESTAMP_LTZ in the session's time zone.", examples
        ) { checker, site in checker.rounded(site, isFloor: isFloor) }
    }
}
