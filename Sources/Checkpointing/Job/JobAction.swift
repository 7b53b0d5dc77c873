package import StreamAPI
package import StreamCore

/// What the controller must do next, in the order given.
///
/// Actions of one array may run at the same time on different threads, but those for one slot run
/// in order. After ``failOver(_:)`` or ``stop(_:)`` nothing follows: the protocol ignores all
/// later events.
package enum JobAction: Hashable, Sendable {
    /// Is the attempt the newest? Answer: `attemptChecked`.
    case checkAttempt(AttemptGate)

    // MARK: Transactions, one call of `TransactionDriver` each
    /// Answer: `initialized` or `transactionFailed`.
    case initialize(slot: Int)
    /// No answer.
    case activate(slot: Int)
    /// Answer: `flushed` or `transactionFailed`.
    case flush(slot: Int)
    /// Answer: `markerSent` or `transactionFailed`.
    case sendMarker(slot: Int, CheckpointID)
    /// Answer: `described` or `transactionFailed`.
    case describe(slot: Int)
    /// Answer: `committed` or `transactionFailed`; after `.unanswered` the same action comes again.
    case commit(slot: Int)
    /// No answer. A later `initialize` of the slot must wait for it.
    case destroy(slot: Int)
    /// `TransactionDriver.fence` of the slot's transactional id. Answer: `fenced`; after
    /// `.unanswered` the same action comes again, at ``JobProtocol/nextDeadlineMilliseconds``.
    case fence(slot: Int)

    // MARK: Subtasks
    /// Give the barrier to every source subtask. Answers: `sinkPassed` of every sink subtask,
    /// `acknowledged` or `declined` of every subtask.
    case sendBarrier(CheckpointBarrier)
    /// Forget the checkpoint: drop its snapshots and files, release its barriers. No answer.
    case cancelCheckpoint(CheckpointID)

    // MARK: Storage
    /// Write and sync the temporary file, with the state handles that the subtasks acknowledged (for
    /// an initial checkpoint: the state that the run started from). Answer: `metadataWritten` or
    /// `storageFailed`.
    case writeMetadata(CheckpointFacts)
    /// Rename without replacing, sync the directory. Answer: `metadataRenamed` or `storageFailed`.
    case renameMetadata(CheckpointID)
    /// Write the hint file. No answer: log a failure.
    case recordCommitted(CheckpointID)
    /// Show the checkpoint's offsets to lag tools. No answer: log a failure.
    case publishOffsets(CheckpointID)
    /// Delete the checkpoint's folder. No answer: log a failure.
    case delete(CheckpointID)

    /// For logs and metrics. No answer.
    case report(CheckpointReport)
    /// Cancel the subtasks, wait for the calls that are under way, destroy every slot, ask the
    /// restart strategy, and start again at the attempt (a new one) and recovery.
    case failOver(FailOverReason)
    /// As ``failOver(_:)``, but end the process.
    case stop(StopReason)
}

/// How a checkpoint fared.
package enum CheckpointReport: Hashable, Sendable {
    case triggered(CheckpointID, CheckpointKind)
    case durable(CheckpointID, durationMilliseconds: Int64)
    case committed(CheckpointID, durationMilliseconds: Int64)
    case failed(CheckpointID, CheckpointFailure)
}

/// Why a checkpoint did not become durable (Flink's `CheckpointFailureReason`).
package enum CheckpointFailure: Hashable, Sendable {
    /// Not done within the checkpoint timeout; who is missing.
    case expired(missing: [SubtaskID])
    case declined(SubtaskID, message: String)
    case storage(message: String)
}

/// Why the job starts again from recovery.
package enum FailOverReason: Hashable, Sendable {
    case subtask(SubtaskID, message: String)
    /// A checkpoint failed, and could not be tolerated or declined.
    case checkpoint(CheckpointID, CheckpointFailure, Intolerance)
    /// A driver call failed; the slot's transaction cannot be committed, or its outcome is unknown.
    case transaction(slot: Int, TransactionError.Code, message: String)
    /// An uncommitted transaction is too old to be sure that it lives.
    case transactionTooOld(slot: Int, ageMilliseconds: Int64, limitMilliseconds: Int64)
    /// One transaction of a list is dead and none has been committed.
    case listNotAlive(CheckpointID, slot: Int)
    /// The rename or the directory sync failed: whether the checkpoint is durable is not known.
    case renameFailed(CheckpointID, message: String)
    case attemptUnreadable(message: String)

    /// Why a failed checkpoint costs a restart.
    package enum Intolerance: Hashable, Sendable {
        /// More failures than `tolerable-failed-checkpoints`.
        case budget
        /// The writer had not passed pre-commit, so its records can join no other checkpoint.
        case notPreCommitted
        /// The oldest open transaction is older than half its timeout.
        case transactionAge
        /// Too many transactions are unresolved.
        case poolExhausted
        /// Checkpoint 0 and the final checkpoint cannot be declined.
        case kind
    }
}

/// Why the process ends.
package enum StopReason: Hashable, Sendable {
    /// The final checkpoint is committed and the pool is fenced.
    case finished
    case superseded(by: Attempt)
    /// A driver call failed in a way that a restart cannot mend.
    case transaction(TransactionError.Code, message: String)

    package var exitCode: ExitCode {
        switch self {
        case .finished: .finished
        case .superseded: .superseded
        case .transaction(.unauthorized, _): .unauthorized
        case .transaction(.misconfigured, _): .configuration
        case .transaction: .unreachable
        }
    }
}
