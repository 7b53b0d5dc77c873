import Checkpointing
import Foundation
import Glibc
import StreamAPI
import StreamCore
import StreamRuntime
import Synchronization

@testable import PipelineRunner

/// A source that has nothing to read and a sink, whose final barrier fails as often as is asked.
final class EmptyPipeline: Sendable {
    let finalBarriersThatFail = Atomic<Int>(0)
    /// What each start of the source was given to restore; nil: nothing.
    let restored = Mutex<[[[UInt8]]?]>([])
    let folder = FileManager.default.temporaryDirectory.appending(
        path: "millrace-runner-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// - Parameter opened: Called when a run's sink is made, with the number of the run.
    func plan(opened: @escaping @Sendable (Int) -> Void) -> JobPlan {
        let runCount = Counter()
        return JobPlan(
            name: "empty", jobID: JobID(name: "empty"),
            checkpointing: CheckpointingPlan(
                intervalMilliseconds: 600_000, timeoutMilliseconds: 120_000,
                minPauseMilliseconds: 0, tolerableFailures: 0, numRetained: 3,
                directory: folder.path(percentEncoded: false)),
            maxParallelism: 128, sources: [EmptySource(self)], transactions: nil,
            restartStrategy: .fixedDelay(attempts: 3, delayMilliseconds: 1),
            leaseMilliseconds: 60_000, operatorIDs: [Self.source, Self.sink], sourceTopics: [],
            makeGraph: { [self] _ in try JobGraph(graph(run: runCount.next(), opened)) })
    }

    static let source = OperatorID(rawValue: "in")
    static let sink = OperatorID(rawValue: "out")

    private func graph(
        run: Int, _ opened: @escaping @Sendable (Int) -> Void
    ) -> StreamGraph {
        var graph = StreamGraph(maxParallelism: 128)
        graph.add(
            StreamNode(
                id: Self.source,
                role: .source(reader: { _ in EmptyReader() }, decoder: { _, _ in NoDecoder() }),
                parallelism: 1))
        graph.add(
            StreamNode(
                id: Self.sink,
                role: .sink { _, _ in
                    opened(run)
                    return EmptySink(self)
                },
                inputs: [StreamEdge(from: Self.source)], parallelism: 1))
        return graph
    }
}

final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
}

private final class EmptySource: Source {
    private let pipeline: EmptyPipeline
    let operatorID = EmptyPipeline.source
    init(_ pipeline: EmptyPipeline) { self.pipeline = pipeline }

    func resolveSplits(restored: [[UInt8]]?, stopAtEnd: Bool) throws -> [SourceSplit] {
        pipeline.restored.withLock { $0.append(restored) }
        return [SourceSplit(id: "in-0", state: [7], stopPosition: nil)]
    }
    func makeReader(splits: [SourceSplit], context: OperatorContext) throws -> any SourceReader {
        EmptyReader()
    }
    func publishOffsets(_ states: [[UInt8]]) {}
}

private final class EmptyReader: SourceReader {
    private let bell = DispatchSemaphore(value: 0)
    /// Polls of 100 ms, after which a run that nobody ends fails, so that a test does not hang.
    private var pollsLeft = 1_200
    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        pollsLeft -= 1
        if pollsLeft == 0 { throw PlannedFailure() }
        _ = bell.wait(timeout: .now() + .milliseconds(100))
        return .idle
    }
    func openSplits() -> [SplitKey] { [] }
    func snapshot() -> [[UInt8]] { [[7]] }
    var wakeUp: @Sendable () -> Void { { [bell] in bell.signal() } }
    func close() {}
}

private final class NoDecoder: BatchDecoder {
    private let batch = RecordBatch(
        schema: RowSchema([Field(name: "key", type: .bigint)]), rowCapacity: 1)
    func decode(_ raw: RawRecordBatch) throws -> RecordBatch { batch }
}

private final class EmptySink: SinkWriter {
    private let pipeline: EmptyPipeline
    init(_ pipeline: EmptyPipeline) { self.pipeline = pipeline }
    func write(_ batch: RecordBatch) throws {}
    func barrier(_ barrier: CheckpointBarrier) throws {
        guard barrier.kind == .final else { return }
        let left = pipeline.finalBarriersThatFail.wrappingSubtract(1, ordering: .relaxed).newValue
        if left >= 0 { throw PlannedFailure() }
    }
    var cancel: @Sendable () -> Void { {} }
    func close() {}
}
