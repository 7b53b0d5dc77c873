package import StreamCore

/// Which checkpoints the folder holds, and which of them may go (`num-retained`).
///
/// The newest committed checkpoint and everything newer always stay: a roll-back needs them.
package struct CompletedCheckpointStore: Hashable, Sendable {
    private let numRetained: Int
    private let rules: ProtocolRules
    /// Oldest first.
    package private(set) var committed: [CheckpointID]
    private var abandoned: [CheckpointID]

    package init(
        numRetained: Int, committed: [CheckpointID], abandoned: [CheckpointID],
        rules: ProtocolRules = .all
    ) {
        precondition(numRetained >= 1)
        self.numRetained = numRetained
        self.committed = committed.sorted()
        self.abandoned = abandoned
        self.rules = rules
    }

    /// A checkpoint is durable, and nothing more.
    ///
    /// - Returns: What may be deleted now: nothing, while the rule is in force.
    mutating func durable(_ id: CheckpointID) -> [CheckpointID] {
        rules.contains(.keepNewestCommitted) ? [] : committed(id)
    }

    /// The checkpoint's output is visible.
    ///
    /// - Returns: What may be deleted now, oldest first: whatever is older and neither among the
    ///   newest `numRetained` nor committed.
    package mutating func committed(_ id: CheckpointID) -> [CheckpointID] {
        if committed.last != id { committed.append(id) }
        let surplus = max(committed.count - numRetained, 0)
        let old = committed.prefix(surplus) + abandoned.filter { $0 < id }
        committed.removeFirst(surplus)
        abandoned.removeAll { $0 < id }
        return old.sorted()
    }
}
