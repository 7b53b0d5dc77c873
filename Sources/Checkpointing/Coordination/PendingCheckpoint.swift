internal import StreamAPI
package import StreamCore

/// A checkpoint that is not durable yet: who has still to acknowledge, and how far its transaction
/// and its metadata are.
package struct PendingCheckpoint: Hashable, Sendable {
    /// What became of an acknowledgement; all futures of a message are named.
    package enum Receipt: Hashable, Sendable { case accepted, duplicate, unknownSubtask, late }

    /// The writer of this checkpoint's interval.
    enum Writer: Hashable, Sendable {
        /// Some sink subtask still writes.
        case open
        case sealing(slot: Int)
        case sealed(slot: Int)
        /// Nothing was written, or the job has no pool.
        case empty
    }

    enum Phase: Hashable, Sendable { case collecting, writing, written, checkingRename, renaming }

    package let id: CheckpointID
    package let kind: CheckpointKind
    package let isInitial: Bool
    package let triggeredAtMilliseconds: Int64
    private let expected: Set<SubtaskID>
    private let sinks: Set<SubtaskID>
    private var missing: Set<SubtaskID>
    private var missingSinks: Set<SubtaskID>
    var writer: Writer
    var phase = Phase.collecting

    /// - Parameters:
    ///   - subtasks: Who must acknowledge; empty for a checkpoint 0.
    ///   - sinkSubtasks: Those whose barrier seals the writer; empty: there is no writer to seal.
    package init(
        id: CheckpointID, kind: CheckpointKind, isInitial: Bool = false, at nowMilliseconds: Int64,
        subtasks: [SubtaskID], sinkSubtasks: [SubtaskID]
    ) {
        precondition(isInitial || !subtasks.isEmpty, "a checkpoint needs at least one subtask")
        self.id = id
        self.kind = kind
        self.isInitial = isInitial
        self.triggeredAtMilliseconds = nowMilliseconds
        self.expected = Set(subtasks)
        self.sinks = Set(sinkSubtasks)
        self.missing = expected
        self.missingSinks = sinks
        self.writer = sinkSubtasks.isEmpty ? .empty : .open
    }

    /// Sorted, for messages.
    package var missingSubtasks: [SubtaskID] { missing.sorted() }
    package var allSinksPassed: Bool { missingSinks.isEmpty }

    package mutating func acknowledged(by subtask: SubtaskID) -> Receipt {
        Self.receive(subtask, expected, &missing, isOver: phase != .collecting)
    }

    package mutating func sinkPassed(_ subtask: SubtaskID) -> Receipt {
        Self.receive(subtask, sinks, &missingSinks, isOver: writer != .open)
    }

    private static func receive(
        _ subtask: SubtaskID, _ expected: Set<SubtaskID>, _ missing: inout Set<SubtaskID>,
        isOver: Bool
    ) -> Receipt {
        guard expected.contains(subtask) else { return .unknownSubtask }
        guard missing.remove(subtask) != nil else { return isOver ? .late : .duplicate }
        return .accepted
    }

    /// The transaction is sealed, or there is none: the checkpoint could be declined.
    var isPreCommitted: Bool {
        switch writer {
        case .sealed, .empty: true
        case .open, .sealing: false
        }
    }

    /// Everything that the metadata needs is there.
    var isComplete: Bool { phase == .collecting && missing.isEmpty && isPreCommitted }

    /// From here on the checkpoint may become durable, so it can no longer fail by time.
    var canExpire: Bool { phase == .collecting || phase == .writing }
}
