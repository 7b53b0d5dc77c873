package import Checkpointing
package import StreamAPI
package import StreamCore
package import StreamRuntime

/// A checked pipeline, ready to be run: what the controller needs and nothing of the file's form.
package struct JobPlan: Sendable {
    package let name: String
    package let jobID: JobID
    package let checkpointing: CheckpointingPlan
    package let maxParallelism: Int
    /// In the order of the file.
    package let sources: [any Source]
    /// Nil: no exactly-once sink.
    package let transactions: TransactionPlan?
    /// Committers of one run, for the sinks whose output is neither in a transaction nor visible at
    /// once.
    package var makeCommitters: @Sendable () -> [any SinkCommitter] = { [] }
    package let restartStrategy: RestartStrategy.Kind
    /// `millrace.lease.timeout`.
    package let leaseMilliseconds: Int64
    /// Every operator of the file: restored state must have an owner among them.
    package let operatorIDs: Set<OperatorID>
    package let sourceTopics: [String]
    /// Operators that act on watermarks.
    package var eventTimeOperators: Set<OperatorID> = []
    /// Builds the graph of one run.
    package let makeGraph: @Sendable (RunParts) throws -> JobGraph
}

/// `execution.checkpointing.*`, as the controller needs it.
package struct CheckpointingPlan: Sendable {
    /// Nil: checkpointing is off.
    package let intervalMilliseconds: Int64?
    package let timeoutMilliseconds: Int64
    package let minPauseMilliseconds: Int64
    package let tolerableFailures: Int
    package let numRetained: Int
    /// The folder that holds one folder per job; nil when checkpointing is off: what the run needs
    /// on disk is in a folder of its own, removed at its end.
    package let directory: String?

    /// Checkpointing is off: the job keeps nothing over a restart.
    static let off = CheckpointingPlan(
        intervalMilliseconds: nil, timeoutMilliseconds: 600_000, minPauseMilliseconds: 0,
        tolerableFailures: 0, numRetained: 1, directory: nil)
}

/// The job's one transaction per checkpoint, on its one cluster.
package struct TransactionPlan: Sendable {
    package let timeoutMilliseconds: Int64
    package let poolSize: Int
    /// A driver for one run: its slots are empty.
    package let makeDriver: @Sendable () throws -> any TransactionDriver
}

/// What differs from run to run of one plan.
package struct RunParts: Sendable {
    /// Each source's splits, resolved to numbers.
    package let splits: [OperatorID: [SourceSplit]]
    /// The driver that exactly-once sinks write through.
    package let driver: (any TransactionDriver)?
}
