internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// Counts what subtasks report and passes on what concerns the whole graph.
///
/// - Threading: any. Events are called with no lock held.
final class ExecutionProgress: Sendable {
    private struct Counts {
        var opened = 0
        var ended = 0
        var finished = 0
        var isSilent = false
        var hasFailed = false
    }
    private let counts = Mutex(Counts())
    private let subtaskCount: Int
    private let events: any ExecutionEvents

    init(subtaskCount: Int, events: any ExecutionEvents) {
        precondition(subtaskCount > 0)
        self.subtaskCount = subtaskCount
        self.events = events
    }

    /// No event is passed on from here.
    func silence() { counts.withLock { $0.isSilent = true } }

    func opened() { if countReaches(\.opened) { events.running() } }
    func ended() { if countReaches(\.ended) { events.allEnded() } }
    func finished() { if countReaches(\.finished) { events.allFinished() } }

    private func countReaches(_ count: WritableKeyPath<Counts, Int>) -> Bool {
        counts.withLock { counts in
            counts[keyPath: count] += 1
            precondition(counts[keyPath: count] <= subtaskCount, "a subtask reports once")
            return counts[keyPath: count] == subtaskCount && !counts.isSilent
        }
    }

    private var isSilent: Bool { counts.withLock(\.isSilent) }

    func sinkPassed(_ subtask: SubtaskID, checkpoint: CheckpointID) {
        if !isSilent { events.sinkPassed(subtask, checkpoint: checkpoint) }
    }

    func acknowledged(_ subtask: SubtaskID, checkpoint: CheckpointID, snapshot: SubtaskSnapshot) {
        if !isSilent { events.acknowledged(subtask, checkpoint: checkpoint, snapshot: snapshot) }
    }

    func declined(_ subtask: SubtaskID, checkpoint: CheckpointID, error: any Error) {
        if !isSilent { events.declined(subtask, checkpoint: checkpoint, error: error) }
    }

    func failed(_ subtask: SubtaskID, error: any Error) {
        let isFirst = counts.withLock { counts in
            defer { counts.hasFailed = true }
            return !counts.hasFailed && !counts.isSilent
        }
        if isFirst { events.failed(subtask, error: error) }
    }
}
