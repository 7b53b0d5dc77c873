import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import StreamRuntime

/// Two splits whose rows rise by 10; ends after as many rows as it is told.
private final class TimedReader: SourceReader {
    private let control: PipelineControl
    private var positions: [Int32: Int64]
    private let rowsMax: Int64

    init(_ control: PipelineControl, splits: [Int32], rowsMax: Int64) {
        self.control = control
        positions = Dictionary(uniqueKeysWithValues: splits.map { ($0, 0) })
        self.rowsMax = rowsMax
    }

    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        let open = positions.filter { $0.value < rowsMax }
        guard let (split, position) = open.min(by: { ($0.value, $0.key) < ($1.value, $1.key) })
        else { return control.inputEnds.load(ordering: .relaxed) ? .ended : .idle }
        batch.keys[0] = .absent
        batch.values[0] = .absent
        batch.partitions[0] = split
        batch.offsets[0] = position
        batch.timestamps[0] = position * 10 + Int64(split)
        batch.rowCount = 1
        batch.topic = "t"
        positions[split] = position + 1
        return .records
    }

    func snapshot() -> [[UInt8]] { [encode(0)] }
    func openSplits() -> [SplitKey] {
        positions.keys.sorted().map {
            SplitKey(topic: "t", partition: PartitionIndex(rawValue: $0))
        }
    }
    var wakeUp: @Sendable () -> Void { {} }
    func close() {}
}

private final class KeyTimeAssigner: TimestampAssigner {
    func assign(_ batch: RecordBatch) throws { batch.eventTimes = batch.columns[0] }
}

/// Keeps the watermarks that it is told, and whether its rows had event times.
private final class WatermarkLog: StreamOperator {
    private let seen: Mutex<[Int64]>
    private let log: @Sendable (Int64) -> Void
    init(_ log: @escaping @Sendable (Int64) -> Void) {
        seen = Mutex([])
        self.log = log
    }
    func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard let times = batch.eventTimes else { throw PlannedFailure(message: "no event time") }
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            guard times.integers[row] == batch.columns[0].integers[row] else {
                throw PlannedFailure(message: "another row's event time")
            }
        }
        try output.emit(batch)
    }
    func processWatermark(_ watermark: Watermark, into output: any OperatorOutput) throws {
        log(watermark.rawValue)
    }
}

/// Passes rows on as if it kept each for 100 ms of event time.
private final class HoldingBack: StreamOperator {
    var watermarkDelayMilliseconds: Int64 { 100 }
    func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        try output.emit(batch)
    }
}

/// Watermarks through whole graphs: chained and behind a repartitioning.
@Suite struct EventTimeRunTests {
    private final class Seen: Sendable {
        let watermarks = Mutex<[Int: [Int64]]>([:])
        func last() -> [Int64] { watermarks.withLock { $0.values.compactMap(\.last) } }
    }

    private func graph(
        _ control: PipelineControl, _ seen: Seen, parallelism: Int, rowsMax: Int64,
        holdsBack: Bool = false
    ) -> StreamGraph {
        var graph = StreamGraph(maxParallelism: 128)
        let (source, log) = (OperatorID(rawValue: "in"), OperatorID(rawValue: "log"))
        graph.add(
            StreamNode(
                id: source,
                role: .source(
                    reader: { context in
                        let splits: [Int32] = [0, 1].filter {
                            Int($0) % context.parallelism == context.subtaskIndex
                        }
                        return TimedReader(control, splits: splits, rowsMax: rowsMax)
                    },
                    decoder: { _, _ in MemoryDecoder() },
                    eventTime: SourceEventTime(
                        strategy: WatermarkStrategy(delayMilliseconds: 4)
                    ) { _, _ in KeyTimeAssigner() }), parallelism: parallelism))
        let behind = holdsBack ? OperatorID(rawValue: "slow") : source
        if holdsBack {
            graph.add(
                StreamNode(
                    id: behind, role: .transformation { _, _ in HoldingBack() },
                    inputs: [StreamEdge(from: source)], parallelism: parallelism))
        }
        graph.add(
            StreamNode(
                id: log,
                role: .transformation { context, _ in
                    WatermarkLog { value in
                        seen.watermarks.withLock {
                            $0[context.subtaskIndex, default: []].append(value)
                        }
                    }
                },
                inputs: [StreamEdge(from: behind, .keyed { MemoryPartitioner() })],
                parallelism: parallelism))
        graph.add(
            StreamNode(
                id: OperatorID(rawValue: "out"), role: .sink { _, _ in MemorySink(control) },
                inputs: [StreamEdge(from: log)], parallelism: parallelism))
        return graph
    }

