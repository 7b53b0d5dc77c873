package import StreamCore

/// Finds, from what a crash left, the one state from which the job may go on, or proves that there
/// is none. docs/checkpoint-protocol.md, "Recovery", steps 1 to 6.
package struct RecoveryProtocol: Sendable {
    package struct Settings: Hashable, Sendable {
        /// The attempt that this start has taken.
        package var attempt: Attempt
        /// `<prefix>-<slot>` of the whole pool; empty: no transactional sink.
        package var transactionalIDs: [String]
        /// `--fresh`: begin a new life.
        package var isFresh: Bool
        package init(attempt: Attempt, transactionalIDs: [String], isFresh: Bool = false) {
            self.attempt = attempt
            self.transactionalIDs = transactionalIDs
            self.isFresh = isFresh
        }
    }

    /// Tries of one request, or rounds of fencing, before recovery gives up.
    package static let unansweredMax = 300

    package init(settings: Settings, rules: ProtocolRules = .all) {}

    package mutating func handle(_ event: RecoveryEvent) -> [RecoveryAction] { [] }
}
