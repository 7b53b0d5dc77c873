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
            return finish(.start(start(nil, marker: marker, isInitial: true), .firstStart))
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
        return finish(
            .start(
                start(nil, marker: marker, isInitial: isInitial), .newLife(formerMarker: marker)))
    }

    /// Restoring a checkpoint that a power cut could still take away would undo committed output.
    mutating func secure(
        _ start: JobStart, _ note: RecoveryNote, isProved: Bool
    ) -> [RecoveryAction] {
        guard let id = start.restored?.id, id != secured, !isRecordedCommitted(id),
            rules.contains(.makeDurable)
        else { return finish(start, note, isProved: isProved) }
        return ask(.securing(start, note, isProved: isProved), .makeDurable(id))
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
