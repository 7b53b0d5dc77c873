internal import StreamAPI
internal import StreamCore

/// Steps 0 to 3 and 6: from the barrier to durable, or declined.
extension JobProtocol {
    // MARK: Trigger

    mutating func trigger() {
        guard ending == .running else { return }
        guard let barrier = coordinator.triggerIfDue(situation(), at: now) else { return }
        if coordinator.isOutOfNumbers {
            return failOver(.attemptUnreadable(message: "the attempt has used every sequence"))
        }
        emit(.report(.triggered(barrier.id, barrier.kind)))
        emit(.sendBarrier(barrier))
    }

    private func situation() -> CheckpointRequestDecider.Situation {
        guard let pool else {
            return .init(
                hasPending: coordinator.pending != nil, canSeal: true, hasNextWriter: true,
                isUrgent: false)
        }
        return .init(
            hasPending: coordinator.pending != nil,
            canSeal: initial == .done && !wantsActivation && pool.canSeal
                && pool.first(in: .active) != nil,
            hasNextWriter: pool.first(in: .ready) != nil,
            isUrgent: pool.isUrgent(at: now))
    }

    /// Step 0: a transaction that holds the marker alone.
    mutating func beginInitial() {
        guard initial == .needed, coordinator.pending == nil, ending == .running,
            let slot = pool?.first(in: .ready)
        else { return }
        initial = .pending
        let id = coordinator.beginInitial(at: now)
        coordinator.pending?.writer = .sealing(slot: slot)
        pool?.move(slot, to: .sealing)
        pool?[slot].sinceMilliseconds = now
        pool?[slot].isFlushed = true
        emit(.report(.triggered(id, .checkpoint)))
        emit(.sendMarker(slot: slot, id))
    }

    // MARK: Step 1: sealing

    mutating func sinkPassed(_ subtask: SubtaskID, _ id: CheckpointID) {
        guard coordinator.sinkPassed(subtask, id) == .accepted,
            let pending = coordinator.pending, pending.writer == .open,
            let slot = pool?.first(in: .active)
        else { return }
        guard pending.allSinksPassed || !rules.contains(.sealAfterAllSinks) else { return }
        coordinator.pending?.writer = .sealing(slot: slot)
        pool?.move(slot, to: .sealing)
        emit(.flush(slot: slot))
        if !rules.contains(.activateAfterFlush) { wantsActivation = true }
    }

    mutating func flushed(_ slot: Int, _ report: FlushReport) {
        guard let pending = sealing(slot) else { return }
        let isEmpty = report.output.isEmpty && report.beginTimeMilliseconds == nil
        guard !isEmpty || isMarkerStale else { return reuseEmpty(slot, pending) }
        pool?[slot].report = report
        pool?[slot].isFlushed = true
        emit(.sendMarker(slot: slot, pending.id))
        // Only now: a record written earlier could reach the log before those of this checkpoint.
        if pending.kind != .final, rules.contains(.activateAfterFlush) { wantsActivation = true }
    }

    /// Nothing was written: no transaction, and the sinks go on with the same writer.
    private mutating func reuseEmpty(_ slot: Int, _ pending: PendingCheckpoint) {
        coordinator.pending?.writer = .empty
        pool?.move(slot, to: .active)
        pool?[slot].sinceMilliseconds = now
        if pending.kind != .final { emit(.activate(slot: slot)) }
    }

    private var isMarkerStale: Bool {
        guard let refresh = settings.transactions?.markerRefreshMilliseconds else { return false }
        guard let written = markerWrittenAtMilliseconds else { return true }
        return now - written >= refresh
    }

    private func sealing(_ slot: Int) -> PendingCheckpoint? {
        guard let pool, pool.isIn(.sealing, slot), let pending = coordinator.pending,
            pending.writer == .sealing(slot: slot)
        else { return nil }
        return pending
    }

    /// Step 2: flushed without a failed report, marker in it, young enough.
    mutating func markerSent(_ slot: Int) {
        guard let pending = sealing(slot), let transactions = settings.transactions,
            let producer = pool?[slot].producer, let report = pool?[slot].report
        else { return }
        pool?.move(slot, to: .sealed)
        pool?[slot].prepared = PreparedTransaction(
            cluster: transactions.cluster,
            transactionalID: transactions.transactionalIDs[slot], producer: producer,
            beginTimeMilliseconds: report.beginTimeMilliseconds ?? -1,
            timeoutMilliseconds: transactions.timeoutMilliseconds, marker: pending.id,
            output: report.output)
        coordinator.pending?.writer = .sealed(slot: slot)
        if !rules.contains(.commitAfterDurable) { emit(.commit(slot: slot)) }
    }

