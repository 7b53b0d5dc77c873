internal import CRDKafka
internal import StreamCore
internal import Synchronization

/// A topic that a ``Producer`` writes to. Lives as long as anybody keeps it.
package final class ProducerTopic: Sendable {
    package let name: String
    /// As the broker said when the handle was made.
    package let partitionCount: Int32
    let handle: TopicHandle
    /// Rows accepted by partition.
    let counts: Mutex<[Int]>

    init(name: String, partitionCount: Int32, handle: TopicHandle) {
        self.name = name
        self.partitionCount = partitionCount
        self.handle = handle
        counts = Mutex(Array(repeating: 0, count: Int(partitionCount)))
    }
}

/// Sole owner of one `rd_kafka_topic_t`; keeps the client alive, which must be freed after it.
///
/// - Threading: any. Proof of `@unchecked`: constants; rd_kafka_topic_t is thread-safe.
final class TopicHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    private let client: ClientHandle

    /// - Returns: Nil if librdkafka refuses the name.
    init?(_ name: String, of client: ClientHandle) {
        guard let pointer = rd_kafka_topic_new(client.pointer, name, nil) else { return nil }
        self.pointer = pointer
        self.client = client
    }

    deinit { rd_kafka_topic_destroy(pointer) }

    /// The topic's partition count, by a metadata request.
    ///
    /// - Throws: `unknownTopic`, `unauthorized`, `unreachable`.
    func partitionCount(timeoutMilliseconds: Int32) throws(KafkaError) -> Int32 {
        let name = String(cString: rd_kafka_topic_name(pointer))
        let deadline = Monotonic.milliseconds() + Int64(timeoutMilliseconds)
        while true {
            do {
                return try askPartitionCount(name, Monotonic.remaining(until: deadline))
            } catch {
                // A topic just made has no leaders yet: ask again, up to the deadline.
                guard error.code == KafkaErrorCode.leaderNotAvailable,
                    Monotonic.remaining(until: deadline) > Self.pauseMilliseconds
                else { throw error }
                rd_kafka_poll(client.pointer, Self.pauseMilliseconds)
            }
        }
    }

    private static let pauseMilliseconds: Int32 = 50

    private func askPartitionCount(_ name: String, _ timeout: Int32) throws(KafkaError) -> Int32 {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client.pointer, 0, pointer, &metadata, max(1, timeout))
        defer { rd_kafka_metadata_destroy(metadata) }
        let context = "metadata of topic \"\(name)\""
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw client.unreachable(context, KafkaError(code, context))
        }
        guard let topics = metadata?.pointee.topics, metadata?.pointee.topic_cnt == 1 else {
            throw KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG, context).with(
                kind: .failed, context: "\(context): the broker's answer names no topic")
        }
        guard topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(topics[0].err, context)
        }
        guard topics[0].partition_cnt > 0 else {
            throw KafkaError(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, context)
        }
        return topics[0].partition_cnt
    }
}
