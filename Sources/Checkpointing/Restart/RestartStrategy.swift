/// Whether and when a failed job starts again (Flink's `restart-strategy.*`, names and defaults).
///
/// ``decide(failedAtMilliseconds:jitter:)`` is called once per failure of the job.
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
        /// A run this long without a failure resets the backoff and the count.
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
        /// Exhausted: the job is FAILED (exit code 1), or ends with the cause's own exit code.
        case fail
    }

    package let kind: Kind
    private var restartCount = 0
    /// The last exponential delay before jitter; 0 before the first failure.
    private var backoffMilliseconds: Int64 = 0
    private var lastFailureMilliseconds: Int64?

    package init(_ kind: Kind) { self.kind = kind }

    /// The longest delay that the strategy can give, for the timeout chain.
    package var longestDelayMilliseconds: Int64 {
        switch kind {
        case .none: 0
        case .fixedDelay(_, let delay): delay
        case .exponentialDelay(let settings): settings.maxBackoffMilliseconds
        }
    }

    /// - Parameters:
    ///   - failedAtMilliseconds: Monotonic.
    ///   - jitter: Uniform in -1 ... 1, from the caller's random source.
    package mutating func decide(failedAtMilliseconds: Int64, jitter: Double) -> Decision {
        switch kind {
        case .none:
            return .fail
        case .fixedDelay(let attempts, let delay):
            guard restartCount < attempts else { return .fail }
            restartCount += 1
            return .restart(afterMilliseconds: delay)
        case .exponentialDelay(let settings):
            return decide(settings, failedAt: failedAtMilliseconds, jitter: jitter)
        }
    }

    private mutating func decide(
        _ settings: ExponentialDelay, failedAt now: Int64, jitter: Double
    ) -> Decision {
        resetIfStable(settings, now: now)
        lastFailureMilliseconds = now
        if let attemptsMax = settings.attemptsMax, restartCount >= attemptsMax { return .fail }
        restartCount += 1
        backoffMilliseconds = nextBackoff(settings)
        let share = min(max(jitter, -1), 1) * settings.jitterFactor
        let delay = backoffMilliseconds + Int64(Double(backoffMilliseconds) * share)
        return .restart(
            afterMilliseconds: min(
                max(delay, settings.initialBackoffMilliseconds), settings.maxBackoffMilliseconds))
    }

    /// The wait itself does not count as running without a failure.
    private mutating func resetIfStable(_ settings: ExponentialDelay, now: Int64) {
        guard let last = lastFailureMilliseconds else { return }
        let quiet = now - last - backoffMilliseconds
        guard quiet >= settings.resetBackoffThresholdMilliseconds else { return }
        restartCount = 0
        backoffMilliseconds = 0
    }

    private func nextBackoff(_ settings: ExponentialDelay) -> Int64 {
        if backoffMilliseconds == 0 { return settings.initialBackoffMilliseconds }
        let longer = Double(backoffMilliseconds) * settings.backoffMultiplier
        // Compared as floating point: a huge multiplier must not overflow the integer.
        if longer >= Double(settings.maxBackoffMilliseconds) {
            return settings.maxBackoffMilliseconds
        }
        return Int64(longer)
    }
}
