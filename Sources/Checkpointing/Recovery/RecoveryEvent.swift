package import StreamAPI
package import StreamCore

/// Facts for ``RecoveryProtocol``; one answers each action that has an answer.
package enum RecoveryEvent: Hashable, Sendable {
    /// First, once.
    case started
    /// Every folder that has a `_metadata`, in any order. Folders with only a temporary file are
    /// left out.
    case listed([StoredCheckpoint])
    case attemptChecked(AttemptStanding)
    case madeDurable(CheckpointID)
    /// Listing or making durable failed.
    case storageFailed(message: String)
    /// `wallClockMilliseconds` is the runner's, since the epoch, when the answer came.
    case described(TransactionDescription, wallClockMilliseconds: Int64)
    /// Describe threw.
    case describeFailed(TransactionError.Code, message: String)
    case endTransactionAnswered(EndTransactionAnswer)
    case fenceAnswered(FenceAnswer)
    case markerRead(MarkerReading)
    case settleAnswered(SettleAnswer)
    case waited
    case attemptTaken(Attempt)
}

/// What recovery needs next. All but `recordCommitted` and `finish` have exactly one answer, and
/// at most one answer is awaited at a time.
package enum RecoveryAction: Hashable, Sendable {
    /// Answer: `listed` or `storageFailed`.
    case listCheckpoints
    /// Answer: `attemptChecked`.
    case checkAttempt
    /// Copy `_metadata` to a new file, sync, rename over, sync the directory. Answer: `madeDurable`
    /// or `storageFailed`.
    case makeDurable(CheckpointID)
    /// Answer: `described` or `describeFailed`.
    case describe(transactionalID: String)
    /// Raw EndTxn(commit, v1). Answer: `endTransactionAnswered`.
    case endTransaction(PreparedTransaction)
    /// Answer: `fenceAnswered`.
    case fence(transactionalID: String)
    /// Answer: `markerRead`.
    case readMarker
    /// End what hangs: transactions of these as committed, all others as aborted. Answer:
    /// `settleAnswered`.
    case settle(committed: [ProducerIdentity])
    /// Back off; what there was no usable answer to. Answer: `waited`.
    case wait(milliseconds: Int64, reason: String)
    /// Create a new attempt exclusively, above this one and every other; later checks are about it.
    /// Answer: `attemptTaken` or `storageFailed`.
    case takeAttempt(above: Attempt)
    /// Write the hint file. No answer: log a failure.
    case recordCommitted(CheckpointID)
    case finish(RecoveryOutcome)
}

/// How recovery ends.
package enum RecoveryOutcome: Hashable, Sendable {
    case start(JobStart, RecoveryNote)
    case stop(RecoveryStop)
}

/// What a log should say about a start.
package enum RecoveryNote: Hashable, Sendable {
    /// No checkpoint and no marker: a first start.
    case firstStart
    /// `--fresh`; the marker of the former life.
    case newLife(formerMarker: CheckpointID?)
    /// Restored the newest checkpoint.
    case restored
    /// The newest checkpoint's output was proved aborted; its input is read again.
    case rolledBack(from: CheckpointFacts, to: CheckpointFacts)
}

/// Why a start is refused, with the facts for the message.
package enum RecoveryStop: Hashable, Sendable {
    /// The checkpoint's output was aborted and no checkpoint to roll back to is left.
    case lost(CheckpointFacts, marker: CheckpointID?)
    /// Some of the checkpoint's transactions committed, others did not.
    case torn(CheckpointFacts, marker: CheckpointID)
    /// The marker fits no readable checkpoint.
    case unknown(newest: CheckpointFacts?, marker: CheckpointID?, unreadable: [CheckpointID])
    /// There are checkpoints, none can be read, and there is no marker.
    case unreadable([CheckpointID])
    /// `--fresh`, but this prepared transaction of the newest checkpoint is still alive: run once
    /// without it.
    case freshRefused(CheckpointFacts, alive: PreparedTransaction)
    case superseded(by: Attempt)
    /// The checkpoint holds uncommitted transactions and the job has no transactional sink now.
    case poolMissing(CheckpointFacts)
    /// No usable answer after ``RecoveryProtocol/unansweredMax`` tries; a restart may help.
    case unanswered(message: String)
    case unauthorized(message: String)
    case storage(message: String)

    package var exitCode: ExitCode {
        switch self {
        case .lost, .torn: .outputLost
        case .unknown, .freshRefused: .outcomeUnknown
        case .unreadable: .snapshotCorrupt
        case .superseded: .superseded
        case .poolMissing: .configuration
        case .unanswered: .unreachable
        case .unauthorized: .unauthorized
        case .storage: .inputOutput
        }
    }
}
