/// Whether and when a failed job starts again (Flink's `restart-strategy.*`, names and defaults).
///
/// A value: ``decide(failedAtMilliseconds:jitter:)`` changes only this struct.
package struct RestartStrategy: Sendable {
    package enum Kind: Hashable, Sendable {
        case none
        case fixedDelay(attempts: Int = 1, delayMilliseconds: Int64 = 1_000)
        case exponentialDelay(ExponentialDelay = ExponentialDelay())
    }

    /// `restart-strategy.exponential-delay.*`.
    package struct ExponentialDelay: Hashable, Sendable {
        package var initialBackoffMilliseconds: Int64
        package var maxBackoffMilliseconds: Int64
        package var backoffMultiplier: Double
        /// A run this long without a failure resets the backoff.
        package var resetBackoffThresholdMilliseconds: Int64
        /// The delay varies by this share, both ways; 0 ... 1.
        package var jitterFactor: Double
        /// `attempts-before-reset-backoff`; nil: infinite.
        package var attemptsMax: Int?

        package init(
            initialBackoffMilliseconds: Int64 = 1_000, maxBackoffMilliseconds: Int64 = 60_000,
            backoffMultiplier: Double = 1.5, resetBackoffThresholdMilliseconds: Int64 = 3_600_000,
            jitterFactor: Double = 0.1, attemptsMax: Int? = nil
        ) {
            self.initialBackoffMilliseconds = initialBackoffMilliseconds
            self.maxBackoffMilliseconds = maxBackoffMilliseconds
            self.backoffMultiplier = backoffMultiplier
            self.resetBackoffThresholdMilliseconds = resetBackoffThresholdMilliseconds
            self.jitterFactor = jitterFactor
            self.attemptsMax = attemptsMax
        }
    }

    package enum Decision: Hashable, Sendable {
        case restart(afterMilliseconds: Int64)
        /// Exhausted: the job is FAILED (exit code 1), or the cause's own exit code.
        case fail
    }

    package let kind: Kind
    private var restartCount = 0
    private var backoffMilliseconds: Int64 = 0
    private var lastFailureMilliseconds: Int64?

    package init(_ kind: Kind) { self.kind = kind }

    /// - Parameters:
    ///   - failedAtMilliseconds: Monotonic.
    ///   - jitter: Uniform in -1 ... 1, from the caller's random source.
    package mutating func decide(failedAtMilliseconds: Int64, jitter: Double) -> Decision {
        .fail
    }
}
