internal import StreamAPI
internal import StreamCore

/// Warming, activating, ageing and failing of the pool's slots, and the attempt checks.
extension JobProtocol {
    // MARK: Writers to come

    /// Keeps one writer warm beside the active one, and one more for a checkpoint 0.
    mutating func fillPool() {
        guard ending == .running, pool != nil else { return }
        activateNext()
        guard !coordinator.decider.isFinalTriggered else { return }
        let wanted = 1 + (wantsActivation ? 1 : 0) + (initial == .needed ? 1 : 0)
        while let pool, pool.warmCount < wanted, let slot = pool.first(in: .free) {
            self.pool?.move(slot, to: .warming)
            checkAttempt(.initialize(slot: slot))
        }
    }

    private mutating func activateNext() {
        guard wantsActivation, let slot = pool?.first(in: .ready) else { return }
        // The first writer of a run is checkpoint 0's.
        if initial == .needed { return }
        wantsActivation = false
        pool?.move(slot, to: .active)
        pool?[slot].sinceMilliseconds = now
        emit(.activate(slot: slot))
    }

    mutating func initialized(_ slot: Int, _ producer: ProducerIdentity) {
        guard pool?.isIn(.warming, slot) == true else { return }
        pool?.move(slot, to: .ready)
        pool?[slot].producer = producer
    }

    // MARK: Attempt

    mutating func checkAttempt(_ gate: AttemptGate) { emit(.checkAttempt(gate)) }

    mutating func attemptChecked(_ gate: AttemptGate, _ standing: AttemptStanding) {
        guard isAwaited(gate) else { return }
        switch standing {
        case .superseded(let newer) where rules.contains(.checkAttempt):
            stop(.superseded(by: newer))
        case .unreadable(let reason) where rules.contains(.checkAttempt):
            failOver(.attemptUnreadable(message: reason))
        default: pass(gate)
        }
    }

    private func isAwaited(_ gate: AttemptGate) -> Bool {
        switch gate {
        case .initialize(let slot): pool?.isIn(.warming, slot) == true
        case .rename(let id):
            coordinator.pending?.id == id && coordinator.pending?.phase == .checkingRename
        case .commit(let id):
            commits.first?.facts.id == id && commits.first?.stage == .checkingAttempt
        case .fence: ending == .checkingFence
        }
    }

    private mutating func pass(_ gate: AttemptGate) {
        switch gate {
        case .initialize(let slot): emit(.initialize(slot: slot))
        case .rename(let id):
            coordinator.pending?.phase = .renaming
            emit(.renameMetadata(id))
        case .commit: mayCommit()
        case .fence: beginFence()
        }
    }

    // MARK: Age

    /// A transaction that may have been timed out must never be promised by a checkpoint.
    mutating func watchAge() {
        guard ending == .running, let pool, let slot = pool.oldestOpen else { return }
        // Nothing will be written into the writer that is left after the final barrier.
        if coordinator.decider.isFinalTriggered, pool[slot].state == .active { return }
        guard pool.isTooOld(slot, at: now) else { return }
        failOver(
            .transactionTooOld(
                slot: slot, ageMilliseconds: pool.age(slot, at: now),
                limitMilliseconds: pool.ageMaxMilliseconds))
    }

    // MARK: Calls that fail

    mutating func transactionFailed(
        _ slot: Int, _ code: TransactionError.Code, _ message: String
    ) {
        guard ending == .running, let pool, pool.slots.indices.contains(slot),
            hasCall(pool[slot].state)
        else { return }
        switch code {
        case .unauthorized, .misconfigured: stop(.transaction(code, message: message))
        case .unanswered, .unreachable:
            if isCommitting(slot) {
                commitUnanswered(slot, message)
            } else {
                repeatLater(slot, code, message)
            }
        case .fenced, .failed: failOver(.transaction(slot: slot, code, message: message))
        }
    }

    private func hasCall(_ state: TransactionPool.State) -> Bool {
        switch state {
        case .warming, .sealing, .committing, .unresolved: true
        case .free, .ready, .active, .sealed: false
        }
    }

    private func isCommitting(_ slot: Int) -> Bool {
        commits.first?.stage == .committing && commits.first?.current == slot
    }

    private mutating func repeatLater(
        _ slot: Int, _ code: TransactionError.Code, _ message: String
    ) {
        guard let tries = pool?[slot].tryCount, tries < Self.retryMax else {
            return failOver(.transaction(slot: slot, code, message: message))
        }
        pool?[slot].tryCount = tries + 1
        pool?[slot].retryAtMilliseconds = now + Self.retryMilliseconds
    }

    mutating func repeatUnanswered() {
        guard let pool else { return }
        for slot in pool.slots.indices {
            guard let at = pool[slot].retryAtMilliseconds, at <= now else { continue }
            self.pool?[slot].retryAtMilliseconds = nil
            if let action = unansweredCall(slot) { emit(action) }
        }
    }

    private mutating func unansweredCall(_ slot: Int) -> JobAction? {
        if case .fencing = ending { return .fence(slot: slot) }
        switch pool?[slot].state {
        case .warming: return .checkAttempt(.initialize(slot: slot))
        case .sealing:
            let isFlushed = pool?[slot].isFlushed ?? false
            guard let id = coordinator.pending?.id, isFlushed else { return .flush(slot: slot) }
            return .sendMarker(slot: slot, id)
        case .committing, .unresolved:
            pool?[slot].state = .committing
            return isCommitting(slot) ? .commit(slot: slot) : .describe(slot: slot)
        default: return nil
        }
    }

    // MARK: Time

    /// When to send a `tick`, monotonic; nil: nothing is timed.
    package var nextDeadlineMilliseconds: Int64? {
        guard ending != .ended else { return nil }
        let retries = pool?.slots.compactMap(\.retryAtMilliseconds) ?? []
        guard ending == .running else { return retries.min() }
        var times = retries
        if let expiry = coordinator.expiryMilliseconds { times.append(expiry) }
        if coordinator.pending == nil, let due = coordinator.decider.nextDeadlineMilliseconds {
            times.append(due)
        }
        if let pool, let slot = pool.oldestOpen {
            let since = pool[slot].sinceMilliseconds
            times.append(since + pool.halfTimeoutMilliseconds + 1)
            times.append(since + pool.ageMaxMilliseconds)
        }
        // What is overdue waits for an event, not for time.
        return times.filter { $0 > now }.min()
    }
}
