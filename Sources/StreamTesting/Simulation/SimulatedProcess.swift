internal import Checkpointing
internal import StreamAPI
internal import StreamCore

/// One life of a runner: one source subtask, two sink subtasks, and the protocol's state machines.
/// Only its memory; what survives it is in ``SimulatedStore`` and ``SimulatedCoordinator``.
final class SimulatedProcess {
    /// A client instance of one slot.
    struct Writer {
        let producer: ProducerIdentity
        /// Produced, and not yet at the broker.
        var outbox: [Int] = []
        var sentCount = 0
        var isFenced = false
    }

    enum Item { case record(Int), barrier(CheckpointBarrier) }

    static let source = SubtaskID(vertex: 0, index: 0)
    static let sinks = [SubtaskID(vertex: 1, index: 0), SubtaskID(vertex: 1, index: 1)]

    let attempt: Attempt
    var isPaused = false
    var isOver = false
    var recovery: RecoveryProtocol?
    var job: JobProtocol?
    /// Actions that no thread has begun.
    var recoveryActions: [RecoveryAction] = []
    var jobActions: [JobAction] = []
    /// Renamed; the directory is not synced yet.
    var syncs: [CheckpointID] = []
    /// Answers that the controller has not seen.
    var recoveryEvents: [RecoveryEvent] = []
    var jobEvents: [JobEvent] = []
    var writers: [Writer?]
    var activeSlot: Int?
    var nextOffset = 0
    var startOffset = 0
    var barrier: CheckpointBarrier?
    var snapshots: [(id: CheckpointID, offset: Int)] = []
    var queues: [[Item]] = [[], []]
    var isBlocked = [false, false]
    /// A sink subtask that is slow for a while; -1: none.
    var slowSink = -1
    var hasReportedEnd = false
    /// The newest checkpoint's transactions were all alive when recovery first looked; nil: unknown.
    var foundAlive: Bool?
    var foreignAborts = 0

    /// Something is left for the source or a sink that is not waiting for a writer.
    func hasInput(upTo end: Int) -> Bool {
        if nextOffset < end, queues[0].count < 2, queues[1].count < 2 { return true }
        guard activeSlot != nil else { return false }
        return !isBlocked[0] && !queues[0].isEmpty || !isBlocked[1] && !queues[1].isEmpty
    }

    init(attempt: Attempt, slotCount: Int) {
        self.attempt = attempt
        writers = Array(repeating: nil, count: slotCount)
    }
}
