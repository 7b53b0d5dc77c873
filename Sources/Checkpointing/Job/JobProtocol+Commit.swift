internal import StreamAPI
internal import StreamCore

/// Steps 4, 5 and 7: from durable to committed.
extension JobProtocol {
    /// Starts with the oldest durable checkpoint, if it has not begun.
    mutating func beginCommit() {
        guard ending == .running, let commit = commits.first, commit.stage == .waiting
        else { return }
        commits[0].stage = .checkingAttempt
        if commit.slots.isEmpty { return finishCommit() }
        emit(.checkAttempt(.commit(commit.facts.id)))
    }

    /// The attempt is the newest: commit, or first look whether all of a list are alive.
    mutating func mayCommit() {
        guard let commit = commits.first, let slot = commit.current else { return }
        let isList = commit.slots.count > 1 && rules.contains(.listAllAlive)
        commits[0].stage = isList ? .describing(aliveCount: 0) : .committing
        emit(isList ? .describe(slot: slot) : .commit(slot: slot))
    }

    mutating func described(
        _ slot: Int, _ description: TransactionDescription, _ wallClockMilliseconds: Int64
    ) {
        guard let commit = commits.first, case .describing(let aliveCount) = commit.stage,
            commit.slots[aliveCount] == slot, let producer = pool?[slot].producer
        else { return }
        let isAlive = TransactionLife.isAlive(
            producer: producer, description, wallClockMilliseconds: wallClockMilliseconds)
        // None is committed yet, so recovery can still roll back.
        guard isAlive else { return failOver(.listNotAlive(commit.facts.id, slot: slot)) }
        let next = aliveCount + 1
        let isLast = next == commit.slots.count
        commits[0].stage = isLast ? .committing : .describing(aliveCount: next)
        emit(isLast ? .commit(slot: commit.slots[0]) : .describe(slot: commit.slots[next]))
    }

    mutating func committed(_ slot: Int) {
        guard let commit = commits.first, commit.stage == .committing, commit.current == slot
        else { return }
        pool?.move(slot, to: .committing)
        commits[0].committedCount += 1
        guard let next = commits[0].current else { return finishCommit() }
        // After the first EndTxn of a list only forward.
        emit(.commit(slot: next))
    }

    /// A new instance per transaction: an epoch that held two could have the second ended by a
    /// late EndTxn of the first.
    private mutating func release(_ slot: Int) {
        guard rules.contains(.freshEpoch) else {
            pool?.reuse(slot)
            return
        }
        emit(.destroy(slot: slot))
        pool?.free(slot)
    }

    private mutating func finishCommit() {
        let commit = commits.removeFirst()
        let facts = commit.facts
        for slot in commit.slots { release(slot) }
        if !facts.transactions.isEmpty { markerWrittenAtMilliseconds = now }
        if facts.isInitial { initial = .done }
        emit(.recordCommitted(facts.id))
        emit(.publishOffsets(facts.id))
        for old in coordinator.committed(facts.id) { emit(.delete(old)) }
        let duration = now - commit.triggeredAtMilliseconds
        emit(.report(.committed(facts.id, durationMilliseconds: duration)))
        if facts.kind == .final { return beginEnding() }
        beginCommit()
    }

    /// A commit without an answer: never an abort, always the same call again.
    mutating func commitUnanswered(_ slot: Int, _ message: String) {
        guard let commit = commits.first, commit.stage == .committing, commit.current == slot
        else { return }
        guard rules.contains(.reuseOnlyResolved) else { return committed(slot) }
        pool?[slot].state = .unresolved
        pool?[slot].retryAtMilliseconds = now + Self.retryMilliseconds
        // By now the broker has decided; recovery finds out what.
        let waited = now - commit.durableAtMilliseconds
        if waited >= (settings.transactions?.timeoutMilliseconds ?? 0) {
            failOver(.transaction(slot: slot, .unanswered, message: message))
        }
    }

    // MARK: Step 8: a clean stop

    private mutating func beginEnding() {
        guard let pool else { return stop(.finished) }
        for slot in pool.slots.indices where pool[slot].state != .free {
            emit(.destroy(slot: slot))
            self.pool?.free(slot)
        }
        ending = .checkingFence
        emit(.checkAttempt(.fence))
    }

    mutating func beginFence() {
        guard let pool else { return }
        ending = .fencing(remaining: Set(pool.slots.indices))
        for slot in pool.slots.indices { emit(.fence(slot: slot)) }
    }

    mutating func fenced(_ slot: Int, _ answer: FenceAnswer) {
        guard case .fencing(var remaining) = ending, remaining.contains(slot) else { return }
        if case .unanswered = answer, pool?[slot].tryCount ?? 0 < Self.retryMax {
            pool?[slot].retryAtMilliseconds = now + Self.retryMilliseconds
            pool?[slot].tryCount += 1
            return
        }
        // Out of tries or denied, too: everything of ours is committed, and the broker's time-out closes
        // what somebody else may have left open.
        remaining.remove(slot)
        ending = .fencing(remaining: remaining)
        if remaining.isEmpty { stop(.finished) }
    }
}
