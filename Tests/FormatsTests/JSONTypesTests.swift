import StreamAPI
import StreamCore
import Testing

@testable import Formats

/// Types of SQL that JSON does not have, and values that stand for another type (Flink's
/// `JsonToRowDataConverters`).
@Suite struct JSONTypesTests {
    /// The cell that `json` gives to a column of `type`; the code of its error.
    private func read(_ json: String, as type: LogicalType) throws -> (cell: Cell?, code: String?) {
        let fixture = try DecoderFixture([JSONColumn(Field(name: "v", type: type))])
        do {
            let batch = try fixture.decoder.decode(rawBatch([Array("{\"v\":\(json)}".utf8)]))
            return (batch.cells(ofRow: 0)[0], nil)
        } catch let error as RecordError {
            #expect(error.message.contains("field v"))
            return (nil, error.code)
        }
    }

    @Test(
        arguments: [
            ("12.5", 10, 2, "1250"), ("\"12.5\"", 10, 2, "1250"), ("-0", 10, 2, "0"),
            ("0.005", 10, 2, "1"), ("0.0049999", 10, 2, "0"), ("-0.005", 10, 2, "-1"),
            ("1e3", 10, 2, "100000"), ("123e-2", 5, 2, "123"), ("\" 7 \"", 5, 0, "7"),
            ("0.1", 38, 18, "100000000000000000"),
            (
                "99999999999999999999999999999999999999", 38, 0,
                "99999999999999999999999999999999999999"
            ),
            (
                "-12345678901234567890.123456789012345678", 38, 18,
                "-12345678901234567890123456789012345678"
            ),
            ("1e-9999", 5, 2, "0"), ("9007199254740993", 38, 0, "9007199254740993"),
        ] as [(String, Int, Int, String)])
    func decimalsAreExactAndRoundedHalfUpToTheScale(
        json: String, precision: Int, scale: Int, unscaled: String
    ) throws {
        let type = LogicalType.decimal(precision: precision, scale: scale)
        #expect(try read(json, as: type).cell == .text(unscaled))
    }

    @Test(
        arguments: [
            ("1000", "E2004"), ("999.999", "E2004"), ("1e400", "E2004"), ("\"1e400\"", "E2004"),
            ("\"\"", "E2003"), ("\"12,5\"", "E2003"), ("\"NaN\"", "E2003"), ("true", "E2003"),
            ("[1]", "E2003"), ("{}", "E2003"), ("\"0x10\"", "E2003"),
        ] as [(String, String)])
    func decimalsThatDoNotFitOrAreNoneAreErrors(json: String, code: String) throws {
        #expect(try read(json, as: .decimal(precision: 5, scale: 2)).code == code)
    }

    @Test(
        arguments: [
            ("\"1970-01-02\"", LogicalType.date, 1), ("\"1969-12-31\"", .date, -1),
            ("\"2024-02-29\"", .date, 19_782),
            ("\"1970-01-01 00:00:01.5\"", .timestamp, 1_500),
            ("\"1970-01-01T00:00:01.500\"", .timestamp, 1_500),
            ("\"1970-01-01 00:00:01.5009\"", .timestamp, 1_500),
            ("\"1969-12-31 23:59:59.999\"", .timestamp, -1),
            ("\"1970-01-01T00:00:01Z\"", .timestampLTZ, 1_000),
            ("\"1970-01-01 00:00:01.000Z\"", .timestampLTZ, 1_000),
            ("\"1970-01-01T02:00:01+02:00\"", .timestampLTZ, 1_000),
            ("\"1969-12-31T23:00:01-01:00\"", .timestampLTZ, 1_000),
            ("\"1970-01-01 00:00:01\"", .timestampLTZ, 1_000),
        ] as [(String, LogicalType, Int64)])
    func datesAndTimesAreReadInBothForms(json: String, type: LogicalType, value: Int64) throws {
        #expect(try read(json, as: type).cell == .integer(value))
    }

    @Test(
        arguments: [
            ("\"2023-02-29\"", LogicalType.date), ("\"2023-13-01\"", .date), ("1", .date),
            ("\"yesterday\"", .date), ("\"2023-02-01 12:00\"", .date),
            // The offset would be lost.
            ("\"1970-01-01T00:00:01Z\"", .timestamp), ("\"1970-01-01T00:00:01+01:00\"", .timestamp),
            ("\"1970-01-01 24:00:00\"", .timestamp), ("1000", .timestampLTZ), ("{}", .timestamp),
            ("\"1970-01-01T00:00:01+25:00\"", .timestampLTZ),
        ] as [(String, LogicalType)])
    func whatIsNoDateOrTimeIsATypeError(json: String, type: LogicalType) throws {
        #expect(try read(json, as: type).code == "E2003")
    }

