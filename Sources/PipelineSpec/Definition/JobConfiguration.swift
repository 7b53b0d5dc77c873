package import Expression

/// The `config` of a pipeline file, with defaults, as typed values.
package struct JobConfiguration: Hashable, Sendable {
    /// Subtasks of each operator, `1 ... maxParallelism`.
    package var parallelism = 1
    /// Key groups, `1 ... 32768`. Part of the state: fixed for the life of a job.
    package var maxParallelism = 128
    /// Nil: checkpointing is off.
    package var checkpointing: CheckpointingConfiguration?
    /// What follows a failure of the job.
    package var restartStrategy = RestartStrategyConfiguration.none
    /// How long a holder of the job may be silent before it may be replaced.
    package var leaseTimeoutMilliseconds: Int64 = 15_000
    /// Transactional ids in turn, `4 ... 64`.
    package var transactionPoolSize = 4
    /// The session's time zone.
    package var timeZone = TimeZoneRules.utc

    package init() {}
}

/// `execution.checkpointing.*`, present only with an interval and a folder.
package struct CheckpointingConfiguration: Hashable, Sendable {
    /// Whether barriers are aligned at subtasks with several inputs.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        case exactlyOnce = "EXACTLY_ONCE"
        case atLeastOnce = "AT_LEAST_ONCE"
    }
    /// What becomes of checkpoints when the job is stopped for good. They always outlive a failure.
    package enum Retention: String, Hashable, Sendable, CaseIterable {
        case retainOnCancellation = "RETAIN_ON_CANCELLATION"
        case deleteOnCancellation = "DELETE_ON_CANCELLATION"
        case noExternalizedCheckpoints = "NO_EXTERNALIZED_CHECKPOINTS"
    }

    /// From the start of one checkpoint to the start of the next, 10 or more.
    package var intervalMilliseconds: Int64
    /// An absolute path, without `file://`.
    package var directory: String
    /// A checkpoint that takes longer is given up; 10 or more.
    package var timeoutMilliseconds: Int64 = 600_000
    /// Between the end of one checkpoint and the start of the next, 0 or more.
    package var minPauseMilliseconds: Int64 = 0
    /// At least 1.
    package var numRetained = 1
    package var mode = Mode.exactlyOnce
    /// Failures in a row after which the job fails over, 0 or more.
    package var tolerableFailedCheckpoints = 0
    package var retention = Retention.retainOnCancellation

    package init(intervalMilliseconds: Int64, directory: String) {
        self.intervalMilliseconds = intervalMilliseconds
        self.directory = directory
    }
}

/// What follows a failure of the job. The values are Flink's, its defaults too.
package enum RestartStrategyConfiguration: Hashable, Sendable {
    case none
    case fixedDelay(attempts: Int, delayMilliseconds: Int64)
    case exponentialDelay(ExponentialDelay)

    /// `restart-strategy.exponential-delay.*`.
    package struct ExponentialDelay: Hashable, Sendable {
        /// The first pause.
        package var initialBackoffMilliseconds: Int64 = 1_000
        /// No pause is longer, but for the jitter.
        package var maxBackoffMilliseconds: Int64 = 60_000
        /// How much longer each pause is than the one before, 1 or more.
        package var backoffMultiplier = 1.5
        /// A run of this length without failure resets the backoff.
        package var resetBackoffThresholdMilliseconds: Int64 = 3_600_000
        /// Part of the delay added or taken away at random, `0 ... 1`.
        package var jitterFactor = 0.1
        /// Failures in a row after which the job fails for good; nil: never.
        package var attemptsBeforeResetBackoff: Int?

        package init() {}
    }

    /// The longest pause before a restart; 0 without one.
    package var longestDelayMilliseconds: Int64 {
        switch self {
        case .none: 0
        case .fixedDelay(_, let delay): delay
        // Jitter lengthens the pause too.
        case .exponentialDelay(let values):
            Int64((Double(values.maxBackoffMilliseconds) * (1 + values.jitterFactor)).rounded(.up))
        }
    }
}
