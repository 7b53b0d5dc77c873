import StreamAPI
import StreamCore
import Testing

@testable import Formats

/// `format: string`, and keys beside values.
@Suite struct StringDecoderTests {
    private static let value = Field(name: "value", type: .string)

    @Test func theValueIsOneStringWithoutACopy() throws {
        let raw = rawBatch([Array("ä\"b\n".utf8), [], nil])
        let batch = try StringDecoder(field: Self.value, failed: TextFixture().failed).decode(raw)
        #expect((0...2).map { batch.cells(ofRow: $0)[0] } == [.text("ä\"b\n"), .text(""), .null])
        #expect(batch.columns[0].slices[0].base == raw.values[0].base)
    }

    @Test func brokenUTF8IsAnError() throws {
        let decoder = try StringDecoder(field: Self.value, failed: TextFixture().failed)
        let error = #expect(throws: RecordError.self) { try decoder.decode(rawBatch([[0xff]])) }
        #expect(error?.code == "E2006")
        #expect(error?.message.hasPrefix("the value is not UTF-8") == true)
    }

    @Test func aKeyIsTellsAbsentFromEmptyAndMayHaveAnotherType() throws {
        let raw = rawBatch([[], [], []], keys: [Array("7".utf8), nil, Array("x".utf8)])
        let key = Field(name: "id", type: .bigint)
        let fixture = TextFixture(policy: .drop, firstPart: .key)
        let batch = try StringDecoder(field: key, part: .key, failed: fixture.failed).decode(raw)
        #expect((0...1).map { batch.cells(ofRow: $0)[0] } == [.integer(7), .null])
        #expect(batch.selection.count == 2 && fixture.dropped == 1)
    }

    @Test func aMissingKeyThatIsNOTNULLIsAnErrorThatSaysSo() throws {
        let key = Field(name: "id", type: .string, isNullable: false)
        let decoder = try StringDecoder(
            field: key, part: .key, failed: TextFixture(firstPart: .key).failed)
        let error = #expect(throws: RecordError.self) {
            try decoder.decode(rawBatch([[]], keys: [nil]))
        }
        #expect(error?.code == "E2002")
        #expect(error?.message == "field id is STRING NOT NULL but the record has no key")
    }

    // MARK: Keys beside values

    private func record(
        _ fixture: TextFixture, key: any BatchDecoder, value: any BatchDecoder, _ schema: RowSchema
    ) -> RecordDecoder {
        RecordDecoder(
            schema: schema,
            parts: [
                RecordDecoder.Part(key, columns: [1]), RecordDecoder.Part(value, columns: [0, 2]),
            ], failed: fixture.failed)
    }

    @Test func columnsOfTheKeyStandBesideThoseOfTheValue() throws {
        let fixture = TextFixture(policy: .drop, firstPart: .key)
        let id = Field(name: "id", type: .bigint, isNullable: false)
        let a = Field(name: "a", type: .string)
        let b = Field(name: "b", type: .date)
        let decoder = record(
            fixture,
            key: try JSONDecoder(
                columns: [JSONColumn(id)], part: .key, absent: .isNull, failed: fixture.failed),
            value: try JSONDecoder(
                columns: [JSONColumn(a), JSONColumn(b)], failed: fixture.failed),
            RowSchema([a, id, b]))
        let good = "{\"a\":\"x\\n\",\"b\":\"1970-01-02\"}"
        let raw = rawBatch(
            [good, good, "{", good, "{"].map { Array($0.utf8) },
            keys: ["{\"id\":7}", "{", "{\"id\":8}", nil, "{"].map { $0.map { Array($0.utf8) } })
        for round in 1...2 {
            let batch = try decoder.decode(raw)
            #expect(batch.selection.count == 1 && batch.selection.rows[0] == 0)
            #expect(
                batch.cells(ofRow: 0) == [.text("x\n"), .integer(7), .integer(1)])
            // A record that is broken twice is one record.
            #expect(fixture.dropped == 4 * round)
        }
    }

    @Test func aKeyOfSeveralColumnsMayBeCSV() throws {
        let fixture = TextFixture(policy: .drop, firstPart: .key)
        let decoder = try fixture.csv(
            [Field(name: "a", type: .string), Field(name: "n", type: .int)], part: .key)
        let batch = try decoder.decode(
            rawBatch([[], [], []], keys: [Array("x,1".utf8), nil, []]))
        #expect(batch.cells(ofRow: 0) == [.text("x"), .integer(1)])
        #expect(batch.cells(ofRow: 1) == [.null, .null])
        #expect(batch.selection.count == 2)
    }
}
