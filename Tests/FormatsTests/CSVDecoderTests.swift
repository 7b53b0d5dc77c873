import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Formats

/// Decoders of texts, and what they count.
struct TextFixture {
    let counters = RecordCounters()
    let failed: FailedRecords

    init(policy: ErrorPolicy = .fail, firstPart: RecordPart = .value) {
        failed = FailedRecords(
            operatorID: OperatorID(rawValue: "source"), errorPolicy: policy, counters: counters,
            rowCapacity: 64, firstPart: firstPart)
    }

    var dropped: Int { counters.dropped.load(ordering: .relaxed) }

    func csv(
        _ fields: [Field], _ dialect: CSVDialect = CSVDialect(), part: RecordPart = .value
    ) throws -> CSVDecoder {
        try CSVDecoder(
            columns: fields.enumerated().map { CSVColumn(field: $1, index: $0) },
            fieldCount: fields.count, dialect: dialect, part: part,
            absent: part == .key ? .isNull : .fails, failed: failed)
    }
}

@Suite struct CSVDecoderTests {
    private static let strings = ["a", "b", "c"].map { Field(name: $0, type: .string) }

    private func cells(
        _ record: String, _ fields: [Field] = Self.strings, _ dialect: CSVDialect = CSVDialect()
    ) throws -> [Cell] {
        let decoder = try TextFixture().csv(fields, dialect)
        let batch = try decoder.decode(rawBatch([Array(record.utf8)]))
        return withExtendedLifetime(decoder) { batch.cells(ofRow: 0) }
    }

    private func error(
        _ record: [UInt8]?, _ fields: [Field] = Self.strings, _ dialect: CSVDialect = CSVDialect()
    ) throws -> RecordError? {
        do {
            _ = try TextFixture().csv(fields, dialect).decode(rawBatch([record]))
            return nil
        } catch let error as RecordError {
            return error
        }
    }

    private func dialect(_ change: (inout CSVDialect) -> Void) -> CSVDialect {
        var dialect = CSVDialect()
        change(&dialect)
        return dialect
    }

    // MARK: Rows

    @Test(
        arguments: [
            ("1,2,3", ["1", "2", "3"]), (",,", ["", "", ""]), ("a,b,", ["a", "b", ""]),
            (" a , b,c ", [" a ", " b", "c "]), ("\"a\",\"b,c\",d", ["a", "b,c", "d"]),
            ("\"\",\"a\"\"b\",\"\"\"\"", ["", "a\"b", "\""]),
            ("\"line\nend\",\"\r\n\",c", ["line\nend", "\r\n", "c"]),
            ("ä,€,😀", ["ä", "€", "😀"]), ("a,b,c\n", ["a", "b", "c"]),
            ("a,b,c\r\n", ["a", "b", "c"]), ("a,b,c\r", ["a", "b", "c"]),
            ("a,b,\"c\"\r\n", ["a", "b", "c"]), ("\"a\"  ,b,\"c\" ", ["a", "b", "c"]),
            ("#a,b,c", ["#a", "b", "c"]), ("a,b,c\\n", ["a", "b", "c\\n"]),
            ("'a',b,c", ["'a'", "b", "c"]), ("NULL,null,\\N", ["NULL", "null", "\\N"]),
        ] as [(String, [String])])
    func aRecordIsARow(record: String, fields: [String]) throws {
        #expect(try cells(record) == fields.map { .text($0) })
    }

    @Test(
        arguments: [
            ("", "the value is empty"), ("a,b", "the row has 2 fields, the schema 3"),
            ("a", "the row has 1 field, the schema 3"), ("a,b,c,d", "the row has 4 fields"),
            ("a,b,c,", "the row has 4 fields"), ("\"a,b,c", "no closing quote, at byte 0"),
            ("a,b,\"c\"\"", "no closing quote, at byte 4"), ("a,b,\"", "no closing quote"),
            ("\"a\"x,b,c", "text between a closing quote and the next delimiter, at byte 3"),
            ("a\"b\",c,d", "disable_quote_character: true, at byte 1"),
            ("a, \"b\",c", "disable_quote_character: true, at byte 3"),
            ("a,b,c\nd,e,f", "more than one row of CSV, at byte 5"),
            ("a,b,c\n\n", "more than one row of CSV"), ("a\n,b,c", "more than one row of CSV"),
        ] as [(String, String)])
    func whatIsNoRowIsNamed(record: String, text: String) throws {
        let error = try #require(try error(Array(record.utf8)))
        #expect(error.code == (record.isEmpty ? "E2007" : "E2001"))
        #expect(error.message.contains(text), "\(error.message)")
    }

