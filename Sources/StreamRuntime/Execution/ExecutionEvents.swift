package import StreamAPI
package import StreamCore

/// What an ``ExecutionGraph`` tells the job's controller.
///
/// - Threading: any thread, several at once. Calls must return at once: post them to the
///   controller's queue. None comes after ``ExecutionGraph/cancel(within:)`` has joined every
///   thread.
package protocol ExecutionEvents: AnyObject, Sendable {
    /// Every operator of every subtask is open; barriers sent before this wait in mailboxes.
    func running()
    /// Every sink operator of this subtask has seen the barrier: it writes nothing more into the
    /// checkpoint's transaction. Comes before the acknowledgement, for vertices with sinks only.
    func sinkPassed(_ subtask: SubtaskID, checkpoint: CheckpointID)
    /// The subtask's part of the checkpoint is written and synced.
    func acknowledged(_ subtask: SubtaskID, checkpoint: CheckpointID, snapshot: SubtaskSnapshot)
    /// The subtask's state could not be written; the subtask itself goes on.
    func declined(_ subtask: SubtaskID, checkpoint: CheckpointID, error: any Error)
    /// A subtask failed. At most once for a graph; the others are being cancelled already, and
    /// ``ExecutionGraph/cancel(within:)`` waits for them.
    func failed(_ subtask: SubtaskID, error: any Error)
    /// Every source has reached its stop position and every row has passed every sink. The
    /// subtasks wait for a last barrier (`CheckpointKind.final`).
    func allEnded()
    /// Every subtask has taken a last barrier, acknowledged it and ended.
    func allFinished()
}
