internal import CheckpointStorage
internal import Checkpointing
internal import Observability
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// Commits, in one run of a job, the output of sinks that have a ``SinkCommitter``.
///
/// A checkpoint's committables are remembered when it is written and committed when it is, on the
/// thread that also renames metadata: so the next checkpoint, whose sinks may have forgotten them, is
/// not durable before.
///
/// - Threading: ``written(_:snapshots:)`` by the controller's thread, ``commit(_:)`` by the storage
///   thread, ``failure`` by any.
final class SinkCommits: Sendable {
    private struct State {
        var written: [CheckpointID: [OperatorID: [[UInt8]]]] = [:]
        var failure: (any Error)?
    }
    private let committers: [any SinkCommitter]
    private let storage: CheckpointStorage
    private let attempt: Attempt
    private let state = Mutex(State())

    init(_ committers: [any SinkCommitter], storage: CheckpointStorage, attempt: Attempt) {
        self.committers = committers
        self.storage = storage
        self.attempt = attempt
    }

    var isNeeded: Bool { !committers.isEmpty }
    /// The first one of the run.
    var failure: (any Error)? { state.withLock(\.failure) }

    /// Before the first record: commits what `restored` lists and removes what it does not list.
    ///
    /// - Parameter isRecordedCommitted: Of `restored`, before this start.
    func recover(_ restored: CheckpointSnapshot?, isRecordedCommitted: Bool) throws {
        for committer in committers {
            let operators = restored?.metadata.operators ?? []
            let items = operators.first { $0.id == committer.operatorID }?.items ?? []
            try committer.commit(items, areKnownCommitted: isRecordedCommitted)
            try committer.discardLeftovers(keeping: items) {
                storage.standing(of: attempt) == .newest
            }
        }
    }

    /// Remembers what a checkpoint has of each sink.
    func written(_ checkpoint: CheckpointID, snapshots: [SubtaskSnapshot]) {
        guard isNeeded else { return }
        let operators = snapshots.flatMap(\.operators)
        let items = committers.map { committer in
            let own = operators.filter { $0.operatorID == committer.operatorID }
            return (committer.operatorID, own.flatMap(\.items))
        }
        state.withLock { $0.written[checkpoint] = Dictionary(items) { first, _ in first } }
    }

    func forget(_ checkpoint: CheckpointID) {
        state.withLock { $0.written[checkpoint] = nil }
    }

    /// Commits a checkpoint's output, if this attempt is the newest: another one has committed it
    /// already, or will.
    func commit(_ checkpoint: CheckpointID) throws {
        let items = state.withLock { $0.written.removeValue(forKey: checkpoint) } ?? [:]
        do {
            try Failpoint.reached(.f2)
            try requireNewest()
            for committer in committers {
                try committer.commit(
                    items[committer.operatorID] ?? [], areKnownCommitted: false)
            }
        } catch {
            state.withLock { if $0.failure == nil { $0.failure = error } }
            throw error
        }
    }

    private func requireNewest() throws {
        switch storage.standing(of: attempt) {
        case .newest: return
        case .superseded(let newer): throw SupersededError(newer: newer)
        case .unreadable(let reason): throw FatalError(.inputOutput, reason)
        }
    }
}

/// Another attempt holds the job: nothing more is to be done.
struct SupersededError: Error {
    let newer: Attempt
}
