import StreamAPI
import StreamCore
import Testing

@testable import Formats

@Suite struct JSONDecoderTests {
    @Test func wantedFieldsBecomeColumns() throws {
        let batch = try decode(
            ["{\"color\":\"red\",\"weight\":1.5,\"ts\":1000}", "{ \"ts\" : 2 , \"color\" : \"g\\u00fcn\" }"])
        #expect(batch.columns[0].slices[0].text == "red")
        #expect(batch.columns[0].slices[1].text == "gün")
        #expect(batch.columns[1].doubles[0] == 1.5)
        #expect(batch.columns[1].isNull(1))
        #expect(batch.columns[2].integers[0] == 1000)
        #expect(batch.columns[2].integers[1] == 2)
    }
    func decode(_ texts: [String]) throws -> RecordBatch {
        let decoder = try JSONDecoder(
            columns: [
                JSONColumn(Field(name: "color", type: .string, isNullable: false)),
                JSONColumn(Field(name: "weight", type: .double)),
                JSONColumn(Field(name: "ts", type: .bigint, isNullable: false)),
            ], operatorID: OperatorID(rawValue: "events"), errorPolicy: .fail,
            counters: RecordCounters(), rowCapacity: 16)
        let raw = RawRecordBatch(rowCapacity: 16)
        let arena = ByteArena()
        for (row, text) in texts.enumerated() {
            raw.values[row] = Array(text.utf8).withUnsafeBufferPointer { arena.append($0.baseAddress!, $0.count) }
            raw.keys[row] = .absent
            raw.partitions[row] = 0
            raw.offsets[row] = Int64(row)
            raw.timestamps[row] = 0
        }
        raw.rowCount = texts.count
        raw.chunks = arena.takeChunks()
        return try decoder.decode(raw)
    }
}
