public import StreamCore

/// Who a transactional producer is to the coordinator: unique to one transaction (invariant I6).
public struct ProducerIdentity: Hashable, Sendable {
    public let producerID: ProducerID
    public let epoch: ProducerEpoch
    public init(producerID: ProducerID, epoch: ProducerEpoch) {
        self.producerID = producerID
        self.epoch = epoch
    }
}

/// Where the commit marker of a job lives on one cluster.
public struct MarkerAddress: Hashable, Sendable {
    /// `__millrace.<job>.marker`.
    public let group: String
    /// The first of the job's output topics, sorted by name.
    public let topic: String
    public let partition: PartitionIndex
    public init(group: String, topic: String, partition: PartitionIndex) {
        self.group = group
        self.topic = topic
        self.partition = partition
    }
}

/// The first and last offsets that a transaction wrote to one partition, where they are known; for
/// the message that names what was lost.
public struct OutputRange: Hashable, Sendable {
    public let topic: String
    public let partition: PartitionIndex
    /// Records written.
    public let recordCount: Int
    /// -1 where the client did not report it.
    public let firstOffset: Int64
    public let lastOffset: Int64
    public init(
        topic: String, partition: PartitionIndex, recordCount: Int, firstOffset: Int64,
        lastOffset: Int64
    ) {
        self.topic = topic
        self.partition = partition
        self.recordCount = recordCount
        self.firstOffset = firstOffset
        self.lastOffset = lastOffset
    }
}

/// A flushed, marked and uncommitted transaction: what a checkpoint stores, and enough to commit it
/// from another process.
public struct PreparedTransaction: Hashable, Sendable {
    /// Kafka's cluster id.
    public let cluster: String
    public let transactionalID: String
    public let producer: ProducerIdentity
    /// Wall clock of the runner at the first write, milliseconds since the epoch; for messages only.
    public let beginTimeMilliseconds: Int64
    public let timeoutMilliseconds: Int64
    /// The checkpoint whose number the marker inside this transaction carries.
    public let marker: CheckpointID
    public let output: [OutputRange]

    public init(
        cluster: String, transactionalID: String, producer: ProducerIdentity,
        beginTimeMilliseconds: Int64, timeoutMilliseconds: Int64, marker: CheckpointID,
        output: [OutputRange]
    ) {
        self.cluster = cluster
        self.transactionalID = transactionalID
        self.producer = producer
        self.beginTimeMilliseconds = beginTimeMilliseconds
        self.timeoutMilliseconds = timeoutMilliseconds
        self.marker = marker
        self.output = output
    }
}

/// What the marker group holds now.
public enum MarkerReading: Hashable, Sendable {
    case absent
    case value(CheckpointID)
    /// A transaction on the group is open (error 88, UNSTABLE_OFFSET_COMMIT).
    case unstable
    /// No usable answer; ask again.
    case unavailable(reason: String)
    /// A permission is missing: asking again does not help (exit code 77).
    case denied(message: String)
}

/// The coordinator's answer to a raw EndTxn(commit, v1).
public enum EndTransactionAnswer: Hashable, Sendable {
    case committed
    /// 47, 48, 49, 90: not committed by this request; does **not** prove an abort.
    case refused(code: Int16)
    /// 14, 15, 16, 51, 7, -1, a time-out, a lost connection: find the coordinator and ask again.
    case unanswered(reason: String)
    /// A permission is missing: asking again does not help (exit code 77).
    case denied(message: String)
}

/// The coordinator's answer to InitProducerId sent to fence an id.
public enum FenceAnswer: Hashable, Sendable {
    case fenced
    case unanswered(reason: String)
    /// A permission is missing: asking again does not help (exit code 77).
    case denied(message: String)
}

/// DescribeTransactions, as far as the protocol needs it.
public struct TransactionDescription: Hashable, Sendable {
    /// Kafka's names: `Empty`, `Ongoing`, `PrepareCommit`, `PrepareAbort`, `CompleteCommit`,
    /// `CompleteAbort`, `PrepareEpochFence`, `Dead`; nil when the id is unknown (105).
    public let state: String?
    public let producer: ProducerIdentity
    public let timeoutMilliseconds: Int64
    /// Wall clock of the broker at the first write; -1 if none.
    public let startTimeMilliseconds: Int64
    public init(
        state: String?, producer: ProducerIdentity, timeoutMilliseconds: Int64,
        startTimeMilliseconds: Int64
    ) {
        self.state = state
        self.producer = producer
        self.timeoutMilliseconds = timeoutMilliseconds
        self.startTimeMilliseconds = startTimeMilliseconds
    }
}

/// A transaction that its coordinator has ended, and that one partition still has open: Kafka wrote no
/// marker there. The next transaction of its producer id would end it, with that one's outcome.
public struct HangingTransaction: Hashable, Sendable {
    public let topic: String
    public let partition: PartitionIndex
    public let producer: ProducerIdentity
    /// Of its first record there; readers are held back at it.
    public let startOffset: Int64
    /// How it was decided, and is ended.
    public let isCommitted: Bool
    public init(
        topic: String, partition: PartitionIndex, producer: ProducerIdentity, startOffset: Int64,
        isCommitted: Bool
    ) {
        self.topic = topic
        self.partition = partition
        self.producer = producer
        self.startOffset = startOffset
        self.isCommitted = isCommitted
    }
}

/// What became of the transactions that hang.
public enum SettleAnswer: Hashable, Sendable {
    /// None is left; these were ended.
    case settled([HangingTransaction])
    /// They cannot be looked for without a permission that nothing else needs.
    case unseen(reason: String)
    case unanswered(reason: String)
    /// A permission is missing: asking again does not help (exit code 77).
    case denied(message: String)
}
