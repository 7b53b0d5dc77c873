package import KafkaClient
package import StreamCore

/// One Kafka source of a pipeline file.
package struct KafkaSourceConfiguration: Sendable {
    package let operatorID: OperatorID
    package let topics: TopicSelection
    /// Offsets are published to this group for lag tools, and read from it by `startup: committed`.
    package let groupID: String
    package let startup: KafkaStartupMode
    package let isolation: IsolationLevel
    /// How many Kafka sources the job has: they share ``prefetchByteCountMax``.
    package var jobSourceCount = 1
    /// Bytes that all readers of the job together fetch ahead; each has its share.
    ///
    /// Only keys and values count. librdkafka's own structures come on top: with records of 190
    /// bytes the process grows by three times as much.
    /// A full queue makes librdkafka's fetcher sleep up to a second, so less memory costs time:
    /// draining 3,000,000 records of 190 bytes alone took 2.9 s with 256 MiB, 4 s with 64 MiB and
    /// 20 s with 16 MiB. docs/decisions/0005-speed.md has the memory of whole jobs.
    package static let prefetchByteCountMax = 48 << 20
    /// The least share of one reader: below it the fetcher sleeps at any rate worth measuring. So a
    /// job's bound is the larger of ``prefetchByteCountMax`` and 16 MiB for each reader.
    package static let prefetchByteCountMin = 16 << 20

    /// Bytes that one of a source's readers fetches ahead.
    ///
    /// - Parameter parallelism: How many readers the source has, at least 1.
    package func prefetchByteCount(parallelism: Int) -> Int {
        max(
            Self.prefetchByteCountMax / max(1, parallelism * jobSourceCount),
            Self.prefetchByteCountMin)
    }

    /// How often new partitions are looked for during a run; nil: never.
    package var discoveryIntervalMilliseconds: Int64?
    /// Whether the records' headers are read: only where a column or a sink asks for them.
    package var readsHeaders = false

    /// Bytes of one partition that a reader of `partitionCount` of them asks for at once.
    ///
    /// librdkafka makes messages of a whole answer before it hands over the first one, and keeps the
    /// answer until the last one is gone. So large answers cost memory, caches, and the time to the
    /// first record; small ones a round trip each. docs/decisions/0006-state-and-start.md has the numbers.
    package static func fetchByteCountMax(partitionCount: Int) -> Int {
        let share = fetchByteCountWanted / max(1, partitionCount)
        return min(max(share, fetchByteCountMin), fetchByteCountMost)
    }
    /// Of an answer with records of all partitions.
    private static let fetchByteCountWanted = 2 << 20
    private static let fetchByteCountMin = 256 << 10
    private static let fetchByteCountMost = 1 << 20

    package init(
        operatorID: OperatorID, topics: TopicSelection, groupID: String,
        startup: KafkaStartupMode = .earliest, isolation: IsolationLevel = .readCommitted
    ) {
        self.operatorID = operatorID
        self.topics = topics
        self.groupID = groupID
        self.startup = startup
        self.isolation = isolation
    }

    /// A source of one topic.
    package init(
        operatorID: OperatorID, topic: String, groupID: String,
        startup: KafkaStartupMode = .earliest, isolation: IsolationLevel = .readCommitted
    ) {
        self.init(
            operatorID: operatorID, topics: .names([topic]), groupID: groupID, startup: startup,
            isolation: isolation)
    }

    /// The ACLs that reading needs, for messages.
    var permission: String {
        "Read and Describe on \(topics)"
            + (startup == .committed ? " and on group \(groupID)" : "")
    }
}

/// Which topics a source reads.
package enum TopicSelection: Sendable, CustomStringConvertible {
    /// At least one, each once.
    case names([String])
    /// Every topic whose name matches, those that come up later too; the text is for messages.
    case pattern(String, @Sendable (String) -> Bool)

    /// `topic events`, `topics a, b`: for messages.
    package var description: String {
        switch self {
        case .names(let names):
            "topic\(names.count == 1 ? "" : "s") \(names.joined(separator: ", "))"
        case .pattern(let text, _): "topics like \(text)"
        }
    }
}

/// Where a source begins when no checkpoint says so (`startup`).
package enum KafkaStartupMode: Hashable, Sendable {
    case earliest
    /// The end of now: the last stable offset under `read_committed`.
    case latest
    /// What the group has committed; a partition without a commit begins at its earliest offset.
    case committed
    /// The first record at or after this time, milliseconds since the epoch; the end if none.
    case timestamp(milliseconds: Int64)
    /// Partitions that are not named begin at their earliest offset.
    case offsets([PartitionIndex: Offset])
}