    @Test func anInstantOutsideTheYears0To9999IsOutOfRange() throws {
        #expect(
            try read("\"0000-01-01T00:00:00+18:00\"", as: .timestampLTZ).code == "E2004")
        #expect(
            try read("\"9999-12-31T23:59:59-01:00\"", as: .timestampLTZ).code == "E2004")
    }

    @Test(
        arguments: [
            ("\"\"", ""), ("\"YQ==\"", "a"), ("\"YWI=\"", "ab"), ("\"YWJj\"", "abc"),
            ("\"YWJj\\u0059Q==\"", "abca"),
        ])
    func bytesAreBase64(json: String, text: String) throws {
        #expect(try read(json, as: .bytes).cell == .text(text))
    }

    @Test(arguments: ["\"YQ\"", "\"YQ=\"", "\"Y===\"", "\"YR==\"", "\"Y Q=\"", "\"ä===\"", "1"])
    func whatIsNoBase64IsATypeError(json: String) throws {
        #expect(try read(json, as: .bytes).code == "E2003")
    }

    @Test(arguments: [
        "7", "-1.50", "true", "\"a\\\"b\"", "{ \"a\" : [1, 2] }", "[ ]", "\"\"", "1e400",
    ])
    func aJSONColumnTakesAnyValueUntouched(json: String) throws {
        #expect(try read(json, as: .json).cell == .text(json))
    }

    @Test func nullIsNULLForEveryType() throws {
        let types: [LogicalType] = [
            .json, .decimal(precision: 5, scale: 2), .date, .timestamp, .bytes, .string,
            .map(.string, .int),
        ]
        for type in types { #expect(try read("null", as: type).cell == .null) }
    }

    @Test func aMapKeepsItsTextAndAPathTakesOneValue() throws {
        let map = LogicalType.map(.string, .bigint)
        #expect(try read("{\"b\":1, \"a\":2}", as: map).cell == .text("{\"b\":1, \"a\":2}"))
        #expect(try read("[1]", as: map).code == "E2003")
        let fixture = try DecoderFixture([
            JSONColumn(Field(name: "m", type: map)),
            JSONColumn(field: Field(name: "m.a", type: .bigint), path: [.field("m"), .field("a")]),
        ])
        let batch = try fixture.decoder.decode(rawBatch([Array("{\"m\":{\"b\":1,\"a\":2}}".utf8)]))
        #expect(batch.cells(ofRow: 0) == [.text("{\"b\":1,\"a\":2}"), .integer(2)])
    }

    @Test(
        arguments: [
            ("\"17\"", LogicalType.bigint, Cell.integer(17)), ("\" -5 \"", .int, .integer(-5)),
            ("\"+5\"", .int, .integer(5)), ("1.0", .bigint, .integer(1)),
            ("-12.50e1", .bigint, .integer(-125)), ("0.0", .int, .integer(0)),
            ("12e2", .int, .integer(1_200)), ("0e999999", .int, .integer(0)),
            ("\"1.5\"", .double, .value(1.5)), ("\"-Infinity\"", .double, .value(-.infinity)),
            ("\"1e-400\"", .double, .value(0)), ("\"true\"", .boolean, .boolean(true)),
            ("\" false\"", .boolean, .boolean(false)), ("1.50", .string, .text("1.50")),
            ("true", .string, .text("true")), ("{\"a\": 1}", .string, .text("{\"a\": 1}")),
            ("[1]", .string, .text("[1]")),
        ] as [(String, LogicalType, Cell)])
    func aValueOfAnotherTypeIsTakenWhereNothingIsLost(
        json: String, type: LogicalType, cell: Cell
    ) throws {
        #expect(try read(json, as: type).cell == cell)
    }

    @Test func theLastOfTwoKeysCountsForTextsToo() throws {
        let column = JSONColumn(Field(name: "v", type: .decimal(precision: 9, scale: 1)))
        let fixture = try DecoderFixture([column])
        let documents = ["{\"v\":\"x\",\"v\":1.5}", "{\"v\":2,\"v\":null}"].map { Array($0.utf8) }
        let batch = try fixture.decoder.decode(rawBatch(documents))
        #expect(batch.cells(ofRow: 0)[0] == .text("15") && batch.cells(ofRow: 1)[0] == .null)
        #expect(fixture.error(Array("{\"v\":1,\"v\":\"x\"}".utf8))?.code == "E2003")
    }

    @Test func aMissingDecimalThatIsNOTNULLIsAnError() throws {
        let type = LogicalType.decimal(precision: 9, scale: 1)
        let fixture = try DecoderFixture([
            JSONColumn(Field(name: "v", type: type, isNullable: false))
        ])
        #expect(fixture.error(Array("{}".utf8))?.code == "E2002")
    }

    // MARK: Writing

    @Test(
        arguments: [
            (
                TimestampCodec.Form.sql,
                """
                {"m":-0.50,"d":"2024-02-29","t":"1970-01-01 00:00:01.500",\
                "l":"1970-01-01 00:00:01.500Z","j":{ "a":1},"n":null}
                """
            ),
            (
                .iso8601,
                """
                {"m":-0.50,"d":"2024-02-29","t":"1970-01-01T00:00:01.500",\
                "l":"1970-01-01T00:00:01.500Z","j":{ "a":1},"n":null}
                """
            ),
        ])
    func typesAreWrittenAsFlinkWritesThem(form: TimestampCodec.Form, text: String) throws {
        let schema = RowSchema([
            Field(name: "m", type: .decimal(precision: 5, scale: 2)), Field(name: "d", type: .date),
            Field(name: "t", type: .timestamp), Field(name: "l", type: .timestampLTZ),
            Field(name: "j", type: .json), Field(name: "n", type: .decimal(precision: 5, scale: 2)),
        ])
        let batch = RecordBatch(schema: schema, rowCapacity: 1)
        let arena = ByteArena()
        batch.columns[0].decimals[0] = -50
        batch.columns[1].integers[0] = 19_782
        for column in 2...3 { batch.columns[column].integers[0] = 1_500 }
        batch.columns[4].slices[0] = store(Array("{ \"a\":1}".utf8), in: arena)
        batch.columns[5].hasNulls = true
        batch.columns[5].validity[0] = 0
        batch.rowCount = 1
        batch.selection.selectAll(1)
        let output = EncodedRows(capacity: 1)
        let columns = schema.fields.enumerated().map { ($1.name, $0, $1.type) }
        JSONEncoder(columns: columns, timestampForm: form).encode(batch, into: output)
        #expect(output.slices[0].text == text)
    }
}
