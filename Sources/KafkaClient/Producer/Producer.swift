package import StreamCore

/// Writes rows to topics without copying them. Also the writing half of ``TransactionalProducer``.
///
/// - Threading: any thread; rows that one thread produces to one partition keep their order.
/// - Ending: the last release frees the client; what is unsent is purged.
package final class Producer: Sendable {
    package struct Options: Sendable {
        package var lingerMilliseconds: Int32 = 20
        /// Records in the client's queue; more are refused until some are delivered.
        package var queueRecordCountMax = 500_000
        package var queueByteCountMax = 256 << 20
        /// A record that is not acknowledged within this time fails.
        package var messageTimeoutMilliseconds: Int32 = 120_000
        package init() {}
    }

    /// A producer without transactions, idempotent: at_least_once.
    package init(
        configuration: KafkaConfiguration, options: Options = Options()
    ) throws(KafkaError) { fatalError("being built") }

    /// The topic's handle, with its metadata fetched, so that the first produce does not wait.
    ///
    /// - Throws: `unknownTopic`, `unreachable`, `unauthorized`.
    package func topic(
        _ name: String, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> ProducerTopic { fatalError("being built") }

    /// Hands rows of one partition to the client, in order, without copying the values.
    ///
    /// - Parameters:
    ///   - keys: Slices by row number; nil for records without keys.
    ///   - values: Slices by row number; an absent one is a tombstone.
    ///   - rows: The row numbers to write, in order.
    ///   - chunks: What keeps the slices alive; kept until everything is delivered.
    ///   - waitMaxMilliseconds: Longest wait for room in the client's queue.
    /// - Returns: How many of `rows` were accepted, from the first; fewer when the wait ran out.
    package func produce(
        to topic: ProducerTopic, partition: Int32, keys: UnsafePointer<ByteSlice>?,
        values: UnsafePointer<ByteSlice>, rows: UnsafeBufferPointer<Int32>, keeping chunks: [ByteChunk],
        waitMaxMilliseconds: Int32
    ) throws(KafkaError) -> Int { fatalError("being built") }

    /// Sends everything and waits until all is acknowledged; then no row is kept any more.
    ///
    /// - Throws: `timedOut` while something is outstanding; the first failed delivery report since
    ///   the start (whatever happened since), and a fatal error of the client.
    package func flush(timeoutMilliseconds: Int32) throws(KafkaError) { fatalError("being built") }

    /// Failed delivery reports since the start, and the first of them.
    package var deliveryFailures: (count: Int, first: KafkaError?) { fatalError("being built") }

    /// Rows accepted so far, by partition, ascending.
    package func recordCounts() -> [(place: TopicPartition, count: Int)] { fatalError("being built") }
}

/// A topic that a ``Producer`` writes to. Lives as long as anybody keeps it.
package final class ProducerTopic: Sendable {
    package let name: String
    package let partitionCount: Int32
    init(name: String, partitionCount: Int32) {
        self.name = name
        self.partitionCount = partitionCount
    }
}
