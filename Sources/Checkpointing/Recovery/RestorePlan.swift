package import StreamCore

/// Step 6 of recovery: what the marker says about the stored checkpoints. A pure function.
package enum RestorePlan: Hashable, Sendable {
    /// No checkpoint and no marker.
    case firstStart
    /// Restore the newest checkpoint, whose output is all visible.
    case restore(CheckpointFacts)
    /// Restore it, and take a checkpoint 0 before any data: the marker is not this checkpoint's.
    case restoreThenInitial(CheckpointFacts)
    case rollBack(from: CheckpointFacts, to: CheckpointFacts)
    case stop(RecoveryStop)

    /// - Parameters:
    ///   - stored: Every stored checkpoint, in any order.
    ///   - marker: What the marker group holds, read after every id was fenced.
    package static func decide(
        stored: [StoredCheckpoint], marker: CheckpointID?, rules: ProtocolRules = .all
    ) -> RestorePlan {
        let readable = stored.filter { $0.facts != nil }.sorted { $0.id < $1.id }
        let unreadable = stored.filter { $0.facts == nil }.map(\.id).sorted()
        guard let newest = readable.last, let facts = newest.facts else {
            return withoutCheckpoint(marker: marker, unreadable: unreadable)
        }
        // A newer one that cannot be read may hold committed output: only equality may clear it.
        let isObscured = unreadable.contains { $0 > newest.id }
        if let plan = exact(facts, marker, readable, isObscured, rules) { return plan }
        if !isObscured, let plan = unproved(newest, facts, marker) { return plan }
        return .stop(.unknown(newest: facts, marker: marker, unreadable: unreadable))
    }

    private static func withoutCheckpoint(
        marker: CheckpointID?, unreadable: [CheckpointID]
    ) -> RestorePlan {
        if marker != nil {
            return .stop(.unknown(newest: nil, marker: marker, unreadable: unreadable))
        }
        return unreadable.isEmpty ? .firstStart : .stop(.unreadable(unreadable))
    }

    /// The marker equals a value that the newest checkpoint names.
    private static func exact(
        _ facts: CheckpointFacts, _ marker: CheckpointID?, _ readable: [StoredCheckpoint],
        _ isObscured: Bool, _ rules: ProtocolRules
    ) -> RestorePlan? {
        if matches(marker, facts.finalMarker, rules) {
            if marker != nil { return .restore(facts) }
            return isObscured ? nil : .restoreThenInitial(facts)
        }
        // Handled below: its transaction holds no data, so nothing of it can be lost.
        if facts.isInitial { return nil }
        if marker == facts.predecessorMarker { return rollBack(facts, marker, readable) }
        if let marker, facts.middleMarkers.contains(marker) {
            return .stop(.torn(facts, marker: marker))
        }
        return nil
    }

    private static func matches(
        _ marker: CheckpointID?, _ final: CheckpointID?, _ rules: ProtocolRules
    ) -> Bool {
        if rules.contains(.markerEquality) { return marker == final }
        // The mistake that the rule forbids: a marker of another life is larger than ours.
        guard let marker, let final else { return marker == final }
        return marker >= final
    }

    private static func rollBack(
        _ facts: CheckpointFacts, _ marker: CheckpointID?, _ readable: [StoredCheckpoint]
    ) -> RestorePlan {
        let target = readable.last {
            $0.id < facts.id && $0.facts?.finalMarker == marker
        }
        guard let to = target?.facts else { return .stop(.lost(facts, marker: marker)) }
        return .rollBack(from: facts, to: to)
    }

    /// The marker is gone, or this is a checkpoint 0 whose transaction did not commit.
    private static func unproved(
        _ newest: StoredCheckpoint, _ facts: CheckpointFacts, _ marker: CheckpointID?
    ) -> RestorePlan? {
        if marker == nil, newest.isRecordedCommitted || facts.isInitial {
            return .restoreThenInitial(facts)
        }
        if facts.isInitial, marker == facts.predecessorMarker { return .restoreThenInitial(facts) }
        return nil
    }
}
