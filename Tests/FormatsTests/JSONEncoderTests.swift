import StreamAPI
import StreamCore
import Testing

@testable import Formats

@Suite struct JSONEncoderTests {
    private static let schema = RowSchema([
        Field(name: "s", type: .string), Field(name: "i", type: .bigint),
        Field(name: "d", type: .double), Field(name: "b", type: .boolean),
        Field(name: "raw", type: .array(.int)), Field(name: "bytes", type: .bytes),
    ])

    @Test func aRowIsOneObjectInColumnOrder() {
        let batch = oneRow(Self.schema) { columns, arena in
            columns[0].slices[0] = store(Array("rot \"1\"\n".utf8), in: arena)
            columns[1].integers[0] = -42
            columns[2].doubles[0] = 1.5
            columns[3].booleans[0] = 1
            columns[4].slices[0] = store(Array("[1, 2]".utf8), in: arena)
            columns[5].slices[0] = store([1, 2, 3, 255], in: arena)
        }
        #expect(
            encode(batch) == [
                #"{"s":"rot \"1\"\n","i":-42,"d":1.5,"b":true,"raw":[1, 2],"bytes":"AQID/w=="}"#
            ])
    }

    @Test func nullIsNullAndFalseIsFalse() {
        let batch = oneRow(Self.schema) { columns, _ in
            for column in columns {
                column.hasNulls = true
                column.validity[0] = 0
            }
            columns[3].validity[0] = 1
            columns[3].booleans[0] = 0
        }
        #expect(
            encode(batch) == [#"{"s":null,"i":null,"d":null,"b":false,"raw":null,"bytes":null}"#])
    }

    @Test func namesAreEscaped() {
        let batch = oneRow(RowSchema([Field(name: "a\"b\\", type: .bigint)])) { columns, _ in
            columns[0].integers[0] = 7
        }
        #expect(encode(batch) == [#"{"a\"b\\":7}"#])
    }

    @Test func onlySelectedRowsAreWrittenInSelectionOrder() {
        let schema = RowSchema([Field(name: "i", type: .bigint)])
        let batch = RecordBatch(schema: schema, rowCapacity: 5)
        for row in 0..<5 { batch.columns[0].integers[row] = Int64(row) }
        batch.rowCount = 5
        batch.selection.selectAll(5)
        batch.selection.remove(row: 1)
        batch.selection.remove(row: 4)
        #expect(encode(batch) == [#"{"i":0}"#, #"{"i":2}"#, #"{"i":3}"#])
    }

    @Test(arguments: [
        Int64.min, Int64.max, 0, 1, -1, 9, 10, 99, 100, 101, 999, 1000, 12345, 99999, 123_456_789,
        1_700_000_000_000, -10, -99, -100,
    ])
    func integersAreDecimal(value: Int64) {
        let batch = oneRow(RowSchema([Field(name: "i", type: .bigint)])) { columns, _ in
            columns[0].integers[0] = value
        }
        #expect(encode(batch) == ["{\"i\":\(value)}"])
    }

    /// As Java's `Double.toString`, JDK 19 and later; but for 4.9E-324, of which it prints a digit more
    /// than is needed.
    @Test(arguments: [
        (0.0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (100, "100.0"), (1.5, "1.5"), (-2.25, "-2.25"),
        (0.1, "0.1"), (0.001, "0.001"), (0.005, "0.005"), (0.05, "0.05"), (123.45, "123.45"),
        (9_999_999, "9999999.0"), (1e7, "1.0E7"), (12_345_678.5, "1.23456785E7"), (1e10, "1.0E10"),
        (0.0001, "1.0E-4"), (0.00123, "0.00123"), (9.999e-4, "9.999E-4"),
        (1.0 / 3, "0.3333333333333333"),
        (1e22, "1.0E22"), (.leastNonzeroMagnitude, "5.0E-324"),
        (.greatestFiniteMagnitude, "1.7976931348623157E308"),
        (.nan, "\"NaN\""), (.infinity, "\"Infinity\""), (-.infinity, "\"-Infinity\""),
        (2.0e-3, "0.002"), (1_234_567.891, "1234567.891"), (1_234_567.8912, "1234567.8912"),
    ])
    func doublesAreInJavasForm(value: Double, text: String) {
        #expect(encode(doubleRow(value)) == ["{\"d\":\(text)}"])
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func doublesReadBackAsTheSameValue(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let fixture = try DecoderFixture([JSONColumn(Field(name: "d", type: .double))])
        for _ in 0..<300 {
            let value =
                Bool.random(using: &random)
                ? Double(bitPattern: random.next())
                : (Double.random(in: -2e7...2e7, using: &random) * 1000).rounded() / 1000
            guard value.isFinite else { continue }
            let text = Array(encode(doubleRow(value))[0].utf8)
            let batch = try fixture.decoder.decode(rawBatch([text]))
            #expect(batch.columns[0].doubles[0].bitPattern == value.bitPattern, "\(value)")
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func stringsReadBackAsTheSameBytes(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let schema = RowSchema([Field(name: "s", type: .string)])
        let fixture = try DecoderFixture([JSONColumn(schema.fields[0])])
        for _ in 0..<30 {
            let text = String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
                        Unicode.Scalar(
                            UInt32.random(
                                in: 0...(Bool.random(using: &random) ? 127 : 0x2fff), using: &random
                            ))
                    }))
            let batch = oneRow(schema) { columns, arena in
                columns[0].slices[0] = store(Array(text.utf8), in: arena)
            }
            let decoded = try fixture.decoder.decode(rawBatch([Array(encode(batch)[0].utf8)]))
            #expect(Array(decoded.columns[0].slices[0].buffer) == Array(text.utf8))
        }
    }

    @Test func manyLargeRowsFillManyChunks() {
        let schema = RowSchema([Field(name: "s", type: .string)])
        let batch = RecordBatch(schema: schema, rowCapacity: 20)
        let arena = ByteArena()
        for row in 0..<20 {
            batch.columns[0].slices[row] = store(
                [UInt8](repeating: 97 + UInt8(row), count: 100_000), in: arena)
        }
        batch.rowCount = 20
        batch.selection.selectAll(20)
        let texts = encode(batch)
        for row in 0..<20 {
            let filler = String(
                repeating: Character(UnicodeScalar(97 + UInt8(row))), count: 100_000)
            #expect(texts[row] == "{\"s\":\"\(filler)\"}")
        }
    }

    // MARK: Keys and raw values

    @Test func keysAreTheTextOfAColumnAndNULLIsAbsent() {
        let batch = oneRow(Self.schema) { columns, arena in
            columns[0].slices[0] = store(Array("ro\"t".utf8), in: arena)
            columns[1].integers[0] = 12
            columns[2].doubles[0] = 3
            columns[3].booleans[0] = 1
            columns[5].hasNulls = true
            columns[5].validity[0] = 0
        }
        let output = EncodedRows(capacity: 1)
        let texts = [0, 1, 2, 3, 5].map { column -> String? in
            KeyEncoder(column: column, type: Self.schema.fields[column].type)
                .encode(batch, into: output)
            return output.slices[0].isAbsent ? nil : output.slices[0].text
        }
        #expect(texts == ["ro\"t", "12", "3.0", "true", nil])
    }

    @Test func rawValuesPassUntouched() {
        let raw = rawBatch([[0, 255], nil, []], keys: [nil, [1], []])
        let decoder = RawDecoder(rowCapacity: 3)
        let batch = decoder.decode(raw)
        #expect(
            batch.columns[0].isNull(1) && !batch.columns[0].isNull(2) && batch.columns[1].isNull(0))
        let output = EncodedRows(capacity: 3)
        RawEncoder(column: 0).encode(batch, into: output)
        #expect(output.count == 3)
        #expect(output.slices[0].base == raw.values[0].base)
        #expect(output.slices[1].isAbsent)
        #expect(!output.slices[2].isAbsent && output.slices[2].count == 0)
        #expect(output.chunks.contains { $0 === raw.chunks[0] })
    }

    // MARK: Rows

    private func doubleRow(_ value: Double) -> RecordBatch {
        oneRow(RowSchema([Field(name: "d", type: .double)])) { columns, _ in
            columns[0].doubles[0] = value
        }
    }

    private func oneRow(_ schema: RowSchema, _ fill: ([Column], ByteArena) -> Void) -> RecordBatch {
        let batch = RecordBatch(schema: schema, rowCapacity: 1)
        let arena = ByteArena()
        fill(batch.columns, arena)
        batch.rowCount = 1
        batch.selection.selectAll(1)
        batch.chunks = arena.takeChunks()
        return batch
    }

    private func encode(_ batch: RecordBatch) -> [String] {
        let output = EncodedRows(capacity: batch.rowCapacity)
        JSONEncoder(schema: batch.schema).encode(batch, into: output)
        return (0..<output.count).map { output.slices[$0].text }
    }
}
