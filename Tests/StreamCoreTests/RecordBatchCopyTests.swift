import StreamCore
import Testing

@Suite struct RecordBatchCopyTests {
    private func makeBatch() -> RecordBatch {
        let batch = RecordBatch(
            schema: RowSchema([
                Field(name: "i", type: .bigint), Field(name: "s", type: .string),
                Field(name: "b", type: .boolean), Field(name: "d", type: .double),
            ]), rowCapacity: 4)
        let arena = ByteArena()
        for row in 0..<4 {
            batch.columns[0].integers[row] = Int64(row)
            let text = Array(String(repeating: "ab", count: row).utf8)
            let target = arena.allocate(text.count)
            target.update(from: text, count: text.count)
            batch.columns[1].slices[row] = ByteSlice(base: target, count: text.count)
            batch.columns[2].booleans[row] = UInt8(row & 1)
            batch.columns[3].doubles[row] = Double(row) / 2
            batch.origin.partitions[row] = 7
            batch.origin.offsets[row] = Int64(100 + row)
            batch.origin.timestamps[row] = Int64(row)
        }
        batch.chunks = arena.takeChunks()
        batch.columns[1].hasNulls = true
        batch.columns[1].validity[2] = 0
        batch.rowCount = 4
        batch.origin.topic = "events"
        batch.selection.selectAll(4)
        return batch
    }

    @Test func chosenRowsAreCopiedWithTheirPlacesAndNothingIsShared() {
        let copy: RecordBatch
        do {
            let batch = makeBatch()
            let rows: [Int32] = [3, 0, 2]
            copy = rows.withUnsafeBufferPointer { batch.copy(rows: $0) }
        }
        // The source batch and its arena are gone.
        #expect(copy.rowCount == 3 && copy.selection.count == 3)
        #expect((0..<3).map { copy.columns[0].integers[$0] } == [3, 0, 2])
        #expect(copy.columns[1].slices[0].text == "ababab")
        #expect(!copy.columns[1].slices[1].isAbsent && copy.columns[1].slices[1].count == 0)
        #expect(copy.columns[1].isNull(2) && !copy.columns[1].isNull(0))
        #expect((0..<3).map { copy.columns[2].booleans[$0] } == [1, 0, 0])
        #expect((0..<3).map { copy.columns[3].doubles[$0] } == [1.5, 0, 1])
        #expect(copy.place(ofRow: 0).description == "events[7]@103")
        #expect(copy.origin.timestamps[2] == 2)
        #expect(copy.origin.values[0].isAbsent && copy.origin.keys[0].isAbsent)
    }

    @Test func theLinesOfAFilesRecordsComeAlong() {
        let batch = makeBatch()
        let rows: [Int32] = [3, 1]
        for row in 0..<4 { batch.origin.makeLines()[row] = Int64(10 + row) }
        let copy = rows.withUnsafeBufferPointer { batch.copy(rows: $0) }
        #expect(copy.place(ofRow: 0).description == "events:13 (offset 103)")
        let target = RecordBatch(schema: batch.schema, rowCapacity: 2)
        rows.withUnsafeBufferPointer { target.gather($0, of: batch, columns: [], from: 0) }
        #expect(target.origin.line(ofRow: 1) == 11)
        // Nothing is left of the lines of an earlier batch.
        rows.withUnsafeBufferPointer { target.gather($0, of: makeBatch(), columns: [], from: 0) }
        #expect(target.place(ofRow: 1).description == "events[7]@101")
    }

    @Test func onlySelectedRowsAreCopied() throws {
        let batch = makeBatch()
        batch.selection.remove(row: 0)
        let copy = try #require(batch.copySelected())
        withExtendedLifetime(copy) { #expect(copy.columns[0].integers[0] == 1) }
        batch.selection.count = 0
        #expect(batch.copySelected() == nil)
    }

    @Test func theSourceRecordsBytesComeAlongWhereThatIsAsked() {
        let copy: RecordBatch
        do {
            let batch = makeBatch()
            let arena = ByteArena()
            let text = Array("key 3, value".utf8)
            let bytes = text.withUnsafeBufferPointer {
                arena.append(ByteSlice(base: $0.baseAddress, count: $0.count))
            }
            for row in 0..<4 {
                batch.origin.keys[row] = .absent
                batch.origin.values[row] = .absent
            }
            batch.origin.keys[3] = ByteSlice(base: bytes.base, count: 5)
            batch.origin.values[3] = ByteSlice(base: bytes.base, count: 12)
            batch.origin.values[0] = ByteSlice(base: bytes.base, count: 0)
            let rows: [Int32] = [3, 0, 2]
            copy = rows.withUnsafeBufferPointer { batch.copy(rows: $0, keepsOriginBytes: true) }
        }
        // The source batch and the records' bytes are gone.
        #expect(copy.origin.keys[0].text == "key 3")
        #expect(copy.origin.values[0].text == "key 3, value")
        // A tombstone stays one, an empty value stays empty.
        #expect(copy.origin.keys[1].isAbsent && !copy.origin.values[1].isAbsent)
        #expect(copy.origin.values[1].count == 0 && copy.origin.values[2].isAbsent)
        #expect(copy.columns[1].slices[0].text == "ababab")
        // Whoever keeps the records' bytes alone keeps this.
        #expect(copy.origin.chunks.count == 1 && copy.origin.chunks[0] === copy.chunks[0])
    }

    @Test func whyRowsAreLateAndWhetherTheyAreRecordsComesAlong() throws {
        let batch = makeBatch()
        let lateness = Lateness(
            operatorID: OperatorID(rawValue: "joined"), watermark: Watermark(rawValue: 7))
        batch.lateness = lateness
        batch.origin.holdsRecords = false
        let copy = try #require(batch.copySelected())
        #expect(copy.lateness == lateness)
        #expect(!copy.origin.holdsRecords)
    }

    @Test func eventTimesComeAlong() throws {
        let batch = makeBatch()
        let times = Column(type: .timestampLTZ, capacity: 4)
        for row in 0..<4 { times.integers[row] = Int64(1000 + row) }
        batch.eventTimes = times
        let rows: [Int32] = [2, 1]
        let copy = rows.withUnsafeBufferPointer { batch.copy(rows: $0) }
        let copied = try #require(copy.eventTimes)
        #expect((0..<2).map { copied.integers[$0] } == [1002, 1001])
    }
}
