import StreamAPI
import StreamCore
import Testing

@testable import Formats

/// ARRAY, ROW and JSON in fields of CSV. What Flink 2.2.1 reads and writes was run there.
@Suite struct CSVCollectionTests {
    private static let row = LogicalType.row([
        Field(name: "a", type: .int), Field(name: "b \"", type: .string),
    ])

    private func cell(
        _ record: String, _ type: LogicalType, _ dialect: CSVDialect = CSVDialect()
    ) throws -> Cell {
        try cells(record, [Field(name: "c", type: type)], dialect)[0]
    }

    private func cells(
        _ record: String, _ fields: [Field], _ dialect: CSVDialect
    ) throws -> [Cell] {
        let decoder = try TextFixture().csv(fields, dialect)
        let batch = try decoder.decode(rawBatch([Array(record.utf8)]))
        return withExtendedLifetime(decoder) { batch.cells(ofRow: 0) }
    }

    private func written(
        _ json: String?, _ type: LogicalType, _ dialect: CSVDialect = CSVDialect()
    ) -> String {
        let fields = [Field(name: "c", type: type), Field(name: "d", type: .int)]
        let batch = RecordBatch(schema: RowSchema(fields), rowCapacity: 1)
        let arena = ByteArena()
        batch.columns[0].hasNulls = true
        batch.columns[0].validity[0] = json == nil ? 0 : 1
        batch.columns[0].slices[0] = store(json.map { Array($0.utf8) }, in: arena)
        batch.columns[1].integers[0] = 7
        batch.rowCount = 1
        batch.selection.selectAll(1)
        let output = EncodedRows(capacity: 1)
        CSVEncoder(columns: fields.enumerated().map { ($0, $1.type) }, dialect: dialect)
            .encode(batch, into: output)
        return withExtendedLifetime(output) { output.slices[0].text }
    }

    private static func dialect(null: String) -> CSVDialect {
        var dialect = CSVDialect()
        dialect.nullLiteral = Array(null.utf8)
        return dialect
    }

    // MARK: Reading

