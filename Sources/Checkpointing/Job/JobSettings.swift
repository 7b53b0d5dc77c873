package import StreamCore

/// A job's numbers, as the protocol needs them. All times in milliseconds.
package struct JobSettings: Hashable, Sendable {
    /// `execution.checkpointing.interval`; nil: only on request and at the end.
    package var intervalMilliseconds: Int64?
    /// `execution.checkpointing.timeout`: from the barrier to durable.
    package var checkpointTimeoutMilliseconds: Int64
    /// `execution.checkpointing.min-pause`: from durable to the next barrier.
    package var minPauseMilliseconds: Int64
    /// `execution.checkpointing.tolerable-failed-checkpoints`: consecutive ones.
    package var tolerableFailedCheckpoints: Int
    /// `execution.checkpointing.num-retained`, at least 1.
    package var numRetained: Int
    /// Nil: no transactional sink; durable means committed.
    package var transactions: TransactionSettings?
    /// Every subtask that acknowledges; not empty.
    package var subtasks: [SubtaskID]
    /// Those of ``subtasks`` that write into transactions; empty without a pool.
    package var sinkSubtasks: [SubtaskID]

    package init(
        intervalMilliseconds: Int64?, checkpointTimeoutMilliseconds: Int64 = 600_000,
        minPauseMilliseconds: Int64 = 0, tolerableFailedCheckpoints: Int = 0,
        numRetained: Int = 1, transactions: TransactionSettings?, subtasks: [SubtaskID],
        sinkSubtasks: [SubtaskID]
    ) {
        precondition(!subtasks.isEmpty, "a job has at least one subtask")
        precondition(numRetained >= 1)
        precondition(checkpointTimeoutMilliseconds > 0)
        precondition((transactions == nil) == sinkSubtasks.isEmpty, "a pool is for sink subtasks")
        self.intervalMilliseconds = intervalMilliseconds
        self.checkpointTimeoutMilliseconds = checkpointTimeoutMilliseconds
        self.minPauseMilliseconds = minPauseMilliseconds
        self.tolerableFailedCheckpoints = tolerableFailedCheckpoints
        self.numRetained = numRetained
        self.transactions = transactions
        self.subtasks = subtasks
        self.sinkSubtasks = sinkSubtasks
    }
}

/// The id pool of a job on its one cluster.
package struct TransactionSettings: Hashable, Sendable {
    /// Kafka's cluster id.
    package var cluster: String
    /// `<prefix>-<slot>` for slot 0..<K; K at least 4 (active, draining, committing, warming).
    package var transactionalIDs: [String]
    /// `transaction.timeout.ms`.
    package var timeoutMilliseconds: Int64
    /// An idle job renews its marker after this long; group offsets expire after 7 days.
    package var markerRefreshMilliseconds: Int64

    package static let poolSizeMin = 4

    package init(
        cluster: String, transactionalIDs: [String], timeoutMilliseconds: Int64,
        markerRefreshMilliseconds: Int64 = 86_400_000
    ) {
        precondition(transactionalIDs.count >= Self.poolSizeMin, "the pool has at least 4 ids")
        precondition(timeoutMilliseconds > 0)
        self.cluster = cluster
        self.transactionalIDs = transactionalIDs
        self.timeoutMilliseconds = timeoutMilliseconds
        self.markerRefreshMilliseconds = markerRefreshMilliseconds
    }
}