    /// The last row of split 0 is at 990, of split 1 at 991: the watermark ends at 990 - 4 - 1.
    @Test(arguments: [1, 2, 5])
    func `Every instance reaches the slowest split's watermark, rising, with its rows' times`(
        parallelism: Int
    ) throws {
        let (control, seen, events) = (PipelineControl(), Seen(), EventRecorder())
        let run = ExecutionGraph(
            try JobGraph(graph(control, seen, parallelism: parallelism, rowsMax: 100)),
            events: events, stateWriter: MemoryStateWriter())
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(waitUntil { seen.last() == Array(repeating: 985, count: parallelism) })
        let all = seen.watermarks.withLock { $0 }
        for values in all.values { #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 }) }

        run.triggerBarrier(.number(1))
        let snapshots = try #require(
            events.snapshots(of: CheckpointBarrier.number(1).id, count: run.subtaskIDs.count))
        let states = snapshots.flatMap(\.operators)
        let logs = states.filter { $0.operatorID.rawValue == "log" }
        #expect(logs.allSatisfy { $0.watermark?.rawValue == 985 })
        let splits = states.flatMap(\.splitWatermarks).map(\.value.rawValue)
        #expect(splits.sorted() == [985, 986])

        control.inputEnds.store(true, ordering: .relaxed)
        #expect(events.waitForEnd())
        #expect(seen.last() == Array(repeating: .max, count: parallelism))
        // The end of time is not kept: the next run goes on from before it.
        run.triggerBarrier(.number(2, .final))
        let last = try #require(
            events.snapshots(of: CheckpointBarrier.number(2).id, count: run.subtaskIDs.count))
        let lastLogs = last.flatMap(\.operators).filter { $0.operatorID.rawValue == "log" }
        // Split 0 may have ended first: then split 1 alone decides.
        #expect(lastLogs.allSatisfy { [985, 986].contains($0.watermark?.rawValue) })
    }

    /// 100 ms behind the source's: in the operator's own chain, and in the next subtasks.
    @Test(arguments: [1, 2])
    func `An operator holds event time back for what comes behind it`(parallelism: Int) throws {
        let (control, seen, events) = (PipelineControl(), Seen(), EventRecorder())
        let run = ExecutionGraph(
            try JobGraph(
                graph(control, seen, parallelism: parallelism, rowsMax: 100, holdsBack: true)),
            events: events, stateWriter: MemoryStateWriter())
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(waitUntil { seen.last() == Array(repeating: 885, count: parallelism) })
        control.inputEnds.store(true, ordering: .relaxed)
        #expect(events.waitForEnd())
        #expect(seen.last() == Array(repeating: .max, count: parallelism))
    }

    @Test(arguments: [1, 2])
    func `A stop with a last checkpoint ends no time`(parallelism: Int) throws {
        let (control, seen, events) = (PipelineControl(), Seen(), EventRecorder())
        let run = ExecutionGraph(
            try JobGraph(graph(control, seen, parallelism: parallelism, rowsMax: 100)),
            events: events, stateWriter: MemoryStateWriter())
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(waitUntil { seen.last() == Array(repeating: 985, count: parallelism) })
        run.triggerBarrier(.number(1, .final))
        #expect(events.waitForFinish())
        #expect(seen.last() == Array(repeating: 985, count: parallelism))
    }

    @Test(arguments: [1, 2])
    func `A restored run begins with its watermark, before any row`(parallelism: Int) throws {
        let (control, seen, events) = (PipelineControl(), Seen(), EventRecorder())
        let run = ExecutionGraph(
            try JobGraph(graph(control, seen, parallelism: parallelism, rowsMax: 0)),
            events: events, stateWriter: MemoryStateWriter())
        try run.start { _ in
            RestoredState(items: [], stateSchema: nil, watermark: Watermark(rawValue: 500)) { _ in
                nil
            }
        }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(events.waitForRunning())
        let all = seen.watermarks.withLock { $0 }
        #expect(Array(all.values) == Array(repeating: [500], count: parallelism))
    }
}
