import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import StreamRuntime

/// Two sources in one alignment group, each on its own thread.
@Suite struct AlignmentRunTests {
    /// What a test and the readers share: how far each source may read, and how far it has.
    final class Feed: Sendable {
        let limits: [Limit]
        let inputEnds = Atomic<Bool>(false)
        final class Limit: Sendable {
            let limit = Atomic<Int64>(0)
            let read = Atomic<Int64>(0)
            let polls = Atomic<Int>(0)
        }
        init(_ limits: Int64...) {
            self.limits = limits.map {
                let made = Limit()
                made.limit.store($0, ordering: .relaxed)
                return made
            }
        }
        func allow(_ source: Int, _ limit: Int64) {
            limits[source].limit.store(limit, ordering: .relaxed)
        }
        func read(_ source: Int) -> Int64 { limits[source].read.load(ordering: .relaxed) }
        func polls(_ source: Int) -> Int { limits[source].polls.load(ordering: .relaxed) }
    }

    /// One split whose n-th row is at n * 10.
    private final class FeedReader: SourceReader {
        private let feed: Feed
        private let source: Int
        private var position: Int64

        init(_ feed: Feed, _ source: Int, position: Int64) {
            self.feed = feed
            self.source = source
            self.position = position
        }

        func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
            let own = feed.limits[source]
            own.polls.wrappingAdd(1, ordering: .relaxed)
            guard position < own.limit.load(ordering: .relaxed) else {
                return feed.inputEnds.load(ordering: .relaxed) ? .ended : .idle
            }
            batch.keys[0] = .absent
            batch.values[0] = .absent
            batch.partitions[0] = 0
            batch.offsets[0] = position
            batch.timestamps[0] = position * 10
            batch.rowCount = 1
            batch.topic = "s\(source)"
            position += 1
            own.read.store(position, ordering: .relaxed)
            return .records
        }

