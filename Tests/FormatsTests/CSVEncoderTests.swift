import StreamCore
import Testing

@testable import Formats

@Suite struct CSVEncoderTests {
    private func text(
        _ values: [String?], type: LogicalType = .string, _ dialect: CSVDialect = CSVDialect()
    ) -> String {
        let fields = values.indices.map { Field(name: "c\($0)", type: type) }
        let batch = RecordBatch(schema: RowSchema(fields), rowCapacity: 1)
        let arena = ByteArena()
        for (column, value) in zip(batch.columns, values) {
            column.hasNulls = true
            column.validity[0] = value == nil ? 0 : 1
            column.slices[0] = store(value.map { Array($0.utf8) }, in: arena)
        }
        batch.rowCount = 1
        batch.selection.selectAll(1)
        return encode(batch, dialect)
    }

    private func encode(_ batch: RecordBatch, _ dialect: CSVDialect) -> String {
        let output = EncodedRows(capacity: 1)
        let columns = batch.schema.fields.enumerated().map { ($0, $1.type) }
        CSVEncoder(columns: columns, dialect: dialect).encode(batch, into: output)
        return output.slices[0].text
    }

    @Test(
        arguments: [
            (["a", "b c", ""], "a,b c,\"\""), (["a", nil, "b"], "a,,b"),
            (["a,b", "c\"d", "e\nf"], "\"a,b\",\"c\"\"d\",\"e\nf\""), (["\r"], "\"\r\""),
            ([nil], ""), ([""], "\"\""), (["#x", "#y"], "\"#x\",#y"), (["ä;'"], "ä;'"),
        ] as [([String?], String)])
    func quotesStandWhereTheReaderNeedsThem(values: [String?], row: String) {
        #expect(text(values) == row)
    }

    @Test func theNullLiteralIsWrittenBareAndTheSameTextInQuotes() {
        var dialect = CSVDialect()
        dialect.nullLiteral = Array("n/a".utf8)
        #expect(text([nil, "n/a", ""], dialect) == "n/a,\"n/a\",")
    }

    @Test func anEscapeCharacterReplacesTheDoubledQuote() {
        var dialect = CSVDialect()
        dialect.escape = UInt8(ascii: "\\")
        #expect(text(["a\"b", "c\\d"], dialect) == "\"a\\\"b\",\"c\\\\d\"")
    }

    @Test func bytesAreBase64() {
        #expect(text(["ab", "", nil], type: .bytes) == "YWI=,,")
    }

    @Test func numbersAndTimesAreWrittenAsFlinkWritesThem() {
        let schema = RowSchema([
            Field(name: "f", type: .boolean), Field(name: "i", type: .bigint),
            Field(name: "d", type: .double),
            Field(name: "m", type: .decimal(precision: 9, scale: 3)),
            Field(name: "t", type: .timestamp), Field(name: "z", type: .timestampLTZ),
            Field(name: "day", type: .date),
        ])
        let batch = RecordBatch(schema: schema, rowCapacity: 1)
        batch.columns[0].booleans[0] = 1
        batch.columns[1].integers[0] = .min
        batch.columns[2].doubles[0] = 1e10
        batch.columns[3].decimals[0] = -5
        for column in 4...6 { batch.columns[column].integers[0] = 1 }
        batch.rowCount = 1
        batch.selection.selectAll(1)
        #expect(
            encode(batch, CSVDialect()) == """
                true,-9223372036854775808,1.0E10,-0.005,1970-01-01 00:00:00.001,\
                1970-01-01 00:00:00.001Z,1970-01-02
                """)
        var dialect = CSVDialect()
        dialect.delimiter = UInt8(ascii: ":")
        dialect.nullLiteral = Array("1.0E10".utf8)
        #expect(
            encode(batch, dialect) == """
                true:-9223372036854775808:"1.0E10":-0.005:"1970-01-01 00:00:00.001":\
                "1970-01-01 00:00:00.001Z":1970-01-02
                """)
    }
}

