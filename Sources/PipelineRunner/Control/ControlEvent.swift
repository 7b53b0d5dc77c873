internal import Checkpointing
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

/// What the controller's thread hears of, from subtasks, workers and signals.
enum ControlEvent: Sendable {
    /// The protocol's own: handed on as it is.
    case job(JobEvent)
    /// Kept for the metadata, then handed on.
    case acknowledged(SubtaskID, CheckpointID, SubtaskSnapshot)
    /// Every operator is open.
    case running
    /// Every subtask has taken the final barrier and ended.
    case allFinished
    /// The first error of the run.
    case subtaskFailed(SubtaskID, any Error)
    case signal(Int32)
    /// A source has more to read.
    case splitsDiscovered(OperatorID, [SourceSplit])
    /// What a source reads has gone for good.
    case sourceLost(OperatorID, FatalError)
    /// The output of every sink with a committer is visible, up to this checkpoint.
    case sinksCommitted(CheckpointID)
    /// It is not, and the run must end: the next one commits it.
    case commitFailed(any Error)
}

/// Posts what subtasks report to the controller's queue.
final class ExecutionEventsToQueue: ExecutionEvents {
    private let queue: EventQueue<ControlEvent>
    init(queue: EventQueue<ControlEvent>) { self.queue = queue }

    func running() { queue.post(.running) }
    func allEnded() { queue.post(.job(.inputEnded)) }
    func allFinished() { queue.post(.allFinished) }

    func sinkPassed(_ subtask: SubtaskID, checkpoint: CheckpointID) {
        queue.post(.job(.sinkPassed(subtask, checkpoint)))
    }

    func acknowledged(_ subtask: SubtaskID, checkpoint: CheckpointID, snapshot: SubtaskSnapshot) {
        queue.post(.acknowledged(subtask, checkpoint, snapshot))
    }

    func declined(_ subtask: SubtaskID, checkpoint: CheckpointID, error: any Error) {
        queue.post(.job(.declined(subtask, checkpoint, message: "\(error)")))
    }

    func failed(_ subtask: SubtaskID, error: any Error) {
        queue.post(.subtaskFailed(subtask, error))
    }
}
