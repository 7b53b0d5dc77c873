internal import StreamAPI
internal import StreamCore

/// Steps 2 to 5: commit what can be committed, abort the rest, read the marker.
extension RecoveryProtocol {
    /// Step 2.
    mutating func listed(_ found: [StoredCheckpoint]) -> [RecoveryAction] {
        stored = found
        let newest = found.filter { $0.facts != nil }.max { $0.id < $1.id }
        if settings.transactionalIDs.isEmpty { return withoutPool(newest) }
        guard let newest, let facts = newest.facts, !newest.isRecordedCommitted,
            !facts.transactions.isEmpty, rules.contains(.resumeBeforeFence)
        else { return beginFence() }
        if settings.isFresh { return describeNext(facts, facts.transactions[...]) }
        guard rules.contains(.makeDurable) else { return madeDurable(facts) }
        return ask(.checkingBeforeDurable(facts), .checkAttempt)
    }

    private mutating func withoutPool(_ newest: StoredCheckpoint?) -> [RecoveryAction] {
        if let facts = newest?.facts, newest?.isRecordedCommitted == false,
            !facts.transactions.isEmpty
        {
            return finish(.stop(.poolMissing(facts)))
        }
        if settings.isFresh { return beginNewLife(nil, stored) }
        guard let newest, let facts = newest.facts else {
            return stored.isEmpty
                ? finish(.start(start(nil, marker: nil, isInitial: false), .firstStart))
                : finish(.stop(.unreadable(stored.map(\.id).sorted())))
        }
        return secure(start(facts, marker: nil, isInitial: false), .restored, isProved: true)
    }

    /// Step 3. One transaction is sent at once: a refusal does no harm. A list may tear.
    mutating func madeDurable(_ facts: CheckpointFacts) -> [RecoveryAction] {
        secured = facts.id
        let transactions = facts.transactions[...]
        guard transactions.count > 1, rules.contains(.listAllAlive) else {
            return resumeNext(facts, transactions)
        }
        return describeNext(facts, transactions)
    }

    private mutating func describeNext(
        _ facts: CheckpointFacts, _ remaining: ArraySlice<PreparedTransaction>
    ) -> [RecoveryAction] {
        guard let next = remaining.first else {
            // Every one of a list is alive; under --fresh, none is.
            return settings.isFresh ? beginFence() : resumeNext(facts, facts.transactions[...])
        }
        return ask(
            .describing(facts, remaining: remaining),
            .describe(transactionalID: next.transactionalID))
    }

    mutating func described(_ event: RecoveryEvent) -> [RecoveryAction] {
        guard case .describing(let facts, let remaining) = phase, let next = remaining.first else {
            return []
        }
        switch event {
        case .describeFailed(.unauthorized, let message):
            return finish(.stop(.unauthorized(message: message)))
        case .describeFailed(_, let message):
            return repeatLater(.describe(transactionalID: next.transactionalID), message)
        case .described(let description, let now):
            return settings.isFresh
                ? refuseIfAlive(facts, remaining, next, description, now)
                : continueIfAlive(facts, remaining, next, description, now)
        default: return []
        }
    }

    private mutating func continueIfAlive(
        _ facts: CheckpointFacts, _ remaining: ArraySlice<PreparedTransaction>,
        _ next: PreparedTransaction, _ description: TransactionDescription, _ now: Int64
    ) -> [RecoveryAction] {
        let isAlive = TransactionLife.isAlive(
            producer: next.producer, description, wallClockMilliseconds: now)
        return isAlive ? describeNext(facts, remaining.dropFirst()) : beginFence()
    }

    /// A new life must not abort what a checkpoint promises.
    private mutating func refuseIfAlive(
        _ facts: CheckpointFacts, _ remaining: ArraySlice<PreparedTransaction>,
        _ next: PreparedTransaction, _ description: TransactionDescription, _ now: Int64
    ) -> [RecoveryAction] {
        let isOpen = description.state == "Ongoing" || description.state == "PrepareCommit"
        if isOpen, description.producer == next.producer {
            return finish(.stop(.freshRefused(facts, alive: next)))
        }
        return describeNext(facts, remaining.dropFirst())
    }

