import StreamAPI
import StreamCore
import Testing

@testable import Formats

@Suite struct JSONDecoderTests {
    static let columns = [
        JSONColumn(Field(name: "color", type: .string, isNullable: false)),
        JSONColumn(Field(name: "weight", type: .double)),
        JSONColumn(Field(name: "ts", type: .bigint)),
        JSONColumn(Field(name: "small", type: .int)),
        JSONColumn(Field(name: "flag", type: .boolean)),
        JSONColumn(Field(name: "place", type: .row([]))),
        JSONColumn(
            field: Field(name: "place.city", type: .string),
            path: [.field("place"), .field("city")]),
        JSONColumn(Field(name: "lines", type: .array(.string))),
        JSONColumn(
            field: Field(name: "lines[1]", type: .string), path: [.field("lines"), .element(1)]),
        JSONColumn(
            field: Field(name: "deep[0].x", type: .int),
            path: [.field("deep"), .element(0), .field("x")]),
    ]

    private func cells(_ document: String) throws -> [Cell] {
        let fixture = try DecoderFixture(Self.columns)
        let batch = try fixture.decoder.decode(rawBatch([Array(document.utf8)]))
        return withExtendedLifetime(fixture) { batch.cells(ofRow: 0) }
    }

    // MARK: Values

    @Test func wantedFieldsBecomeColumnsInAnyOrderAndWithAnySpace() throws {
        let text = """
             { "flag" : true ,\t"ts":-7,"other":[{"color":"no"},1.5e3,null],"weight":1e2,
             "color":"red","small":2147483647}\r\n
            """
        #expect(
            try cells(text) == [
                .text("red"), .value(100), .integer(-7), .integer(2_147_483_647), .boolean(true),
                .null, .null, .null, .null, .null,
            ])
    }

    /// The decoder expects the fields of the document before. Names of all lengths around whole words,
    /// some the beginning of others, come in any order, or not, among such that nobody wants.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func fieldsAreFoundWhateverTheDocumentBeforeHad(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let lengths = [1, 2, 6, 7, 8, 9, 15, 16, 23, 24, 30, 31, 32, 40]
        let names = lengths.map { String(repeating: "n", count: $0) }
        let wanted = names.indices.filter { $0 % 2 == 0 }
        let fixture = try DecoderFixture(
            wanted.map { JSONColumn(Field(name: names[$0], type: .bigint)) })
        for _ in 0..<20 {
            var order = Array(names.indices)
            if Bool.random(using: &random) { order.shuffle(using: &random) }
            let rows = (0..<4).map { _ in
                order.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
            }
            let documents = rows.map { row in
                "{" + row.map { "\"\(names[$0])\":\($0)" }.joined(separator: ",") + "}"
            }
            let batch = try fixture.decoder.decode(rawBatch(documents.map { Array($0.utf8) }))
            for (number, row) in rows.enumerated() {
                let expected = wanted.map { row.contains($0) ? Cell.integer(Int64($0)) : .null }
                #expect(batch.cells(ofRow: number) == expected, "\(documents)")
            }
        }
    }

    @Test func missingFieldsAndNullsAreNULL() throws {
        let row = try cells(#"{"color":"","weight":null,"flag":false,"place":null,"lines":null}"#)
        #expect(row[0] == .text(""))
        #expect(row[1] == .null)
        #expect(row[4] == .boolean(false))
        #expect(row[5...].allSatisfy { $0 == .null })
    }

    @Test func rowsAndArraysKeepTheirTextAndTheirPartsAreColumns() throws {
        let row = try cells(
            #"{"color":"c","place":{"city" : "Ulm","x":[1, 2]},"lines":["a","b\n"],"deep":[{"x":5}]}"#
        )
        #expect(row[5] == .text(#"{"city" : "Ulm","x":[1, 2]}"#))
        #expect(row[6] == .text("Ulm"))
        #expect(row[7] == .text(#"["a","b\n"]"#))
        #expect(row[8] == .text("b\n"))
        #expect(row[9] == .integer(5))
    }

    @Test func anElementBeyondTheEndIsNULL() throws {
        #expect(try cells(#"{"color":"c","lines":["a"]}"#)[8] == .null)
        #expect(try cells(#"{"color":"c","lines":[]}"#)[8] == .null)
    }

    @Test(arguments: [
        (#""a\"b\\c\/d\b\f\n\r\t""#, "a\"b\\c/d\u{8}\u{c}\n\r\t"),
        (#""\u0041\u00e4\u20AC\uD83D\uDE00\u0000""#, "Aä€😀\0"),
        (#""ä€😀""#, "ä€😀"),
        (#""\\""#, "\\"), (#""\\\"""#, "\\\""),
    ])
    func escapesAreUndone(json: String, text: String) throws {
        #expect(try cells("{\"color\":\(json)}")[0] == .text(text))
    }

    @Test func namesWithEscapesAreTheSameNames() throws {
        #expect(
            try cells(#"{"\u0063olor":"red","w\u0065ight":2}"#)[..<2] == [.text("red"), .value(2)])
    }

    @Test func ofDuplicateKeysTheLastWins() throws {
        let row = try cells(
            #"{"color":"a","weight":"x","weight":2,"place":{"city":"A"},"color":"b","place":{},"ts":1,"ts":null}"#
        )
        #expect(row[0] == .text("b"))
        #expect(row[1] == .value(2))
        #expect(row[2] == .null)
        #expect(row[5] == .text("{}"))
        #expect(row[6] == .null)
    }

    @Test func aByteOrderMarkIsPassedOver() throws {
        #expect(try cells("\u{feff}{\"color\":\"red\"}")[0] == .text("red"))
    }

    @Test(arguments: [
        "0", "-0", "1", "-1.5", "0.001", "1e22", "1E-22", "123456789012345678", "0.1",
        "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "9007199254740993",
        "1e-400", "0e999999999999", "123456789.123456789123456789",
        "3.14159265358979323846264338327950288",
        "0.000000000000000000000000000000000000012345",
    ])
    func doublesAreReadAsSwiftReadsThem(number: String) throws {
        #expect(
            try cells("{\"color\":\"\",\"weight\":\(number)}")[1]
                == .value(try #require(Double(number))))
    }

    // MARK: Failures

    @Test(
        arguments: [
            ("{\"color\":\"a\",\"ts\":9223372036854775807}", nil),
            ("{\"color\":\"a\",\"ts\":9223372036854775808}", RecordFailureCode.numberOutOfRange),
            ("{\"color\":\"a\",\"ts\":-9223372036854775808}", nil),
            ("{\"color\":\"a\",\"ts\":-9223372036854775809}", .numberOutOfRange),
            ("{\"color\":\"a\",\"ts\":99999999999999999999999}", .numberOutOfRange),
            ("{\"color\":\"a\",\"small\":2147483648}", .numberOutOfRange),
            ("{\"color\":\"a\",\"small\":-2147483648}", nil),
            ("{\"color\":\"a\",\"small\":-2147483649}", .numberOutOfRange),
            ("{\"color\":\"a\",\"weight\":1e400}", .numberOutOfRange),
            ("{\"color\":\"a\",\"weight\":-1e400}", .numberOutOfRange),
            ("{\"color\":\"a\",\"weight\":NaN}", .malformed),
            ("{\"color\":\"a\",\"weight\":Infinity}", .malformed),
            ("{\"color\":\"a\",\"ts\":1.9}", .typeMismatch),
            ("{\"color\":\"a\",\"ts\":1e-3}", .typeMismatch),
            ("{\"color\":\"a\",\"ts\":0.99999999999999999999}", .typeMismatch),
            ("{\"color\":\"a\",\"ts\":1e19}", .numberOutOfRange),
            ("{\"color\":\"a\",\"ts\":1e999999999}", .numberOutOfRange),
            ("{\"color\":\"a\",\"ts\":\"1.0\"}", .typeMismatch),
            ("{\"color\":\"a\",\"ts\":\"\"}", .typeMismatch),
            ("{\"color\":\"a\",\"ts\":\"-\"}", .typeMismatch),
            ("{\"color\":\"a\",\"ts\":\"9223372036854775808\"}", .numberOutOfRange),
            ("{\"color\":\"a\",\"weight\":\"heavy\"}", .typeMismatch),
            ("{\"color\":\"a\",\"weight\":\"inf\"}", .typeMismatch),
            ("{\"color\":\"a\",\"weight\":\"1e400\"}", .numberOutOfRange),
            ("{\"color\":\"a\",\"weight\":true}", .typeMismatch),
            ("{\"color\":\"a\",\"flag\":1}", .typeMismatch),
            ("{\"color\":\"a\",\"flag\":\"yes\"}", .typeMismatch),
            ("{\"color\":\"a\",\"flag\":{}}", .typeMismatch),
            ("{\"color\":\"a\",\"place\":[]}", .typeMismatch),
            ("{\"color\":\"a\",\"place\":7}", .typeMismatch),
            ("{\"color\":\"a\",\"lines\":{}}", .typeMismatch),
            ("{\"color\":\"a\",\"deep\":{\"x\":1}}", .typeMismatch),
            ("{}", .missingField), ("{\"color\":null}", .missingField),
            ("{\"Color\":\"a\"}", .missingField),
            ("", .noValue), (" ", .malformed), ("null", .malformed), ("[]", .malformed),
            ("\"color\"", .malformed), ("7", .malformed), ("not json", .malformed),
            ("\u{feff}", .malformed),
            ("{\"color\":\"a\"", .malformed), ("{\"color\":\"a\"}}", .malformed),
            ("{\"color\":\"a\"} x", .malformed), ("{\"color\":\"a\"}{\"color\":\"a\"}", .malformed),
            ("{\"color\":\"a\",}", .malformed), ("{,\"color\":\"a\"}", .malformed),
            ("{\"color\" \"a\"}", .malformed), ("{\"color\":}", .malformed),
            ("{\"color\"}", .malformed),
            ("{color:\"a\"}", .malformed), ("{\"color\":'a'}", .malformed),
            ("{\"color\":\"a}", .malformed),
            ("{\"color\":\"a\",\"x\":[1,]}", .malformed),
            ("{\"color\":\"a\",\"x\":[,1]}", .malformed),
            ("{\"color\":\"a\",\"x\":[1 2]}", .malformed),
            ("{\"color\":\"a\",\"x\":[1}", .malformed),
            ("{\"color\":\"a\",\"x\":{\"y\"}}", .malformed),
            ("{\"color\":\"a\",\"x\":{1:2}}", .malformed),
            ("{\"color\":\"a\",\"x\":tru}", .malformed),
            ("{\"color\":\"a\",\"x\":truee}", .malformed),
            ("{\"color\":\"a\",\"x\":nul}", .malformed), ("{\"color\":\"a\",\"x\":01}", .malformed),
            ("{\"color\":\"a\",\"x\":-}", .malformed), ("{\"color\":\"a\",\"x\":1.}", .malformed),
            ("{\"color\":\"a\",\"x\":.5}", .malformed), ("{\"color\":\"a\",\"x\":1e}", .malformed),
            ("{\"color\":\"a\",\"x\":+1}", .malformed), ("{\"color\":\"a\",\"x\":1x}", .malformed),
            ("{\"color\":\"a\",\"x\":\"\\q\"}", .malformed), ("{\"color\":\"\\u12\"}", .malformed),
            ("{\"color\":\"\\ud800\"}", .malformed), ("{\"color\":\"\\udc00\"}", .malformed),
            ("{\"color\":\"\\ud800\\u0041\"}", .malformed), ("{\"color\":\"a\nb\"}", .malformed),
            ("{\"color\":\"a\",\"x\":1,,\"y\":2}", .malformed),
            ("{\"color\":\"a\" : 1}", .malformed),
            ("{\"color\":\"a\"x}", .malformed), ("{\"color\":\"a\",\"ts\":1 2}", .malformed),
        ] as [(String, RecordFailureCode?)])
    func documentsOfTheRecordDrills(document: String, code: RecordFailureCode?) throws {
        let error = try DecoderFixture(Self.columns).error(Array(document.utf8))
        #expect(error?.code == code?.rawValue)
    }

    @Test(
        arguments: [
            [0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80],
        ] as [[UInt8]])
    func brokenUTF8IsAnError(bytes: [UInt8]) throws {
        let fixture = try DecoderFixture(Self.columns)
        let document = Array(#"{"color":"a","x":""#.utf8) + bytes + Array("\"}".utf8)
        #expect(fixture.error(document)?.code == RecordFailureCode.notUTF8.rawValue)
    }

    @Test func aTombstoneIsAnErrorThatSaysSo() throws {
        let error = try #require(try DecoderFixture(Self.columns).error(nil))
        #expect(error.code == RecordFailureCode.noValue.rawValue)
        #expect(error.message.contains("tombstone"))
    }

    @Test(arguments: [1, 2, 62, 63, 64, 65, 1000, 100_000])
    func nestingIsCapped(levels: Int) throws {
        let fixture = try DecoderFixture(Self.columns)
        let nested = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        let error = fixture.error(Array("{\"color\":\"a\",\"lines\":\(nested)}".utf8))
        #expect(error?.code == (levels >= JSONDecoder.depthMax ? "E2005" : nil))
        let opened = fixture.error(
            Array(("{\"color\":" + String(repeating: "{\"a\":", count: levels)).utf8))
        #expect(opened != nil)
    }

    @Test func aNumberOfTenMegabytesIsAnError() throws {
        let fixture = try DecoderFixture(Self.columns)
        let digits = [UInt8](repeating: UInt8(ascii: "7"), count: 10 << 20)
        for name in ["weight", "ts", "other"] {
            let document = Array("{\"color\":\"a\",\"\(name)\":".utf8) + digits + Array("}".utf8)
            let error = try #require(fixture.error(document))
            #expect(error.code == RecordFailureCode.numberOutOfRange.rawValue)
            #expect(error.message.utf8.count < 1000)
        }
        #expect(fixture.error(Array(#"{"color":"a"}"#.utf8)) == nil)
    }

    @Test func aLargeDocumentIsRead() throws {
        let fixture = try DecoderFixture(Self.columns)
        let text = String(repeating: "ä\\n", count: 400_000)
        let batch = try fixture.decoder.decode(
            rawBatch([Array("{\"color\":\"\(text)\"}".utf8), Array("{\"color\":\"b\\t\"}".utf8)]))
        #expect(batch.columns[0].slices[0].count == 1_200_000)
        #expect(batch.columns[0].slices[1].text == "b\t")
    }

    // MARK: Policies and messages

    @Test func theMessageNamesPlaceFieldAndPieceOfTheRecord() throws {
        let error = try #require(
            try DecoderFixture(Self.columns).error(Array("{\"color\":\"a\",\"ts\":\"ü\"}".utf8)))
        #expect(error.description.hasPrefix("error[E2003] events[3]@100: field ts is not a BIGINT"))
        #expect(error.message.contains(#"at byte 18 of 23: "{"color":"a","ts":"\xc3\xbc"}""#))
    }

    @Test func noMoreThan256BytesOfARecordAreShownAndTheseEscaped() throws {
        let junk = [UInt8](repeating: 0xfe, count: 5000)
        let error = try #require(
            try DecoderFixture(Self.columns).error(Array("{\"color\":".utf8) + junk))
        #expect(error.message.utf8.count < 256 * 4 + 200)
        #expect(error.message.contains(#"\xfe\xfe"#))
        #expect(error.message.utf8.allSatisfy { $0 >= 0x20 })
    }

    @Test func dropLeavesOutTheFailedRowsAndCountsThem() throws {
        let fixture = try DecoderFixture(Self.columns, policy: .drop)
        let documents: [[UInt8]?] = [
            Array(#"{"color":"a"}"#.utf8), nil, Array("x".utf8), Array(#"{"color":"b"}"#.utf8),
            Array(#"{"color":"c","ts":"no"}"#.utf8),
        ]
        let batch = try fixture.decoder.decode(rawBatch(documents))
        #expect((0..<batch.selection.count).map { batch.selection.rows[$0] } == [0, 3])
        #expect(fixture.dropped == 3)
        #expect(batch.columns[0].slices[3].text == "b")
        #expect(batch.place(ofRow: 3).description == "events[3]@103")
    }

    @Test func failNamesTheFirstRecord() throws {
        let fixture = try DecoderFixture(Self.columns)
        let error = #expect(throws: RecordError.self) {
            try fixture.decoder.decode(rawBatch([Array(#"{"color":"a"}"#.utf8), nil, nil]))
        }
        #expect(error?.place.offset.rawValue == 101)
    }

    @Test func columnsThatOperatorsReplacedComeBack() throws {
        let fixture = try DecoderFixture([JSONColumn(Field(name: "a", type: .int))])
        let raw = rawBatch([Array(#"{"a":1}"#.utf8)])
        let batch = try fixture.decoder.decode(raw)
        batch.columns[0] = Column(type: .int, capacity: 1)
        #expect(try fixture.decoder.decode(raw).columns[0].integers[0] == 1)
    }

    @Test func plansThatCannotBeAreErrors() {
        let int = Field(name: "a", type: .int)
        #expect(throws: FormatError.self) {
            try DecoderFixture([JSONColumn(int), JSONColumn(int)])
        }
        #expect(throws: FormatError.self) {
            try DecoderFixture([JSONColumn(Field(name: "a", type: .intervalDayTime))])
        }
        #expect(throws: FormatError.self) {
            try DecoderFixture([JSONColumn(Field(name: "a", type: .map(.int, .string)))])
        }
        #expect(throws: FormatError.self) {
            try DecoderFixture([JSONColumn(field: int, path: [.field("a"), .element(-1)])])
        }
        #expect(throws: FormatError.self) {
            let path = [JSONColumn.Step](repeating: .field("a"), count: 65)
            _ = try DecoderFixture([JSONColumn(field: int, path: path)])
        }
    }
}
