import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import StreamRuntime

/// The first column is the event time.
private final class FirstColumnAssigner: TimestampAssigner {
    func assign(_ batch: RecordBatch) throws { batch.eventTimes = batch.columns[0] }
}

@Suite struct SourceWatermarksTests {
    private let counters = RecordCounters()

    private func key(_ partition: Int32) -> SplitKey {
        SplitKey(topic: "events", partition: PartitionIndex(rawValue: partition))
    }

    private func make(maxLead: Int64? = nil) -> SourceWatermarks {
        SourceWatermarks(
            FirstColumnAssigner(),
            WatermarkGenerator(
                WatermarkStrategy(delayMilliseconds: 0, maxLeadMilliseconds: maxLead)), counters)
    }

    private func batch(_ rows: [(partition: Int32, time: Int64, stamp: Int64)]) -> RecordBatch {
        let batch = RecordBatch.keys(rows.map(\.time))
        for (index, row) in rows.enumerated() {
            batch.origin.partitions[index] = row.partition
            batch.origin.timestamps[index] = row.stamp
        }
        batch.origin.topic = "events"
        return batch
    }

    /// The watermark behind a batch; nil if it has not risen.
    private func receive(
        _ watermarks: SourceWatermarks, _ rows: [(Int32, Int64, Int64)], wall: Int64 = 1_000_000,
        open: [Int32] = [0, 1]
    ) throws -> Int64? {
        let batch = batch(rows.map { (partition: $0.0, time: $0.1, stamp: $0.2) })
        try watermarks.receive(
            batch, wallMilliseconds: wall, nowMilliseconds: 0, openSplits: { open.map(key) })
        return watermarks.progress(nowMilliseconds: 0, openSplits: { open.map(key) })
            .watermark?.rawValue
    }

    @Test func `Each split has its own latest row, however the rows are mixed`() throws {
        let watermarks = make()
        #expect(try receive(watermarks, [(0, 50, 0), (1, 20, 0), (0, 40, 0), (1, 30, 0)]) == 29)
        #expect(try receive(watermarks, [(1, 90, 0)]) == 49)
    }

    @Test func `A split that has not been named before is taken in with its first row`() throws {
        let watermarks = make()
        #expect(try receive(watermarks, [(0, 50, 0)], open: [0]) == 49)
        #expect(try receive(watermarks, [(7, 60, 0), (0, 80, 0)], open: [0]) == 59)
    }

    @Test func `A row too far ahead of its record does not move the watermark and is counted`()
        throws
    {
        let watermarks = make(maxLead: 100)
        #expect(try receive(watermarks, [(0, 500, 300), (0, 400, 300)], open: [0]) == 399)
        #expect(counters.leading.load(ordering: .relaxed) == 1)
        // Exactly the lead is allowed; a record without a timestamp has the wall clock alone.
        #expect(
            try receive(watermarks, [(0, 700, 600), (0, 9_000, -1)], wall: 9_000, open: [0])
                == 8_999)
        #expect(counters.leading.load(ordering: .relaxed) == 1)
    }

    @Test func `A record stamped ahead of the wall clock does not move the watermark either`()
        throws
    {
        let watermarks = make(maxLead: 100)
        #expect(
            try receive(watermarks, [(0, 5_000, 5_000), (0, 90, 90)], wall: 1_000, open: [0]) == 89)
        #expect(counters.leading.load(ordering: .relaxed) == 1)
    }

    @Test func `Without a limit any time counts, up to the end of the range`() throws {
        let watermarks = make()
        #expect(try receive(watermarks, [(0, .max, 5)], open: [0]) == .max - 1)
    }

    @Test func `Only selected rows count`() throws {
        let watermarks = make()
        let batch = batch([(partition: 0, time: 10, stamp: 0), (partition: 0, time: 99, stamp: 0)])
        batch.selection.remove(row: 1)
        try watermarks.receive(
            batch, wallMilliseconds: 0, nowMilliseconds: 0, openSplits: { [key(0)] })
        let progress = watermarks.progress(nowMilliseconds: 0, openSplits: { [key(0)] })
        #expect(progress.watermark?.rawValue == 9)
    }
}
