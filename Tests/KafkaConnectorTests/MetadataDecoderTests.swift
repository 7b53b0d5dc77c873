import Formats
import KafkaConnector
import StreamAPI
import StreamCore
import Testing

@Suite struct MetadataDecoderTests {
    private func decoder(_ columns: [(MetadataColumn, LogicalType)]) -> MetadataDecoder {
        let fields = columns.map { Field(name: "\($0.0)", type: $0.1) }
        return MetadataDecoder(
            around: RawDecoder(parts: [.value], rowCapacity: 64),
            parts: columns.map { .metadata($0.0) } + [.value(0)],
            schema: RowSchema(fields + [Field(name: "value", type: .bytes)]), rowCapacity: 64)
    }

    @Test func placesAndTimesAreThoseOfTheRecordBesideItsValue() throws {
        let decoder = decoder([
            (.topic, .string), (.partition, .int), (.offset, .bigint), (.timestamp, .timestampLTZ),
        ])
        let batch = try decoder.decode(
            rawBatch([
                TestRecord(value: "x"), TestRecord(value: "y", timestamp: 5),
                TestRecord(value: "z", timestamp: -1),
            ]))
        #expect(texts(batch, 0) == ["events", "events", "events"])
        #expect(texts(batch, 1) == ["0", "1", "2"])
        #expect(texts(batch, 2) == ["100", "101", "102"])
        #expect(texts(batch, 3) == ["1000", "5", nil])
        #expect(texts(batch, 4) == ["x", "y", "z"])
    }

    @Test func eachRowHasTheNameOfItsOwnTopicAlsoWhenTheTableGrows() throws {
        let decoder = decoder([(.topic, .string)])
        let first = try decoder.decode(rawBatch([TestRecord(value: "x")], topics: ["a"]))
        #expect(texts(first, 0) == ["a"])
        let records = [1, 0, 2].map { TestRecord(topic: $0, value: "x") }
        let next = try decoder.decode(rawBatch(records, topics: ["a", "b", "c"]))
        #expect(texts(next, 0) == ["b", "a", "c"])
        #expect(next.place(ofRow: 2).description == "c[2]@102")
    }

    @Test func theKeyIsNullForARecordWithoutOne() throws {
        let decoder = decoder([(.key, .bytes)])
        let records = [TestRecord(key: "k"), TestRecord(), TestRecord(key: "")]
        #expect(texts(try decoder.decode(rawBatch(records)), 0) == ["k", nil, ""])
        #expect(texts(try decoder.decode(rawBatch([TestRecord(key: "k")])), 0) == ["k"])
    }

    @Test func oneHeaderIsItsBytesAndNullWhereThereIsNone() throws {
        let decoder = decoder([(.header("trace"), .bytes)])
        let records = [
            TestRecord(headers: [("trace", "1"), ("other", "x"), ("trace", "2")]), TestRecord(),
            TestRecord(headers: [("trace", nil)]), TestRecord(headers: [("trac", "x")]),
            TestRecord(headers: [("trace", "")]),
        ]
        #expect(texts(try decoder.decode(rawBatch(records)), 0) == ["2", nil, nil, nil, ""])
        let without = rawBatch(records, withHeaders: false)
        #expect(texts(try decoder.decode(without), 0) == [nil, nil, nil, nil, nil])
    }

    @Test func allHeadersAreAJSONObjectOfBase64InWhichTheLastOfANameCounts() throws {
        let decoder = decoder([(.headers, .map(.string, .bytes))])
        let many = (0..<100).map { ("n\($0 % 50)", Optional("\($0)")) }
        let records = [
            TestRecord(headers: [("a", "abc"), ("b", nil), ("a\"", ""), ("a", "d")]), TestRecord(),
            TestRecord(headers: many),
        ]
        let found = texts(try decoder.decode(rawBatch(records)), 0)
        #expect(found[0] == #"{"b":null,"a\"":"","a":"ZA=="}"#)
        #expect(found[1] == "{}")
        #expect(found[2]?.hasPrefix(#"{"n0":"NTA=","n1":"NTE=""#) == true)
        #expect(found[2]?.split(separator: ",").count == 50)
    }

    /// What a sink keeps for the client must keep the names and texts alive.
    @Test func theBatchRetainsWhatItsSlicesPointInto() throws {
        let decoder = decoder([(.topic, .string), (.headers, .map(.string, .bytes))])
        let batch = try decoder.decode(rawBatch([TestRecord(headers: [("a", "b")])]))
        for column in 0..<2 {
            let base = try #require(batch.columns[column].slices[0].base)
            let start = UnsafeRawPointer(base)
            #expect(batch.chunks.contains { start >= $0.bytes && start < $0.bytes + $0.capacity })
        }
    }
}
