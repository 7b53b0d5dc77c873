public import StreamCore

/// How a source makes watermarks of its rows' event times (Flink's `WatermarkStrategy`).
///
/// docs/event-time.md says what each value promises.
public struct WatermarkStrategy: Hashable, Sendable {
    /// How far a row may lag behind the latest of its split and still be in time; 0 or more.
    public let delayMilliseconds: Int64
    /// Processing time after which a split without records is left out; nil: never.
    public let idleTimeoutMilliseconds: Int64?
    /// How far a row's event time may be ahead of its record's timestamp, and of the wall clock, and
    /// still move the watermark; nil: as far as it likes.
    public let maxLeadMilliseconds: Int64?
    /// Nil: the source waits for no other.
    public let alignment: Alignment?

    /// Sources that wait for each other (Flink's `watermark.alignment`).
    public struct Alignment: Hashable, Sendable {
        public let group: String
        /// How far a split may be ahead of the group's smallest watermark before it is paused.
        public let maxDriftMilliseconds: Int64
        public init(group: String, maxDriftMilliseconds: Int64) {
            self.group = group
            self.maxDriftMilliseconds = maxDriftMilliseconds
        }
    }

    public init(
        delayMilliseconds: Int64, idleTimeoutMilliseconds: Int64? = nil,
        maxLeadMilliseconds: Int64? = nil, alignment: Alignment? = nil
    ) {
        precondition(delayMilliseconds >= 0)
        precondition(idleTimeoutMilliseconds ?? 1 > 0)
        precondition(maxLeadMilliseconds ?? 0 >= 0)
        self.delayMilliseconds = delayMilliseconds
        self.idleTimeoutMilliseconds = idleTimeoutMilliseconds
        self.maxLeadMilliseconds = maxLeadMilliseconds
        self.alignment = alignment
    }
}

/// Gives each row of a source's batches its event time (Flink's `TimestampAssigner`).
///
/// One instance per source subtask, called on its thread only.
public protocol TimestampAssigner: AnyObject {
    /// Sets ``RecordBatch/eventTimes`` for every selected row. Rows without an event time leave the
    /// selection, as the source's `on_error` says.
    ///
    /// - Throws: ``RecordError`` for a row that fails the job.
    func assign(_ batch: RecordBatch) throws
    /// The records of the last batch that `on_error: side_output` left out; nil if there are none.
    func takeErrors() -> RecordBatch?
}

extension TimestampAssigner {
    public func takeErrors() -> RecordBatch? { nil }
}

/// A split as its rows name it: the unit of watermarks inside a source.
public struct SplitKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let topic: String
    public let partition: PartitionIndex
    public init(topic: String, partition: PartitionIndex) {
        self.topic = topic
        self.partition = partition
    }
    public static func < (a: SplitKey, b: SplitKey) -> Bool {
        (a.topic, a.partition) < (b.topic, b.partition)
    }
    public var description: String { "\(topic)[\(partition.rawValue)]" }
}
