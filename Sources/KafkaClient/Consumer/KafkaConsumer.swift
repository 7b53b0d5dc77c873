package import StreamCore

/// A partition of a topic.
package struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
    package let topic: String
    package let partition: PartitionIndex
    package init(topic: String, partition: PartitionIndex) {
        self.topic = topic
        self.partition = partition
    }
    package var description: String { "\(topic)[\(partition.rawValue)]" }
}

/// Reads explicitly assigned partitions, batch by batch.
///
/// - Threading: one thread, but for ``wakeUp``.
package final class KafkaConsumer {
    package struct Options: Sendable {
        /// Names the consumer to the broker; nothing is ever committed by it.
        package var groupID: String
        package var isolation = IsolationLevel.readCommitted
        /// Bytes fetched ahead per partition.
        package var prefetchByteCountMax = 256 << 20
        /// A batch is closed once it has this many bytes of keys and values.
        package var batchByteCountMax = 512 << 10
        package init(groupID: String) { self.groupID = groupID }
    }

    /// Where a partition ended when the reader last reached its end.
    package struct PartitionEnd: Hashable, Sendable {
        package let place: TopicPartition
        /// The position behind everything readable, control records and aborted ones included.
        package let offset: Offset
    }

    package init(configuration: KafkaConfiguration, options: Options) throws(KafkaError) {
        fatalError("being built")
    }

    /// Starts reading the given partitions at the given offsets (numbers, not names); once.
    package func assign(_ positions: [(place: TopicPartition, offset: Offset)]) throws(KafkaError) {
        fatalError("being built")
    }

    /// Moves fetched records into `batch` (emptied before), waiting for the first one.
    ///
    /// Rows of one topic only: a batch ends where the topic changes.
    /// - Returns: Rows. Zero: the wait ran out, was woken, or only ends were reported.
    /// - Throws: `offsetOutOfRange`, `corruptRecord`, `unknownTopic`, `unauthorized`,
    ///   `authentication`. Rows read before the error are given out first.
    package func poll(
        into batch: RawRecordBatch, waitMaxMilliseconds: Int32
    ) throws(KafkaError) -> Int { fatalError("being built") }

    /// The partition ends met since the last call. They concern rows already given out.
    package func takePartitionEnds() -> [PartitionEnd] { fatalError("being built") }

    /// Ends a wait in `poll` early. Any thread; harmless after the consumer is gone.
    package var wakeUp: @Sendable () -> Void { fatalError("being built") }
}
