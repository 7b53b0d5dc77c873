import Formats
import KafkaConnector
import StreamAPI
import StreamCore
import Synchronization
import Testing

@Suite struct TombstoneDecoderTests {
    private let counters = RecordCounters()

    private func decoder(
        _ policy: TombstonePolicy, onError: ErrorPolicy = .fail
    ) throws -> TombstoneDecoder {
        let columns = [
            JSONColumn(field: Field(name: "n", type: .bigint), path: [.field("n")]),
            JSONColumn(
                field: Field(name: "t", type: .string, isNullable: false), path: [.field("t")]),
        ]
        let json = try JSONDecoder(
            columns: columns, operatorID: OperatorID(rawValue: "events"), errorPolicy: onError,
            counters: counters, rowCapacity: 64)
        return TombstoneDecoder(
            around: json, policy: policy, operatorID: OperatorID(rawValue: "events"),
            counters: counters, rowCapacity: 64)
    }

    private func records(_ values: [String?]) -> RawRecordBatch {
        rawBatch(values.map { TestRecord(key: "k", value: $0) })
    }

    private var dropped: Int { counters.dropped.load(ordering: .relaxed) }

    private let mixed = [nil, #"{"n":1,"t":"a"}"#, nil, nil, #"{"n":null,"t":"b"}"#, nil]

    @Test func asARowItHasNothingButNullsAndRowsKeepTheirPlaces() throws {
        let batch = try decoder(.row).decode(records(mixed))
        #expect(texts(batch, 0) == [nil, "1", nil, nil, nil, nil])
        #expect(texts(batch, 1) == [nil, "a", nil, nil, "b", nil])
        #expect(batch.place(ofRow: 4).offset.rawValue == 104)
        #expect(batch.origin.keys[5].text == "k")
        #expect(dropped == 0)
    }

    @Test func rowsThatTheFormatDropsStayOutBetweenTombstones() throws {
        let values = [nil, "broken", #"{"n":2,"t":"c"}"#, nil, "{}"]
        let batch = try decoder(.row, onError: .drop).decode(records(values))
        #expect(texts(batch, 0) == [nil, "2", nil])
        #expect((0..<3).map { Int(batch.selection.rows[$0]) } == [0, 2, 3])
        #expect(dropped == 2)
    }

    @Test func aBatchOfTombstonesOnlyIsRowsOfNulls() throws {
        let batch = try decoder(.row).decode(records([nil, nil]))
        #expect(texts(batch, 1) == [nil, nil])
        let next = try decoder(.row).decode(records([#"{"n":1,"t":"a"}"#]))
        #expect(texts(next, 1) == ["a"])
    }

    @Test func droppedOnesAreCounted() throws {
        let batch = try decoder(.drop).decode(records(mixed))
        #expect(texts(batch, 1) == ["a", "b"])
        #expect((0..<2).map { batch.place(ofRow: $0).offset.rawValue } == [101, 104])
        #expect(dropped == 4)
    }

    @Test func byDefaultTheRecordAndTheOptionAreNamed() throws {
        let decoder = try decoder(.fail)
        #expect(texts(try decoder.decode(records([#"{"n":1,"t":"a"}"#])), 0) == ["1"])
        let error = #expect(throws: RecordError.self) {
            try decoder.decode(records([#"{"n":1,"t":"a"}"#, nil]))
        }
        #expect(error?.code == "E2009")
        #expect(error?.place.description == "events[1]@101")
        #expect(error?.message.contains("tombstones: drop") == true)
    }
}