        func snapshot() -> [[UInt8]] { [encode(position)] }
        func openSplits() -> [SplitKey] {
            let isOver =
                feed.inputEnds.load(ordering: .relaxed)
                && position >= feed.limits[source].limit.load(ordering: .relaxed)
            let key = SplitKey(topic: "s\(source)", partition: PartitionIndex(rawValue: 0))
            return isOver ? [] : [key]
        }
        var wakeUp: @Sendable () -> Void { {} }
        func close() {}
    }

    private final class TimeAssigner: TimestampAssigner {
        func assign(_ batch: RecordBatch) throws { batch.eventTimes = batch.columns[0] }
    }

    /// Sources of one subtask each, united: `s0`, `s1` -> out; a drift of 100 ms.
    private func run(
        _ feed: Feed, _ control: PipelineControl, _ events: EventRecorder,
        idleTimeout: Int64? = nil, aligned: [Bool] = [true, true], position: Int64 = 0
    ) throws -> ExecutionGraph {
        var graph = StreamGraph(maxParallelism: 128)
        for source in [0, 1] {
            let strategy = WatermarkStrategy(
                delayMilliseconds: 0, idleTimeoutMilliseconds: idleTimeout,
                alignment: aligned[source]
                    ? .init(group: "both", maxDriftMilliseconds: 100) : nil)
            graph.add(
                StreamNode(
                    id: OperatorID(rawValue: "s\(source)"),
                    role: .source(
                        reader: { _ in FeedReader(feed, source, position: position) },
                        decoder: { _, _ in MemoryDecoder() },
                        eventTime: SourceEventTime(strategy: strategy) { _, _ in TimeAssigner() }),
                    parallelism: 1))
        }
        graph.add(
            StreamNode(
                id: OperatorID(rawValue: "out"), role: .sink { _, _ in MemorySink(control) },
                inputs: [0, 1].map { StreamEdge(from: OperatorID(rawValue: "s\($0)")) },
                parallelism: 1))
        return ExecutionGraph(
            try JobGraph(graph), events: events, stateWriter: MemoryStateWriter())
    }

    /// Source 0 has read `count` rows and does not poll any more, for longer than it waits at a time.
    private func isHeld(_ feed: Feed, at count: Int64) -> Bool {
        guard waitUntil({ feed.read(0) == count }) else { return false }
        let polls = feed.polls(0)
        // The other source polls all the while.
        let others = feed.polls(1)
        return waitUntil { feed.polls(1) > others + 1_000 } && feed.polls(0) == polls
    }

    /// Row n is at 10 n, its watermark at 10 n - 1: with the other source's at 49, row 15 (149) is
    /// still in the drift, and row 16 (159) is the first that is not.
    @Test func `The source that is ahead waits and goes on as the other one comes`() throws {
        let (feed, control, events) = (Feed(1_000, 6), PipelineControl(), EventRecorder())
        let run = try run(feed, control, events)
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(isHeld(feed, at: 17))
        feed.allow(1, 11)
        #expect(isHeld(feed, at: 22))
        feed.allow(1, 1_000)
        #expect(waitUntil { feed.read(0) == 1_000 && feed.read(1) == 1_000 })
    }

    @Test func `A source without a first row is waited for`() throws {
        let (feed, control, events) = (Feed(1_000, 0), PipelineControl(), EventRecorder())
        let run = try run(feed, control, events)
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(isHeld(feed, at: 1))
    }

    @Test func `A paused source takes barriers, and a stop ends it`() throws {
        let (feed, control, events) = (Feed(1_000, 6), PipelineControl(), EventRecorder())
        let run = try run(feed, control, events)
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(isHeld(feed, at: 17))
        run.triggerBarrier(.number(1))
        let snapshots = try #require(
            events.snapshots(of: CheckpointBarrier.number(1).id, count: run.subtaskIDs.count))
        let positions = snapshots.flatMap(\.operators).filter { $0.operatorID.rawValue == "s0" }
            .flatMap(\.items).map(decode)
        #expect(positions == [17])
        run.triggerBarrier(.number(2, .stopWithSavepoint))
        #expect(events.waitForFinish())
        #expect(feed.read(0) == 17)
    }

    @Test func `A paused source is cancelled at once`() throws {
        let (feed, control, events) = (Feed(1_000, 6), PipelineControl(), EventRecorder())
        let run = try run(feed, control, events)
        try run.start { _ in nil }
        #expect(isHeld(feed, at: 17))
        #expect(run.cancel(within: .seconds(120)).isEmpty)
    }

    @Test func `An idle source holds nobody`() throws {
        let (feed, control, events) = (Feed(1_000, 6), PipelineControl(), EventRecorder())
        let run = try run(feed, control, events, idleTimeout: 300)
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(waitUntil { feed.read(0) == 1_000 })
    }

    @Test func `A source that has reached its end holds nobody`() throws {
        let (feed, control, events) = (Feed(1_000, 6), PipelineControl(), EventRecorder())
        let run = try run(feed, control, events)
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(isHeld(feed, at: 17))
        feed.inputEnds.store(true, ordering: .relaxed)
        #expect(events.waitForEnd())
        #expect(feed.read(0) == 1_000)
    }

    @Test func `A source outside the group does not wait`() throws {
        let (feed, control, events) = (Feed(1_000, 6), PipelineControl(), EventRecorder())
        let run = try run(feed, control, events, aligned: [false, true])
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(waitUntil { feed.read(0) == 1_000 })
    }

    @Test func `Who holds the watermark back is found through the channels`() throws {
        let (feed, control, events) = (Feed(10, 0), PipelineControl(), EventRecorder())
        let run = try run(feed, control, events, aligned: [false, false])
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        /// Watermark, and the split that holds it there.
        func find(_ watermark: Int64, _ split: String, hasRows: Bool) -> Bool {
            waitUntil {
                guard let reading = run.watermarks(of: [OperatorID(rawValue: "out")]).first,
                    case .split(let hold, let source) = reading.holder
                else { return false }
                return reading.watermark.rawValue == watermark && hold.split.topic == split
                    && source.rawValue == split && hold.hasRows == hasRows
            }
        }
        #expect(find(.min, "s1", hasRows: false))
        feed.allow(1, 6)
        #expect(find(49, "s1", hasRows: true))
        feed.allow(1, 20)
        #expect(find(89, "s0", hasRows: true))
        #expect(run.alignmentWaits().isEmpty)
        feed.inputEnds.store(true, ordering: .relaxed)
        #expect(events.waitForEnd())
        #expect(run.watermarks(of: [OperatorID(rawValue: "out")]).isEmpty)
    }

    @Test func `The splits that wait and the one that they wait for can be asked for`() throws {
        let (feed, control, events) = (Feed(1_000, 6), PipelineControl(), EventRecorder())
        let run = try run(feed, control, events)
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(waitUntil { !run.alignmentWaits().isEmpty })
        let wait = try #require(run.alignmentWaits().first)
        #expect(wait.source.rawValue == "s0")
        #expect(wait.splits.map(\.topic) == ["s0"])
        #expect(wait.group == "both")
        guard case .split(let hold, let source) = wait.slowest else {
            Issue.record("nobody is waited for")
            return
        }
        #expect([hold.split.topic, source.rawValue] == ["s1", "s1"])
        #expect(waitUntil { run.status().contains { $0.alignmentWaitMilliseconds > 0 } })
        feed.allow(1, 1_000)
        #expect(waitUntil { feed.read(0) == 1_000 && run.alignmentWaits().isEmpty })
    }

    @Test func `A restored source that was ahead waits before its first record`() throws {
        let (feed, control, events) = (Feed(1_000, 6), PipelineControl(), EventRecorder())
        let run = try run(feed, control, events)
        try run.start { context in
            let isAhead = context.operatorID.rawValue == "s0"
            let watermark = Watermark(rawValue: isAhead ? 159 : 20)
            let key = SplitKey(
                topic: context.operatorID.rawValue, partition: PartitionIndex(rawValue: 0))
            return RestoredState(
                items: [], stateSchema: nil, watermark: watermark,
                splitWatermarks: [key: watermark]
            ) { _ in nil }
        }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(waitUntil { feed.read(1) == 6 })
        #expect(isHeld(feed, at: 0))
        #expect(feed.polls(0) == 0)
    }

    @Test func `Sources that wait for each other in turn lose nothing`() throws {
        let (feed, control, events) = (Feed(1_000, 1_000), PipelineControl(), EventRecorder())
        let run = try run(feed, control, events)
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(waitUntil { feed.read(0) == 1_000 && feed.read(1) == 1_000 })
        feed.inputEnds.store(true, ordering: .relaxed)
        #expect(events.waitForEnd())
        #expect(control.rows().count == 2_000)
    }
}