    private mutating func resumeNext(
        _ facts: CheckpointFacts, _ remaining: ArraySlice<PreparedTransaction>
    ) -> [RecoveryAction] {
        guard let next = remaining.first else { return beginFence() }
        return ask(.resuming(facts, remaining: remaining), .endTransaction(next))
    }

    mutating func resumed(
        _ facts: CheckpointFacts, _ remaining: ArraySlice<PreparedTransaction>,
        _ answer: EndTransactionAnswer
    ) -> [RecoveryAction] {
        guard let sent = remaining.first else { return beginFence() }
        switch answer {
        case .committed: return resumeNext(facts, remaining.dropFirst())
        // Proves nothing: the marker will tell.
        case .refused: return beginFence()
        case .unanswered(let reason): return repeatLater(.endTransaction(sent), reason)
        case .denied(let message): return finish(.stop(.unauthorized(message: message)))
        }
    }

    // MARK: Step 4

    mutating func beginFence() -> [RecoveryAction] { ask(.checkingBeforeFence, .checkAttempt) }

    /// The pool, and every id that a readable checkpoint names: the pool may have been larger.
    func idsToFence() -> [String] {
        var named: Set<String> = []
        for checkpoint in stored {
            for transaction in checkpoint.facts?.transactions ?? [] {
                named.insert(transaction.transactionalID)
            }
        }
        named.subtract(settings.transactionalIDs)
        return settings.transactionalIDs + named.sorted()
    }

    mutating func fence(_ remaining: ArraySlice<String>) -> [RecoveryAction] {
        guard let id = remaining.first else { return ask(.readingMarker, .readMarker) }
        return ask(.fencing(remaining: remaining), .fence(transactionalID: id))
    }

    mutating func fenced(
        _ remaining: ArraySlice<String>, _ answer: FenceAnswer
    ) -> [RecoveryAction] {
        guard let id = remaining.first else { return [] }
        switch answer {
        case .fenced:
            fencedIDs.insert(id)
            return fence(remaining.dropFirst())
        case .unanswered(let reason): return repeatLater(.fence(transactionalID: id), reason)
        case .denied(let message): return finish(.stop(.unauthorized(message: message)))
        }
    }

    // MARK: Step 5

    mutating func markerRead(_ reading: MarkerReading) -> [RecoveryAction] {
        switch reading {
        case .absent: return listAgain(marker: nil)
        case .value(let marker): return listAgain(marker: marker)
        case .unavailable(let reason): return repeatLater(.readMarker, reason)
        case .denied(let message): return finish(.stop(.unauthorized(message: message)))
        case .unstable: return fenceAgain()
        }
    }

    private static let unstableReason =
        "a transaction on the marker group is open although every id of the job is fenced; if it stays "
        + "so, `kafka-transactions.sh find-hanging --topic __consumer_offsets` names it"

    /// Somebody opened a transaction after the fence.
    private mutating func fenceAgain() -> [RecoveryAction] {
        tryCount = unstableCount
        unstableCount += 1
        let actions = repeatLater(.checkAttempt, Self.unstableReason)
        if phase != .ended { phase = .checkingBeforeFence }
        return actions
    }

    private mutating func listAgain(marker: CheckpointID?) -> [RecoveryAction] {
        ask(.listingAgain(marker: marker), .listCheckpoints)
    }

    mutating func listedAgain(
        _ marker: CheckpointID?, _ found: [StoredCheckpoint]
    ) -> [RecoveryAction] {
        stored = found
        // A checkpoint that came meanwhile may name an id that is still open.
        if !fencedIDs.isSuperset(of: idsToFence()) { return beginFence() }
        return ask(.checkingBeforeRestore(marker: marker, stored: found), .checkAttempt)
    }
}