    @Test(
        arguments: [
            // As Flink reads them.
            ("a;b;c", .array(.string), #"["a","b","c"]"#), ("\"\"", .array(.string), "[]"),
            ("x;;y", .array(.string), #"["x","","y"]"#), (";", .array(.string), #"["",""]"#),
            ("a b; c ", .array(.string), #"["a b"," c "]"#), (" 1 ; 2 ", .array(.int), "[1,2]"),
            ("7", .array(.int), "[7]"), ("1;x;y", row, nil), ("1;x", row, #"{"a":1,"b \"":"x"}"#),
            // Each type.
            ("TRUE;false", .array(.boolean), "[true,false]"),
            ("1e3;-0.5;NaN", .array(.double), #"[1000.0,-0.5,"NaN"]"#),
            ("1.005;2", .array(.decimal(precision: 5, scale: 2)), "[1.01,2.00]"),
            ("YWI=;", .array(.bytes), #"["YWI=",""]"#),
            ("2026-01-02", .array(.date), #"["2026-01-02"]"#),
            ("2026-01-02T03:04:05", .array(.timestamp), #"["2026-01-02 03:04:05.000"]"#),
            ("1970-01-01 01:00:00+01:00", .array(.timestampLTZ), #"["1970-01-01 00:00:00.000Z"]"#),
            // Quoted elements.
            (#""a;""b;c"";""""""d""""""""#, .array(.string), #"["a","b;c","\"d\""]"#),
            (#""""""""#, .array(.string), #"[""]"#), (#"a;b"c""#, .array(.string), nil),
            ("\"1;\"\"2;3\"\"\"", row, #"{"a":1,"b \"":"2;3"}"#),
            // JSON.
            (#""{""a"": [1, null]} ""#, .json, #"{"a": [1, null]}"#), ("12", .json, "12"),
            ("null", .json, "null"), (#""""x""""#, .json, #""x""#), ("{}", .json, "{}"),
        ] as [(String, LogicalType, String?)])
    func aFieldIsAWholeValue(record: String, type: LogicalType, json: String?) throws {
        guard let json else {
            #expect(throws: (any Error).self) { try cell(record, type) }
            return
        }
        #expect(try cell(record, type) == .text(json))
    }

    @Test(
        arguments: [
            ("1;x", .array(.int), "E2003"), ("1;", .array(.int), "E2003"),
            ("1;2147483648", .array(.int), "E2004"), ("1", row, "E2003"), ("1;2;3", row, "E2003"),
            ("\"\"", row, "E2003"), ("\"\"\"a\"", .array(.string), "E2003"),
            ("\"\"\"a\"\"b\"", .array(.string), "E2003"), ("\"\"\"\"", .array(.string), "E2003"),
            ("\"\"\"a\"\"\"\"\"", .array(.string), "E2003"),
            ("{a}", .json, "E2003"), ("1 2", .json, "E2003"), ("\"\"", .json, "E2003"),
        ] as [(String, LogicalType, String)])
    func aTextThatIsNoSuchValueIsAnErrorOfItsColumn(
        record: String, type: LogicalType, code: String
    ) throws {
        do {
            _ = try cell(record, type)
            Issue.record("\(record) is no \(type)")
        } catch let error as RecordError {
            #expect(error.code == code)
            #expect(error.message.hasPrefix("field c is"), "\(error.message)")
        }
    }

    @Test func theNullLiteralIsNULLAsAnElementToo() throws {
        let word = Self.dialect(null: "N")
        #expect(try cell("N", .array(.int), word) == .null)
        #expect(try cell("1;N", .array(.int), word) == .text("[1,null]"))
        #expect(try cell("\"N\"", .array(.int), word) == .text("[null]"))
        #expect(try cell("\"a;\"\"N\"\"\"", .array(.string), word) == .text(#"["a","N"]"#))
        #expect(try cell("N;N", Self.row, word) == .text(#"{"a":null,"b \"":null}"#))
        let row = LogicalType.row([Field(name: "a", type: .int, isNullable: false)])
        #expect(throws: RecordError.self) { try cell("\"N\"", row, word) }
        // As Flink: [7, null], [null, null].
        let empty = Self.dialect(null: "")
        #expect(try cell("7;", .array(.int), empty) == .text("[7,null]"))
        #expect(try cell(";", .array(.int), empty) == .text("[null,null]"))
    }

    @Test func withoutQuotesEveryQuoteOfAnElementIsText() throws {
        var dialect = CSVDialect()
        dialect.quote = nil
        #expect(try cell("\"a;b\"", .array(.string), dialect) == .text(#"["\"a","b\""]"#))
    }

    // MARK: Writing

    @Test(
        arguments: [
            (#"["a","b","c"]"#, .array(.string), "a;b;c,7"), ("[]", .array(.int), "\"\",7"),
            ("[1, 2.50, true]", .array(.string), "1;2.50;true,7"), (nil, .array(.int), ",7"),
            (#"["a","","c"]"#, .array(.string), "a;;c,7"),
            // Flink writes nothing for the one empty text, and `b;c` without quotes.
            (#"[""]"#, .array(.string), #""""""",7"#),
            (#"["a","b;c","d,e"]"#, .array(.string), #""a;""b;c"";d,e",7"#),
            (#"["\"q","\n\u00e4"]"#, .array(.string), "\"\"\"\"\"\"\"q\"\";\nä\",7"),
            ("[null,1]", .array(.int), ";1,7"), (#"{"b \"":"x","a":1}"#, row, "1;x,7"),
            (#"{"a":1,"a":2}"#, row, "2;,7"), ("{}", row, ";,7"),
            (#"[[1,2],{"a":";"}]"#, .array(.string), #""[1,2];""{""""a"""":"""";""""}""",7"#),
            ("not JSON", .array(.string), "not JSON,7"),
            (#"{"a":"b"}"#, .json, #""{""a"":""b""}",7"#),
        ] as [(String?, LogicalType, String)])
    func aValueIsOneField(json: String?, type: LogicalType, record: String) {
        #expect(written(json, type) == record)
    }

    @Test func theNullLiteralIsWrittenForElementsAndTheSameTextInQuotes() {
        let word = Self.dialect(null: "N")
        #expect(written(#"["N",null]"#, .array(.string), word) == "\"\"\"N\"\";N\",7")
        #expect(written("[null]", .array(.string), word) == "\"N\",7")
        #expect(written(nil, .array(.string), word) == "N,7")
        #expect(written("[]", .array(.string), Self.dialect(null: "")) == "\"\",7")
    }

    // MARK: Twins

    @Test(arguments: 0..<40 as Range<UInt64>)
    func whatIsWrittenIsReadBack(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let dialect = Self.dialect(&random)
        for _ in 0..<60 {
            let isRow = Bool.random(using: &random)
            let (type, json) = isRow ? Self.row(dialect, &random) : Self.array(dialect, &random)
            let record = written(json, type, dialect)
            let fields = [Field(name: "c", type: type), Field(name: "d", type: .int)]
            #expect(try cells(record, fields, dialect) == [.text(json), .integer(7)], "\(record)")
        }
    }

    /// Whatever is read at all is written as a row that gives the same value.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func whatIsReadIsWrittenAndReadAgain(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let types: [LogicalType] = [
            .array(.string), .array(.double), .array(.bytes), .array(.timestampLTZ), Self.row,
            .json,
            .row([Field(name: "a", type: .string)]),
        ]
        var count = 0
        for _ in 0..<400 {
            let dialect = Self.dialect(&random)
            let type = types[Int.random(in: 0..<types.count, using: &random)]
            let pieces = [
                "1", "N", ";", " ", "\"", "'", "\\", "{}", "NaN", "[1]", "a", "1970-01-01",
            ]
            let record = (0..<Int.random(in: 0...6, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let line = record + String(UnicodeScalar(dialect.delimiter)) + "7"
            let fields = [Field(name: "c", type: type), Field(name: "d", type: .int)]
            guard let cell = try? cells(line, fields, dialect)[0] else { continue }
            count += 1
            guard case .text(let json) = cell else { continue }
            let again = written(json, type, dialect)
            #expect(try cells(again, fields, dialect)[0] == cell, "\(line) as \(type): \(again)")
        }
        #expect(count > 20)
    }

    private static func dialect(_ random: inout SplitMix64) -> CSVDialect {
        var dialect = CSVDialect()
        dialect.delimiter = Bool.random(using: &random) ? UInt8(ascii: ",") : UInt8(ascii: ";")
        dialect.quote = Bool.random(using: &random) ? UInt8(ascii: "\"") : UInt8(ascii: "'")
        dialect.escape = Bool.random(using: &random) ? UInt8(ascii: "\\") : nil
        dialect.nullLiteral = [nil, [], Array("N".utf8)].randomElement(using: &random) ?? nil
        dialect.elementDelimiter =
            Bool.random(using: &random) ? UInt8(ascii: ";") : UInt8(ascii: " ")
        return dialect
    }

    private static func array(
        _ dialect: CSVDialect, _ random: inout SplitMix64
    ) -> (LogicalType, String) {
        let count = Int.random(in: 0...4, using: &random)
        // [NULL] and the empty array are one where NULL is the empty text, as in Flink.
        let mayBeNull = dialect.nullLiteral != nil && (dialect.nullLiteral != [] || count > 1)
        let texts = (0..<count).map { _ in element(mayBeNull, &random) }
        return (.array(.string), "[" + texts.joined(separator: ",") + "]")
    }

    private static func row(
        _ dialect: CSVDialect, _ random: inout SplitMix64
    ) -> (LogicalType, String) {
        let names = (0..<Int.random(in: 1...3, using: &random)).map { "f\($0)" }
        let mayBeNull = dialect.nullLiteral != nil
        let members = names.map { "\"\($0)\":" + element(mayBeNull, &random) }
        return (
            .row(names.map { Field(name: $0, type: .string) }),
            "{" + members.joined(separator: ",") + "}"
        )
    }

    private static func element(_ mayBeNull: Bool, _ random: inout SplitMix64) -> String {
        if mayBeNull, Int.random(in: 0..<4, using: &random) == 0 { return "null" }
        let pieces = ["a", "N", ";", " ", ",", "'", "\\\"", "\\\\", "\\n", "ä", "#"]
        return "\""
            + (0..<Int.random(in: 0...4, using: &random))
            .map { _ in pieces.randomElement(using: &random) ?? "" }.joined() + "\""
    }
}