/// Rows written and read again, in every dialect.
@Suite struct CSVTwinTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func whatIsWrittenIsReadBack(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let dialect = Self.dialect(&random)
        let columnCount = Int.random(in: 1...5, using: &random)
        let fields = (0..<columnCount).map { Field(name: "c\($0)", type: .string) }
        let batch = RecordBatch(schema: RowSchema(fields), rowCapacity: 60)
        let arena = ByteArena()
        var rows: [[Cell]] = []
        for row in 0..<60 {
            rows.append(
                batch.columns.map { column in
                    // Without a null literal NULL and the empty text are one.
                    let isNull =
                        dialect.nullLiteral != nil && Int.random(in: 0..<5, using: &random) == 0
                    let text = isNull ? nil : Self.text(&random)
                    column.hasNulls = true
                    column.validity[row] = isNull ? 0 : 1
                    column.slices[row] = store(text.map { Array($0.utf8) }, in: arena)
                    return text.map { .text($0) } ?? .null
                })
        }
        batch.rowCount = 60
        batch.selection.selectAll(60)
        let output = EncodedRows(capacity: 60)
        CSVEncoder(columns: fields.indices.map { ($0, .string) }, dialect: dialect)
            .encode(batch, into: output)
        let records = (0..<60).map { Array(output.slices[$0].buffer) }
        let decoder = try TextFixture().csv(fields, dialect)
        let read = try decoder.decode(rawBatch(records))
        for row in 0..<60 {
            #expect(
                read.cells(ofRow: row) == rows[row],
                "\(String(decoding: records[row], as: UTF8.self))")
        }
    }

    private static func dialect(_ random: inout SplitMix64) -> CSVDialect {
        var dialect = CSVDialect()
        dialect.delimiter =
            [",", ";", "\t", "|", " ", ":"].map { UInt8(ascii: $0) }
            .randomElement(using: &random) ?? 0
        dialect.quote = [UInt8(ascii: "\""), UInt8(ascii: "'")].randomElement(using: &random)
        dialect.escape = [nil, UInt8(ascii: "\\")].randomElement(using: &random) ?? nil
        dialect.nullLiteral = [nil, [], Array("N".utf8)].randomElement(using: &random) ?? nil
        return dialect
    }

    private static func text(_ random: inout SplitMix64) -> String {
        let pieces = [
            "a", "N", "n", "0", " ", ",", ";", "\t", "|", ":", "\"", "'", "\\", "\n", "\r", "ä",
            "#",
        ]
        return (0..<Int.random(in: 0...6, using: &random))
            .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    /// A naive reader of RFC 4180, character by character.
    private static func fields(_ record: String) -> [String]? {
        var fields = [""]
        var isQuoted = false
        var characters = Array(record.unicodeScalars)[...]
        var isStart = true
        while let next = characters.popFirst() {
            if isQuoted {
                if next != "\"" {
                    fields[fields.count - 1].unicodeScalars.append(next)
                } else if characters.first == "\"" {
                    characters.removeFirst()
                    fields[fields.count - 1] += "\""
                } else {
                    isQuoted = false
                    guard characters.first == nil || characters.first == "," else { return nil }
                }
            } else if next == "," {
                fields.append("")
                isStart = true
                continue
            } else if next == "\"" {
                guard isStart else { return nil }
                isQuoted = true
            } else {
                fields[fields.count - 1].unicodeScalars.append(next)
            }
            isStart = false
        }
        return isQuoted ? nil : fields
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func recordsAreReadAsANaiveReaderReadsThem(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let record = (0..<Int.random(in: 1...12, using: &random))
                .map { _ in ["a", "ä", ",", "\"", "\"", "x y"].randomElement(using: &random) ?? "" }
                .joined()
            let expected = Self.fields(record)
            let count = max(1, expected?.count ?? 1)
            let decoder = try TextFixture().csv(
                (0..<count).map { Field(name: "c\($0)", type: .string) })
            let read = try? decoder.decode(rawBatch([Array(record.utf8)]))
            #expect(
                read?.cells(ofRow: 0) == expected?.map { .text($0) }, "\(record)")
        }
    }
}
