package import StreamCore

/// Chooses whether to take a checkpoint now, and of which kind. Only chooses (Flink's class of the
/// same name).
package struct CheckpointRequestDecider: Hashable, Sendable {
    /// What else is going on.
    package struct Situation: Hashable, Sendable {
        /// A checkpoint is not durable yet: at most one at a time.
        package var hasPending: Bool
        /// The pool could seal a writer now.
        package var canSeal: Bool
        /// The pool could also give the sinks the next writer.
        package var hasNextWriter: Bool
        /// The oldest open transaction is older than half its timeout.
        package var isUrgent: Bool
        package init(hasPending: Bool, canSeal: Bool, hasNextWriter: Bool, isUrgent: Bool) {
            self.hasPending = hasPending
            self.canSeal = canSeal
            self.hasNextWriter = hasNextWriter
            self.isUrgent = isUrgent
        }
    }

    private let intervalMilliseconds: Int64?
    private let minPauseMilliseconds: Int64
    private var isRequested = false
    private var isFinalRequested = false
    /// The final barrier is out: nothing follows it.
    package private(set) var isFinalTriggered = false
    /// When the next periodic checkpoint is due; nil: none is.
    private var periodicAtMilliseconds: Int64?

    package init(intervalMilliseconds: Int64?, minPauseMilliseconds: Int64) {
        self.intervalMilliseconds = intervalMilliseconds
        self.minPauseMilliseconds = minPauseMilliseconds
    }

    package mutating func started(at now: Int64) {
        periodicAtMilliseconds = intervalMilliseconds.map { now + $0 }
    }

    package mutating func request() { isRequested = true }
    package mutating func requestFinal() { isFinalRequested = true }

    package mutating func triggered(_ kind: CheckpointKind, at now: Int64) {
        isRequested = false
        if kind == .final { isFinalTriggered = true }
        periodicAtMilliseconds = intervalMilliseconds.map { now + $0 }
    }

    /// A checkpoint became durable or failed.
    package mutating func ended(at now: Int64) {
        guard let due = periodicAtMilliseconds else { return }
        periodicAtMilliseconds = max(due, now + minPauseMilliseconds)
    }

    /// - Returns: The kind to trigger; nil: wait.
    package func decide(_ situation: Situation, at now: Int64) -> CheckpointKind? {
        guard !situation.hasPending, situation.canSeal, !isFinalTriggered else { return nil }
        if isFinalRequested { return .final }
        guard situation.hasNextWriter else { return nil }
        if isRequested || situation.isUrgent { return .checkpoint }
        guard let due = periodicAtMilliseconds, due <= now else { return nil }
        return .checkpoint
    }

    /// When ``decide(_:at:)`` may change its mind by time alone.
    package var nextDeadlineMilliseconds: Int64? {
        isFinalTriggered ? nil : periodicAtMilliseconds
    }
}