    @Test func tombstonesAndBrokenUTF8AreErrors() throws {
        #expect(try error(nil)?.code == "E2007")
        #expect(try error([0x61, 0x2c, 0xff, 0x2c, 0x61])?.code == "E2006")
    }

    @Test func anEmptyRecordIsTheEmptyFieldOfASingleColumn() throws {
        #expect(try cells("", [Field(name: "a", type: .string)]) == [.text("")])
        #expect(try cells("\"\"", [Field(name: "a", type: .string)]) == [.text("")])
    }

    // MARK: Dialects

    @Test func otherDelimitersAndQuotesAreTaken() throws {
        let other = dialect {
            $0.delimiter = UInt8(ascii: ";")
            $0.quote = UInt8(ascii: "'")
        }
        #expect(
            try cells("a,b;'c;''d';\"", Self.strings, other) == [
                .text("a,b"), .text("c;'d"), .text("\""),
            ])
        let blank = dialect { $0.delimiter = UInt8(ascii: " ") }
        #expect(
            try cells("a \"b c\" d", Self.strings, blank) == [
                .text("a"), .text("b c"), .text("d"),
            ])
    }

    @Test func withoutQuotesEveryQuoteIsText() throws {
        let none = dialect { $0.quote = nil }
        #expect(
            try cells("\"a,b\"c\",\"", Self.strings, none) == [
                .text("\"a"), .text("b\"c\""), .text("\""),
            ])
    }

    @Test func anEscapeMakesTextOfWhatFollows() throws {
        let escape = dialect { $0.escape = UInt8(ascii: "\\") }
        #expect(
            try cells("a\\,b,\"c\\\"d\",\\\\e", Self.strings, escape) == [
                .text("a,b"), .text("c\"d"), .text("\\e"),
            ])
        #expect(
            try cells("\\n,\\t\\r,\"\\0\"", Self.strings, escape) == [
                .text("\n"), .text("\t\r"), .text("\0"),
            ])
        for record in ["a,b,c\\", "a,b,\"c\\"] {
            let error = try #require(try error(Array(record.utf8), Self.strings, escape))
            #expect(error.message.contains("nothing behind the escape character"))
        }
    }

    @Test func theNullLiteralIsNULLUnlessItIsQuoted() throws {
        let word = dialect { $0.nullLiteral = Array("n/a".utf8) }
        #expect(try cells("n/a,\"n/a\",", Self.strings, word) == [.null, .text("n/a"), .text("")])
        let empty = dialect { $0.nullLiteral = [] }
        #expect(try cells(",\"\",a", Self.strings, empty) == [.null, .text(""), .text("a")])
    }

    @Test func commentsAreLeftOutAndNotCounted() throws {
        let comments = dialect { $0.allowsComments = true }
        let fixture = TextFixture()
        let decoder = try fixture.csv(Self.strings, comments)
        let batch = try decoder.decode(rawBatch(["# x", "a,b,c", "#"].map { Array($0.utf8) }))
        #expect(batch.selection.count == 1 && batch.selection.rows[0] == 1)
        #expect(fixture.dropped == 0)
        #expect(try decoder.decode(rawBatch([Array("a,b,c".utf8)])).selection.count == 1)
    }

    // MARK: Types

    private static let typed = [
        Field(name: "flag", type: .boolean), Field(name: "i", type: .int),
        Field(name: "l", type: .bigint), Field(name: "d", type: .double),
        Field(name: "m", type: .decimal(precision: 6, scale: 2)), Field(name: "b", type: .bytes),
        Field(name: "day", type: .date), Field(name: "t", type: .timestamp),
        Field(name: "z", type: .timestampLTZ),
    ]

    @Test func columnsHaveTheirTypes() throws {
        let record = """
             True ,-7,\"9223372036854775807\", 1.5e3 ,12.345,YWI=,1970-01-11,\
            1970-01-01 00:00:01.5,1970-01-01T01:00:00+01:00
            """
        #expect(
            try cells(record, Self.typed) == [
                .boolean(true), .integer(-7), .integer(.max), .value(1_500), .text("1235"),
                .text("ab"), .integer(10), .integer(1_500), .integer(0),
            ])
    }

    @Test(
        arguments: [
            (0, "1", "E2003"), (0, "", "E2003"), (1, "", "E2003"), (1, "1.0", "E2003"),
            (1, "2147483648", "E2004"), (1, "0x1", "E2003"), (2, "9223372036854775808", "E2004"),
            (2, "99999999999999999999999", "E2004"), (3, "1e400", "E2004"), (3, "nan", "E2003"),
            (3, "1,5", "E2001"), (3, "--1", "E2003"), (4, "10000", "E2004"), (4, "", "E2003"),
            (5, "a", "E2003"), (6, "1970-02-30", "E2003"), (7, "1970-01-01T00:00:00Z", "E2003"),
            (8, "now", "E2003"),
        ] as [(Int, String, String)])
    func aTextOfAnotherTypeIsAnErrorOfItsColumn(index: Int, text: String, code: String) throws {
        var record = [
            "true", "1", "2", "3", "4", "", "1970-01-01", "1970-01-01 00:00:00",
            "1970-01-01 00:00:00Z",
        ]
        record[index] = text
        let error = try #require(
            try error(Array(record.joined(separator: ",").utf8), Self.typed))
        #expect(error.code == code)
        let isRow = code == "E2001"
        #expect(isRow || error.message.hasPrefix("field \(Self.typed[index].name) is"))
    }

    @Test func anEmptyFieldIsNULLWithAnEmptyNullLiteralAndNOTNULLIsChecked() throws {
        let empty = dialect { $0.nullLiteral = [] }
        let fields = [
            Field(name: "a", type: .int), Field(name: "b", type: .string, isNullable: false),
        ]
        #expect(try cells(",x", fields, empty) == [.null, .text("x")])
        let error = try #require(try error(Array("1,".utf8), fields, empty))
        #expect(error.code == "E2002")
        #expect(error.message.hasPrefix("field b is STRING NOT NULL"))
    }

    @Test func onlyTheWantedFieldsAreConverted() throws {
        let decoder = try CSVDecoder(
            columns: [CSVColumn(field: Field(name: "c", type: .int), index: 2)], fieldCount: 3,
            dialect: CSVDialect(), failed: TextFixture().failed)
        let batch = try decoder.decode(rawBatch([Array("\"x\"\"\",y,7".utf8)]))
        #expect(batch.cells(ofRow: 0) == [.integer(7)])
    }

    @Test func dropLeavesOutTheFailedRowsAndCountsThem() throws {
        let fixture = TextFixture(policy: .drop)
        let decoder = try fixture.csv([Field(name: "n", type: .int)])
        let batch = try decoder.decode(
            rawBatch(["1", "x", "\"", "4"].map { Array($0.utf8) } + [nil]))
        #expect((0..<batch.selection.count).map { batch.selection.rows[$0] } == [0, 3])
        #expect(fixture.dropped == 3)
        #expect(try decoder.decode(rawBatch([Array("5".utf8)])).selection.count == 1)
        #expect(fixture.dropped == 3)
    }

    @Test func aRecordCutAnywhereIsARowOrATypedError() throws {
        let record = Array("\"ä\"\"b\",  -12.5,\"1970-01-01 00:00:00\"\r\n".utf8)
        let fields = [
            Field(name: "s", type: .string), Field(name: "d", type: .double),
            Field(name: "t", type: .timestamp),
        ]
        for count in 0...record.count {
            let found = try error(Array(record[..<count]), fields)
            #expect((found == nil) == (count >= record.count - 2), "\(count)")
            #expect(found.map { $0.code.hasPrefix("E200") } ?? true)
        }
    }

    @Test func typesWithoutATextAreRefused() {
        for type in [
            LogicalType.array(.array(.int)), .array(.json), .row([]), .map(.string, .int),
            .row([Field(name: "a", type: .row([Field(name: "b", type: .int)]))]), .intervalDayTime,
        ] {
            #expect(throws: FormatError.self) {
                try TextFixture().csv([Field(name: "a", type: type)])
            }
        }
    }
}
