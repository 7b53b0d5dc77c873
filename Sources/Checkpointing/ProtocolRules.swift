/// The rules of docs/checkpoint-protocol.md that a test may take out, to prove that it would notice.
///
/// Production code never passes anything but ``all``.
package struct ProtocolRules: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let all = ProtocolRules(rawValue: .max)

    // MARK: A running job
    /// The writer is sealed only when every sink subtask has passed the barrier.
    package static let sealAfterAllSinks = ProtocolRules(rawValue: 1 << 0)
    /// The next writer is used only when the flush of the last one has ended.
    package static let activateAfterFlush = ProtocolRules(rawValue: 1 << 1)
    /// EndTxn only when the checkpoint is durable.
    package static let commitAfterDurable = ProtocolRules(rawValue: 1 << 2)
    /// N+1 is not renamed before N is committed.
    package static let renameAfterPredecessor = ProtocolRules(rawValue: 1 << 3)
    /// An empty checkpoint waits for its predecessor like any other.
    package static let emptyWaits = ProtocolRules(rawValue: 1 << 4)
    /// The attempt is checked before init_transactions, the rename, the commit and a fence.
    package static let checkAttempt = ProtocolRules(rawValue: 1 << 5)
    /// The transaction of a declined checkpoint joins the next one's list.
    package static let declinedJoinsNext = ProtocolRules(rawValue: 1 << 6)
    /// A checkpoint whose writer has not passed pre-commit cannot be declined.
    package static let declineOnlySealed = ProtocolRules(rawValue: 1 << 7)
    /// An id is initialised again only when its last transaction is known to be resolved; a commit
    /// without an answer is repeated.
    package static let reuseOnlyResolved = ProtocolRules(rawValue: 1 << 8)
    /// At most one transaction per epoch: a client instance is used once.
    package static let freshEpoch = ProtocolRules(rawValue: 1 << 9)
    /// Checkpoint 0 comes before the first data checkpoint.
    package static let initialCheckpoint = ProtocolRules(rawValue: 1 << 10)
    /// The newest committed checkpoint and every newer one are kept.
    package static let keepNewestCommitted = ProtocolRules(rawValue: 1 << 11)

    // MARK: Recovery
    /// EndTxn before any id is fenced.
    package static let resumeBeforeFence = ProtocolRules(rawValue: 1 << 16)
    /// The marker, not the answer to EndTxn, tells whether a transaction committed.
    package static let askMarker = ProtocolRules(rawValue: 1 << 17)
    /// Markers are compared for equality.
    package static let markerEquality = ProtocolRules(rawValue: 1 << 18)
    /// The checkpoint is made durable before its transactions are resumed or it is restored.
    package static let makeDurable = ProtocolRules(rawValue: 1 << 19)
    /// A list is committed or resumed only if every one of its transactions is alive.
    package static let listAllAlive = ProtocolRules(rawValue: 1 << 20)
    /// What hangs is ended as it was decided, before its producer id is used again.
    package static let settleHanging = ProtocolRules(rawValue: 1 << 21)
}
