internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// What a subtask hands over at a barrier, to be written while it goes on.
struct SubtaskSnapshotPart: Sendable {
    let context: OperatorContext
    let snapshot: OperatorSnapshot
    /// The last that the operator has processed, but for the one at the end of time.
    var watermark: Watermark?
    /// For a source.
    var splitWatermarks: [SplitKey: Watermark] = [:]
}

/// A snapshot could not be queued.
struct SnapshotBacklogError: Error, CustomStringConvertible {
    let pendingCountMax: Int
    var description: String {
        "\(pendingCountMax) snapshots wait to be written already; the checkpoint storage is too "
            + "slow for the checkpoint interval"
    }
}

/// Writes the asynchronous part of snapshots and acknowledges them, in the order in which subtasks
/// took them, on one thread of its own.
///
/// - Threading: `enqueue…` from subtasks, `start` and `cancel` from control threads.
final class SnapshotThread: Sendable {
    private enum Job: Sendable {
        case write(SubtaskID, CheckpointID, [SubtaskSnapshotPart])
        case end(SubtaskID)

        var checkpoint: CheckpointID? {
            if case .write(_, let checkpoint, _) = self { checkpoint } else { nil }
        }
    }
    private let jobs = Mutex<[Job]>([])
    private let jobCount = Atomic<Int>(0)
    private let isCancelled = Atomic<Bool>(false)
    private let doorbell = Doorbell()
    private let progress: ExecutionProgress
    private let writer: any KeyedStateWriter
    private let pendingCountMax: Int

    init(events progress: ExecutionProgress, writer: any KeyedStateWriter, pendingCountMax: Int) {
        precondition(pendingCountMax > 0)
        self.progress = progress
        self.writer = writer
        self.pendingCountMax = pendingCountMax
    }

    func start(stackByteCount: Int) throws(SubtaskThreadError) -> SubtaskThread {
        try SubtaskThread(name: "snapshots", stackByteCount: stackByteCount) { [self] in run() }
    }

    /// Writes `parts` and acknowledges. Returns at once.
    func enqueue(
        _ parts: [SubtaskSnapshotPart], of subtask: SubtaskID, checkpoint: CheckpointID
    ) {
        if jobCount.load(ordering: .relaxed) >= pendingCountMax {
            SnapshotThread.release(parts)
            let error = SnapshotBacklogError(pendingCountMax: pendingCountMax)
            progress.declined(subtask, checkpoint: checkpoint, error: error)
            return
        }
        enqueue(.write(subtask, checkpoint, parts))
    }

    /// Reports the subtask's end once everything it queued is acknowledged.
    func enqueueEnd(of subtask: SubtaskID) { enqueue(.end(subtask)) }

    private func enqueue(_ job: Job) {
        jobs.withLock {
            $0.append(job)
            jobCount.store($0.count, ordering: .releasing)
        }
        doorbell.ring()
    }

    /// The thread drops what is queued and ends; a file that is being written is finished first.
    func cancel() {
        isCancelled.store(true, ordering: .sequentiallyConsistent)
        doorbell.ring()
    }

    /// Drops what is queued for one checkpoint; a file that is being written is finished.
    func cancel(_ checkpoint: CheckpointID) {
        let dropped = jobs.withLock { jobs in
            let dropped = jobs.filter { $0.checkpoint == checkpoint }
            jobs.removeAll { $0.checkpoint == checkpoint }
            jobCount.store(jobs.count, ordering: .relaxed)
            return dropped
        }
        for case .write(_, _, let parts) in dropped { SnapshotThread.release(parts) }
    }

    /// Lets go of what came after the thread's end.
    func releaseAll() {
        for case .write(_, _, let parts) in takeAll() { SnapshotThread.release(parts) }
    }

    private func run() {
        while true {
            doorbell.wait {
                jobCount.load(ordering: .acquiring) > 0 || isCancelled.load(ordering: .acquiring)
            }
            for job in takeAll() { perform(job) }
            if isCancelled.load(ordering: .acquiring) && jobCount.load(ordering: .acquiring) == 0 {
                return
            }
        }
    }

    private func takeAll() -> [Job] {
        jobs.withLock { jobs in
            defer { jobs = [] }
            jobCount.store(0, ordering: .relaxed)
            return jobs
        }
    }

    private func perform(_ job: Job) {
        switch job {
        case .end: progress.finished()
        case .write(let subtask, let checkpoint, let parts):
            if isCancelled.load(ordering: .acquiring) {
                SnapshotThread.release(parts)
            } else {
                write(parts, of: subtask, checkpoint: checkpoint)
            }
        }
    }

    private func write(
        _ parts: [SubtaskSnapshotPart], of subtask: SubtaskID, checkpoint: CheckpointID
    ) {
        var states: [OperatorSubtaskState] = []
        for (index, part) in parts.enumerated() {
            do {
                states.append(try written(part, checkpoint: checkpoint))
            } catch {
                // The failed one has been released by the writer; the rest will not be read.
                SnapshotThread.release(Array(parts[(index + 1)...]))
                progress.declined(subtask, checkpoint: checkpoint, error: error)
                return
            }
        }
        progress.acknowledged(
            subtask, checkpoint: checkpoint,
            snapshot: SubtaskSnapshot(subtask: subtask, operators: states))
    }

    private func written(
        _ part: SubtaskSnapshotPart, checkpoint: CheckpointID
    ) throws -> OperatorSubtaskState {
        let context = part.context
        try part.snapshot.output?.makeDurable()
        let handle = try part.snapshot.keyed.map {
            try writer.writeKeyedState(
                $0, checkpoint: checkpoint, operatorID: context.operatorID,
                subtaskIndex: context.subtaskIndex)
        }
        return OperatorSubtaskState(
            operatorID: context.operatorID, subtaskIndex: context.subtaskIndex,
            parallelism: context.parallelism, items: part.snapshot.items, keyed: handle,
            watermark: part.watermark, splitWatermarks: part.splitWatermarks)
    }

    /// Snapshots that will not be written let go of what they hold.
    private static func release(_ parts: [SubtaskSnapshotPart]) {
        for part in parts { part.snapshot.keyed?.release() }
    }
}
