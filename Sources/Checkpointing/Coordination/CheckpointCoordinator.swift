package import StreamCore

/// Triggers checkpoints, numbers them, collects their acknowledgements and knows their fate.
///
/// It knows nothing of transactions: ``JobProtocol`` joins it with ``TransactionPool``.
package struct CheckpointCoordinator: Sendable {
    private let settings: JobSettings
    private let attempt: Attempt
    private var nextSequence: UInt32
    package private(set) var decider: CheckpointRequestDecider
    private var budget: CheckpointFailureBudget
    package private(set) var store: CompletedCheckpointStore
    /// At most one: the next is not triggered before this one is durable or has failed.
    var pending: PendingCheckpoint?

    package init(settings: JobSettings, start: JobStart, rules: ProtocolRules = .all) {
        self.settings = settings
        attempt = start.attempt
        nextSequence = start.nextSequence
        decider = CheckpointRequestDecider(
            intervalMilliseconds: settings.intervalMilliseconds,
            minPauseMilliseconds: settings.minPauseMilliseconds)
        budget = CheckpointFailureBudget(tolerable: settings.tolerableFailedCheckpoints)
        store = CompletedCheckpointStore(
            numRetained: settings.numRetained, committed: start.committed,
            abandoned: start.abandoned, rules: rules)
    }

    package mutating func started(at now: Int64) { decider.started(at: now) }
    package mutating func request() { decider.request() }
    package mutating func requestFinal() { decider.requestFinal() }

    /// Starts a checkpoint if one is due.
    ///
    /// - Returns: The barrier for the sources; nil: not now.
    package mutating func triggerIfDue(
        _ situation: CheckpointRequestDecider.Situation, at now: Int64
    ) -> CheckpointBarrier? {
        guard let kind = decider.decide(situation, at: now) else { return nil }
        let id = takeID()
        pending = PendingCheckpoint(
            id: id, kind: kind, at: now, subtasks: settings.subtasks,
            sinkSubtasks: settings.sinkSubtasks)
        decider.triggered(kind, at: now)
        return CheckpointBarrier(id: id, kind: kind)
    }

    /// Starts a checkpoint 0, which has no barrier.
    mutating func beginInitial(at now: Int64) -> CheckpointID {
        precondition(pending == nil, "checkpoint 0 comes alone")
        let id = takeID()
        pending = PendingCheckpoint(
            id: id, kind: .checkpoint, isInitial: true, at: now, subtasks: [], sinkSubtasks: [])
        return id
    }

    /// A running number is used once; after 2^32 of them the job needs a new attempt.
    private mutating func takeID() -> CheckpointID {
        let id = CheckpointID(attempt: attempt, sequence: nextSequence)
        nextSequence += 1
        return id
    }

    package var isOutOfNumbers: Bool { nextSequence == .max }

    package mutating func acknowledged(
        _ subtask: SubtaskID, _ id: CheckpointID
    ) -> PendingCheckpoint.Receipt {
        guard pending?.id == id else { return .late }
        return pending?.acknowledged(by: subtask) ?? .late
    }

    package mutating func sinkPassed(
        _ subtask: SubtaskID, _ id: CheckpointID
    ) -> PendingCheckpoint.Receipt {
        guard pending?.id == id else { return .late }
        return pending?.sinkPassed(subtask) ?? .late
    }

    /// When the pending checkpoint has failed by time; nil: it cannot any more.
    package var expiryMilliseconds: Int64? {
        guard let pending, pending.canExpire else { return nil }
        return pending.triggeredAtMilliseconds + settings.checkpointTimeoutMilliseconds
    }

    /// The pending checkpoint is over and did not become durable.
    ///
    /// - Returns: Whether the budget tolerates it.
    mutating func failed(at now: Int64) -> Bool {
        pending = nil
        decider.ended(at: now)
        return budget.failed()
    }

    /// - Returns: What may be deleted.
    mutating func durable(at now: Int64) -> [CheckpointID] {
        guard let id = pending?.id else { return [] }
        pending = nil
        decider.ended(at: now)
        budget.completed()
        return store.durable(id)
    }

    /// - Returns: What may be deleted.
    mutating func committed(_ id: CheckpointID) -> [CheckpointID] { store.committed(id) }
}
