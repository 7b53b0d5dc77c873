internal import StreamAPI
internal import StreamCore

/// Step 6: what the run starts from.
extension RecoveryProtocol {
    mutating func decide(
        _ marker: CheckpointID?, _ found: [StoredCheckpoint]
    ) -> [RecoveryAction] {
        stored = found
        if settings.isFresh { return beginNewLife(marker, found) }
        switch plan(marker) {
        case .firstStart:
            return settle(
                start(nil, marker: marker, isInitial: true), .firstStart, isProved: false)
        case .restore(let facts):
            return secure(
                start(facts, marker: marker, isInitial: false), .restored, isProved: true)
        case .restoreThenInitial(let facts):
            return secure(
                start(facts, marker: marker, isInitial: true), .restored, isProved: false)
        case .rollBack(let from, let to):
            return secure(
                start(to, marker: marker, isInitial: marker == nil),
                .rolledBack(from: from, to: to), isProved: true)
        case .stop(let stop):
            return finish(.stop(stop))
        }
    }

    private func plan(_ marker: CheckpointID?) -> RestorePlan {
        if rules.contains(.askMarker) {
            return RestorePlan.decide(stored: stored, marker: marker, rules: rules)
        }
        // The mistake that the rule forbids: the newest checkpoint is believed to be committed.
        let newest = stored.compactMap(\.facts).max { $0.id < $1.id }
        return newest.map { .restore($0) } ?? .firstStart
    }

    /// Ids of the new life must lie above the marker, or its checkpoints would sort below.
    mutating func beginNewLife(
        _ marker: CheckpointID?, _ found: [StoredCheckpoint]
    ) -> [RecoveryAction] {
        stored = found
        if let marker, marker.attempt >= settings.attempt {
            return ask(
                .raisingAttempt(marker: marker, stored: found),
                .takeAttempt(above: marker.attempt))
        }
        let isInitial = !settings.transactionalIDs.isEmpty
        return settle(
            start(nil, marker: marker, isInitial: isInitial), .newLife(formerMarker: marker),
            isProved: false)
    }

    /// Restoring a checkpoint that a power cut could still take away would undo committed output.
    mutating func secure(
        _ start: JobStart, _ note: RecoveryNote, isProved: Bool
    ) -> [RecoveryAction] {
        guard let id = start.restored?.id, id != secured, !isRecordedCommitted(id),
            rules.contains(.makeDurable)
        else { return settle(start, note, isProved: isProved) }
        return ask(.securing(start, note, isProved: isProved), .makeDurable(id))
    }

    // MARK: Step 7

    /// Every id is fenced, so that whatever is open under one hangs.
    mutating func settle(
        _ start: JobStart, _ note: RecoveryNote, isProved: Bool
    ) -> [RecoveryAction] {
        guard !settings.transactionalIDs.isEmpty, rules.contains(.settleHanging) else {
            return finish(start, note, isProved: isProved)
        }
        return ask(
            .settling(start, note, isProved: isProved), .settle(committed: committed(by: start)))
    }

    mutating func settled(
        _ start: JobStart, _ note: RecoveryNote, isProved: Bool, _ answer: SettleAnswer
    ) -> [RecoveryAction] {
        switch answer {
        case .settled, .unseen: return finish(start, note, isProved: isProved)
        case .unanswered(let reason):
            return repeatLater(.settle(committed: committed(by: start)), reason)
        case .denied(let message): return finish(.stop(.unauthorized(message: message)))
        }
    }

    /// Transactions of checkpoints that are known to be committed: recorded so, or the one to start from
    /// and those before it, marker by marker. What is not in the store any more does not hang: no later
    /// checkpoint became durable before it had ended in every partition.
    private func committed(by start: JobStart) -> [ProducerIdentity] {
        let known = stored.compactMap(\.facts)
        var producers: Set<ProducerIdentity> = []
        for checkpoint in stored where checkpoint.isRecordedCommitted {
            producers.formUnion(checkpoint.facts?.transactions.map(\.producer) ?? [])
        }
        var next = start.restored?.finalMarker ?? start.marker
        var reached: Set<CheckpointID> = []
        // Ends: each turn reaches a marker that was not reached before.
        while let marker = next, reached.insert(marker).inserted {
            let ending = known.filter { $0.finalMarker == marker && !$0.transactions.isEmpty }
            producers.formUnion(ending.flatMap(\.transactions).map(\.producer))
            next = ending.compactMap(\.predecessorMarker).first
        }
        // In an order of their own, so that a seed repeats step by step.
        return producers.sorted {
            ($0.producerID.rawValue, $0.epoch.rawValue) < (
                $1.producerID.rawValue, $1.epoch.rawValue
            )
        }
    }

    mutating func finish(
        _ start: JobStart, _ note: RecoveryNote, isProved: Bool
    ) -> [RecoveryAction] {
        let outcome = finish(.start(start, note))
        guard isProved, let id = start.restored?.id, !isRecordedCommitted(id) else {
            return outcome
        }
        return [.recordCommitted(id)] + outcome
    }

    private func isRecordedCommitted(_ id: CheckpointID) -> Bool {
        stored.contains { $0.id == id && $0.isRecordedCommitted }
    }

    func start(
        _ restored: CheckpointFacts?, marker: CheckpointID?, isInitial: Bool
    ) -> JobStart {
        let committed = stored.filter { isKept($0, restored: restored?.id) }.map(\.id).sorted()
        let others = Set(stored.map(\.id)).subtracting(committed).sorted()
        let last = (stored.map(\.id.sequence) + [marker?.sequence].compactMap { $0 }).max()
        return JobStart(
            attempt: settings.attempt, restored: restored,
            needsInitialCheckpoint: isInitial && rules.contains(.initialCheckpoint),
            // The attempt is new, so even a number that wraps is used once.
            marker: marker, nextSequence: last.map { $0 &+ 1 } ?? 0, committed: committed,
            abandoned: others)
    }

    private func isKept(_ checkpoint: StoredCheckpoint, restored: CheckpointID?) -> Bool {
        guard let restored, checkpoint.facts != nil else { return false }
        if checkpoint.id == restored { return true }
        return checkpoint.isRecordedCommitted && checkpoint.id < restored
    }
}
