/// How many failed checkpoints in a row a job tolerates
/// (`execution.checkpointing.tolerable-failed-checkpoints`).
package struct CheckpointFailureBudget: Hashable, Sendable {
    package let tolerable: Int
    package private(set) var consecutiveFailures = 0

    package init(tolerable: Int) {
        precondition(tolerable >= 0)
        self.tolerable = tolerable
    }

    /// - Returns: Whether the job may go on.
    package mutating func failed() -> Bool {
        consecutiveFailures += 1
        return consecutiveFailures <= tolerable
    }

    package mutating func completed() { consecutiveFailures = 0 }
}
