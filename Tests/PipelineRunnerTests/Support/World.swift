import CheckpointStorage
import Checkpointing
import Foundation
import Observability
import StreamAPI
import StreamCore
import StreamRuntime
import Synchronization

@testable import PipelineRunner

/// What a test makes go wrong in the pipeline itself.
final class Faults: Sendable {
    let resolve = Mutex<@Sendable () -> (any Error)?>({ nil })
    /// By the position of the row that is read next.
    let poll = Mutex<@Sendable (Int64) -> (any Error)?>({ _ in nil })
    /// By the checkpoint whose state is written, once for each key group.
    let stateWrite = Mutex<@Sendable (CheckpointID) -> (any Error)?>({ _ in nil })
    /// Ends sources that a superseded run leaves behind, as the end of its process would.
    let isOver = Atomic<Bool>(false)

    /// Fails reads of the row at `position`, the first `times`.
    func failRead(
        at position: Int64, times: Int = .max,
        with error: any Error = PlannedFailure(message: "the source fails")
    ) {
        let left = Watched(times)
        poll.withLock {
            $0 = { next in
                guard next == position else { return nil }
                return left.update { left in
                    left -= 1
                    return left >= 0 ? error : nil
                }
            }
        }
    }
}

/// How a job is set up.
struct Shape: Sendable {
    var parallelism = 1
    var restart = RestartStrategy.Kind.none
    var tolerableFailures = 0
    var numRetained = 1
    /// Whether the sink is exactly-once.
    var isTransactional = true
    /// Off: the job has no folder of its own.
    var isCheckpointing = true

    /// Restarts at once, more often than any test needs.
    static var restarting: Shape {
        Shape(restart: .fixedDelay(attempts: 5, delayMilliseconds: 0))
    }
}

/// A machine and its Kafka cluster: what outlives the processes of a job. One job runs on it:
/// `events -> counts -> out`.
final class World: Sendable {
    let root: String
    let name: String
    let cluster: MemoryCluster
    let faults = Faults()
    /// From where the sources of each run start, by split.
    let resolvedPositions = Watched<[[Int64]]>([])
    private let runner = Mutex<JobRunner?>(nil)

    init(
        name: String = "job-" + UUID().uuidString,
        contents: MemoryCluster.Contents = MemoryCluster.Contents()
    ) {
        Log.configure(format: .text, levelMin: .error)
        // In memory where that is possible: an fsync on a disk takes milliseconds.
        let isInMemory = FileManager.default.isWritableFile(atPath: "/dev/shm")
        let parent = isInMemory ? "/dev/shm" : FileManager.default.temporaryDirectory.path
        root = parent + "/millrace-" + UUID().uuidString
        self.name = name
        cluster = MemoryCluster(contents)
    }

    deinit { remove() }

    func remove() { try? FileManager.default.removeItem(atPath: root) }

    var jobID: JobID { JobID(name: name) }

    func storage() throws -> CheckpointStorage { try CheckpointStorage(root: root, job: jobID) }

    /// The world as it is now, apart: what a machine that loses its power at this moment leaves.
    func photograph() throws -> World {
        var contents = cluster.contents.current
        contents.calls = []
        let copy = World(name: name, contents: contents)
        try FileManager.default.copyItem(atPath: root, toPath: copy.root)
        return copy
    }

    // MARK: Running

    /// Runs the job to its end on a thread of its own.
    ///
    /// - Throws: If it takes longer than 120 s.
    func run(_ shape: Shape = Shape(), _ options: RunOptions = .toTheEnd) throws -> ExitCode {
        let job = JobRunner(plan: plan(shape), options: options)
        let result = Watched<ExitCode?>(nil)
        runner.withLock { $0 = job }
        defer { runner.withLock { $0 = nil } }
        let handed = Watched<JobRunner?>(job)
        Thread.detachNewThread {
            // Taken, so that the thread keeps nothing alive once it has reported: the world's folder
            // goes with the test, not with the process.
            let code = handed.update { $0.take() }?.run()
            result.update { $0 = code }
        }
        result.wait(seconds: 120) { $0 != nil }
        guard let code = result.current else { throw PlannedFailure(message: "the job hangs") }
        return code
    }

    func requestCheckpoint() { signal(SIGUSR1) }
    func signal(_ number: Int32) { runner.withLock(\.self)?.received(signal: number) }

    // MARK: The job

    private func plan(_ shape: Shape) -> JobPlan {
        let checkpointing = CheckpointingPlan(
            intervalMilliseconds: nil, timeoutMilliseconds: 60_000, minPauseMilliseconds: 0,
            tolerableFailures: shape.tolerableFailures, numRetained: shape.numRetained,
            directory: shape.isCheckpointing ? root : nil)
        let transactions = TransactionPlan(
            timeoutMilliseconds: 600_000, poolSize: TransactionSettings.poolSizeMin,
            makeDriver: { [self] in MemoryDriver(cluster) })
        let source = MemorySource(self)
        return JobPlan(
            name: name, jobID: jobID, checkpointing: checkpointing, maxParallelism: 128,
            sources: [source], transactions: shape.isTransactional ? transactions : nil,
            restartStrategy: shape.restart, leaseMilliseconds: 3_600_000,
            operatorIDs: [MemorySource.id, MemoryCounter.id, MemorySink.id],
            sourceTopics: ["events"],
            makeGraph: { [self] parts in try JobGraph(graph(source, shape, parts)) })
    }

    private func graph(_ source: MemorySource, _ shape: Shape, _ parts: RunParts) -> StreamGraph {
        let splits = parts.splits[MemorySource.id] ?? []
        let driver = parts.driver as? MemoryDriver
        let parallelism = shape.parallelism
        var graph = StreamGraph(maxParallelism: 128)
        graph.add(
            StreamNode(
                id: MemorySource.id,
                role: .source(
                    reader: { try source.makeReader(splits: splits, context: $0) },
                    decoder: { _, _ in MemoryDecoder() }), parallelism: parallelism))
        graph.add(
            StreamNode(
                id: MemoryCounter.id,
                role: .transformation { [self] _, _ in MemoryCounter(self) },
                inputs: [StreamEdge(from: MemorySource.id, .keyed { MemoryPartitioner() })],
                parallelism: parallelism))
        graph.add(
            StreamNode(
                id: MemorySink.id, role: .sink { [self] _, _ in MemorySink(self, driver) },
                inputs: [StreamEdge(from: MemoryCounter.id)], parallelism: parallelism))
        return graph
    }
}

extension RunOptions {
    static var toTheEnd: RunOptions {
        var options = RunOptions.forEver
        options.stopsAtEnd = true
        return options
    }

    static var forEver: RunOptions {
        var options = RunOptions()
        options.showsProgress = false
        return options
    }
}
