package import StreamAPI
package import StreamCore

/// What happened to a running job, as its controller tells ``JobProtocol``.
package enum JobEvent: Hashable, Sendable {
    /// First, once: subtasks may be running already; sink subtasks wait for `activate`.
    case started
    /// Time has passed. Send one whenever ``JobProtocol/nextDeadlineMilliseconds`` is reached; more
    /// do no harm.
    case tick
    /// A user wants a checkpoint now (SIGUSR1).
    case checkpointRequested
    /// A user wants the job to stop with a final checkpoint (SIGTERM). Repeats do no harm.
    case stopRequested
    /// Every source subtask has reached its stop position (`--stop-at-end`). Source subtasks stay
    /// alive and still answer barriers.
    case inputEnded

    // MARK: From subtasks
    /// The barrier reached this sink subtask; it writes nothing until the next `activate`.
    case sinkPassed(SubtaskID, CheckpointID)
    /// The subtask's state is written **and synced**. Every subtask acknowledges, sinks too.
    case acknowledged(SubtaskID, CheckpointID)
    /// The subtask's snapshot or its files failed.
    case declined(SubtaskID, CheckpointID, message: String)
    /// The subtask ended with an error.
    case subtaskFailed(SubtaskID, message: String)

    // MARK: Answers to actions
    case attemptChecked(AttemptGate, AttemptStanding)
    case initialized(slot: Int, ProducerIdentity)
    case flushed(slot: Int, FlushReport)
    case markerSent(slot: Int)
    /// `wallClockMilliseconds` is the runner's, since the epoch, when the answer came.
    case described(slot: Int, TransactionDescription, wallClockMilliseconds: Int64)
    case committed(slot: Int)
    /// The pending call on this slot threw.
    case transactionFailed(slot: Int, TransactionError.Code, message: String)
    case fenced(slot: Int, FenceAnswer)
    /// The temporary file is written and synced.
    case metadataWritten(CheckpointID)
    /// Renamed without replacing, and the directory is synced: the checkpoint is durable.
    case metadataRenamed(CheckpointID)
    /// `writeMetadata` or `renameMetadata` failed. After a failed rename or directory sync the file
    /// may or may not be there.
    case storageFailed(CheckpointID, message: String)
}

/// What must not happen unless the attempt is the newest.
package enum AttemptGate: Hashable, Sendable {
    case initialize(slot: Int)
    case rename(CheckpointID)
    /// Before the first transaction of this checkpoint commits.
    case commit(CheckpointID)
    /// Before the pool is fenced at a clean stop.
    case fence
}