    // MARK: Step 3: durable

    mutating func advancePending() {
        guard ending == .running, let pending = coordinator.pending else { return }
        if pending.isComplete {
            coordinator.pending?.phase = .writing
            emit(.writeMetadata(facts(of: pending)))
        } else if pending.phase == .written, mayRename(pending) {
            coordinator.pending?.phase = .checkingRename
            emit(.checkAttempt(.rename(pending.id)))
        }
    }

    /// N+1 waits until N is committed; an empty one too.
    private func mayRename(_ pending: PendingCheckpoint) -> Bool {
        if commits.isEmpty || !rules.contains(.renameAfterPredecessor) { return true }
        return pending.writer == .empty && !rules.contains(.emptyWaits)
    }

    private func slots(of pending: PendingCheckpoint) -> [Int] {
        guard case .sealed(let slot) = pending.writer else { return declined }
        return declined + [slot]
    }

    private func facts(of pending: PendingCheckpoint) -> CheckpointFacts {
        CheckpointFacts(
            id: pending.id, kind: pending.kind, isInitial: pending.isInitial,
            transactions: slots(of: pending).compactMap { pool?[$0].prepared },
            predecessorMarker: chainMarker)
    }

    mutating func metadataWritten(_ id: CheckpointID) {
        guard let pending = coordinator.pending, pending.id == id, pending.phase == .writing else {
            return
        }
        coordinator.pending?.phase = .written
    }

    mutating func metadataRenamed(_ id: CheckpointID) {
        guard let pending = coordinator.pending, pending.id == id, pending.phase == .renaming else {
            return
        }
        let facts = facts(of: pending)
        let commit = Commit(
            facts: facts, triggeredAtMilliseconds: pending.triggeredAtMilliseconds,
            durableAtMilliseconds: now, slots: slots(of: pending))
        declined = []
        chainMarker = facts.finalMarker
        for old in coordinator.durable(at: now) { emit(.delete(old)) }
        emit(.report(.durable(id, durationMilliseconds: now - pending.triggeredAtMilliseconds)))
        for slot in commit.slots { pool?.move(slot, to: .committing) }
        commits.append(commit)
        beginCommit()
    }

    // MARK: Step 6: failure

    mutating func expire() {
        guard let expiry = coordinator.expiryMilliseconds, expiry <= now else { return }
        fail(.expired(missing: coordinator.pending?.missingSubtasks ?? []))
    }

    mutating func storageFailed(_ id: CheckpointID, _ message: String) {
        guard let pending = coordinator.pending, pending.id == id else { return }
        switch pending.phase {
        case .writing: fail(.storage(message: message))
        // It may be durable: only recovery can tell.
        case .renaming: failOver(.renameFailed(id, message: message))
        case .collecting, .written, .checkingRename: break
        }
    }

    /// Declines the pending checkpoint, or fails over where that would lose its output.
    mutating func fail(_ failure: CheckpointFailure) {
        guard ending == .running, let pending = coordinator.pending, pending.canExpire else {
            return
        }
        let isUrgent = pool?.isUrgent(at: now) ?? false
        let isTolerated = coordinator.failed(at: now)
        if let intolerance = intolerance(pending, isUrgent: isUrgent, isTolerated: isTolerated) {
            return failOver(.checkpoint(pending.id, failure, intolerance))
        }
        if case .sealed(let slot) = pending.writer, rules.contains(.declinedJoinsNext) {
            declined.append(slot)
        }
        emit(.cancelCheckpoint(pending.id))
        emit(.report(.failed(pending.id, failure)))
        giveUpWriter(pending)
    }

    private func intolerance(
        _ pending: PendingCheckpoint, isUrgent: Bool, isTolerated: Bool
    ) -> FailOverReason.Intolerance? {
        if pending.isInitial || pending.kind == .final { return .kind }
        if !pending.isPreCommitted, rules.contains(.declineOnlySealed) { return .notPreCommitted }
        if !isTolerated { return .budget }
        if isUrgent { return .transactionAge }
        if let pool, commits.isEmpty, !pool.canSeal { return .poolExhausted }
        return nil
    }

    /// Reached only when a test lets an unsealed checkpoint be declined: the mistake that the rule
    /// forbids is to throw the half-written transaction away.
    private mutating func giveUpWriter(_ pending: PendingCheckpoint) {
        guard !pending.isPreCommitted,
            let slot = pool?.first(in: .active) ?? pool?.first(in: .sealing)
        else { return }
        emit(.destroy(slot: slot))
        pool?.free(slot)
        wantsActivation = true
    }
}
