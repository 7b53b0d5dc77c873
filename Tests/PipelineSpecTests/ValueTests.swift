import Expression
import StreamCore
import Testing

@testable import PipelineSpec

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("10 s", 10_000), ("10s", 10_000), ("15 min", 900_000), ("1 h", 3_600_000),
        ("7 d", 604_800_000),
        ("500ms", 500), ("2 minutes", 120_000), ("1000 us", 1), ("0", 0), ("PT10S", 10_000),
        ("pt1h30m", 5_400_000), ("P1DT1S", 86_401_000),
    ])
    func aDurationIsMilliseconds(_ text: String, _ expected: Int64) {
        #expect(DurationText.parse(text, bareNumbers: false) == .success(expected))
    }

    @Test(arguments: [
        ("10x", DurationText.Failure.unknownUnit("x")), ("10", .unitMissing), ("-1 s", .negative),
        ("", .notADuration), ("s", .notADuration), ("1.5 s", .notADuration), ("P", .notADuration),
        ("PT", .notADuration), ("P1M", .notADuration), ("1 us", .tooFine),
        ("99999999999999999999 s", .overflow), ("9223372036854775807 d", .overflow),
        ("P106751991168D", .overflow),
    ])
    func whatIsNoDurationSaysWhy(_ text: String, _ expected: DurationText.Failure) {
        #expect(DurationText.parse(text, bareNumbers: false) == .failure(expected))
    }

    @Test func aBareNumberIsMillisecondsInConfig() {
        #expect(DurationText.parse("1500", bareNumbers: true) == .success(1_500))
    }

    @Test(arguments: [0, 1, 999, 1_000, 90_000, 900_000, 86_400_000, 86_400_001])
    func aPrintedDurationReadsBack(_ milliseconds: Int64) {
        let text = DurationText.text(milliseconds: milliseconds)
        #expect(DurationText.parse(text, bareNumbers: false) == .success(milliseconds))
    }
}

@Suite struct SQLTypeTextTests {
    @Test(arguments: [
        "BOOLEAN", "INT", "BIGINT", "DOUBLE", "STRING", "BYTES", "ARRAY<STRING>",
        "ROW<id STRING NOT NULL, tags ARRAY<ROW<name STRING, weight DOUBLE>>>", "DATE",
        "DECIMAL(12, 2)", "DECIMAL(38, 38)", "TIMESTAMP(3)", "TIMESTAMP_LTZ(3)", "JSON",
        "MAP<STRING, ARRAY<DECIMAL(10, 0)>>",
    ])
    func aTypeIsPrintedAsItWasRead(_ text: String) throws {
        let (type, isNullable) = try SQLTypeText.parse(text)
        #expect("\(type)" == text)
        #expect(isNullable)
    }

    @Test(arguments: [
        ("DECIMAL", "DECIMAL(10, 0)"), ("NUMERIC(5)", "DECIMAL(5, 0)"),
        ("dec( 7 , 3 )", "DECIMAL(7, 3)"), ("TIMESTAMP", "TIMESTAMP(3)"),
        ("TIMESTAMP(3) WITHOUT TIME ZONE", "TIMESTAMP(3)"), ("TIMESTAMP_LTZ", "TIMESTAMP_LTZ(3)"),
        ("TIMESTAMP(3) WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(3)"), ("VARCHAR", "STRING"),
        ("VARCHAR(2147483647)", "STRING"), ("VARBINARY", "BYTES"),
        ("ROW(a INT, `b c` DATE)", "ROW<a INT, b c DATE>"),
    ])
    func aTypeHasSeveralSpellings(_ text: String, _ type: String) throws {
        #expect("\(try SQLTypeText.parse(text).type)" == type)
    }

    @Test(arguments: [
        ("DECIMAL(39)", "1 to 38 digits"), ("DECIMAL(3, 4)", "behind the point"),
        ("DECIMAL(0)", "1 to 38"), ("DECIMAL(1, 1, 1)", "DECIMAL(p, s)"),
        ("TIMESTAMP(6)", "TIMESTAMP(6) is not built"), ("TIMESTAMP_LTZ(9)", "TIMESTAMP_LTZ(9)"),
        ("TIMESTAMP WITH TIME ZONE", "WITH TIME ZONE"), ("TIME", "TIME"), ("TINYINT", "TINYINT"),
        ("VARCHAR(3)", "VARCHAR(3)"), ("INTERVAL DAY", "INTERVAL"),
        ("MAP<INT, STRING>", "keys are INT"), ("CHAR(1)", "CHAR"),
    ])
    func aTypeThatThereIsNotIsRefusedByName(_ text: String, _ part: String) {
        #expect { try SQLTypeText.parse(text) } throws: {
            ($0 as? SQLTypeText.Failure)?.message.contains(part) == true
        }
    }

    @Test(arguments: ["string not null", " INTEGER  NOT NULL", "double precision not null"])
    func caseAndBlanksDoNotMatter(_ text: String) throws {
        #expect(try !SQLTypeText.parse(text).isNullable)
    }

    @Test(arguments: [
        ("", 0), ("STRNG", 0), ("STRING NOT", 10), ("ARRAY", 5), ("ARRAY<", 6), ("ARRAY<INT", 9),
        ("ROW<>", 4), ("ROW<a INT, a INT>", 11), ("INT INT", 4), ("ROW<a ARRAY<XX>>", 12),
    ])
    func aBadTypeSaysWhere(_ text: String, _ offset: Int) {
        #expect { try SQLTypeText.parse(text) } throws: {
            ($0 as? SQLTypeText.Failure)?.utf8Offset == offset
        }
    }

    @Test func deepTypesAreRefused() {
        let text =
            String(repeating: "ARRAY<", count: 1_000) + "INT" + String(repeating: ">", count: 1_000)
        #expect(throws: SQLTypeText.Failure.self) { try SQLTypeText.parse(text) }
    }
}

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("paralelism", "parallelism"), ("topci", "topic"), ("nothing like it", nil),
        ("TOPIC", "topic"),
    ])
    func aMisspeltNameFindsWhatWasMeant(_ name: String, _ expected: String?) {
        #expect(Spelling.nearest(name, among: ["parallelism", "topic", "type"]) == expected)
    }
}
