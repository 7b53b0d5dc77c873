internal import CRDKafka
package import StreamCore

/// Reads explicitly assigned partitions, batch by batch, in the order of each partition.
///
/// Records of aborted transactions are left out under `read_committed`; nothing is ever committed
/// to the group. Offsets are never reset on their own: one that is gone is an error.
///
/// - Threading: one thread, but for ``wakeUp``.
/// - Blocking: ``poll(into:waitMaxMilliseconds:)`` waits for the first record; ``init`` and the
///   last release take milliseconds.
/// - Source: librdkafka 2.0.2; traps of its settings in docs/checkpoint-protocol.md.
package final class KafkaConsumer {
    package struct Options: Sendable {
        /// Names the consumer to the broker; nothing is ever committed by it.
        package var groupID: String
        package var isolation = IsolationLevel.readCommitted
        /// Bytes fetched ahead, over all partitions. Below about 64 MB the fetcher reaches its
        /// limit and then sleeps up to a second (librdkafka 2.0.2); `queued.max.messages.kbytes`
        /// of the user goes first.
        package var prefetchByteCountMax = 256 << 20
        /// Bytes asked for at once of each partition; `fetch.message.max.bytes` of the user goes
        /// first. A larger record comes all the same (KIP-74).
        package var fetchByteCountMax = 1 << 20
        /// A batch is closed once it has this many bytes of keys and values: it stays in the cache.
        package var batchByteCountMax = 512 << 10
        /// Whether batches get their records' headers; librdkafka parses them only then.
        package var readsHeaders = false
        package init(groupID: String) { self.groupID = groupID }
    }

    /// Where a partition ended when the reader reached its end.
    package struct PartitionEnd: Hashable, Sendable {
        package let place: TopicPartition
        /// The position behind everything readable, control records and aborted ones included.
        package let offset: Offset
    }

    /// Messages taken from librdkafka at a time; they wait here, uncopied, until a batch has room.
    static let fetchCountMax = 2048

    let client: ClientHandle
    let queue: ConsumerQueue
    let batchByteCountMax: Int
    let readsHeaders: Bool
    let arena = ByteArena()
    /// Messages `next ..< fetched` are ours and not yet given out.
    let messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    var next = 0
    var fetched = 0
    var ends: [PartitionEnd] = []
    /// Met behind rows that had to be given out first.
    var pendingError: KafkaError?
    /// Where reading began, for messages.
    var assigned: [TopicPartition: Offset] = [:]
    /// The topics of the assigned partitions, in the order of their first assignment: the table
    /// that ``RawRecordBatch/topicIndices`` counts.
    package private(set) var topicNames: [String] = []
    private var topicNumbers: [String: UInt16] = [:]
    /// The topic last seen, by librdkafka's handle: one conversion of its name per run of records.
    var lastTopic: (handle: OpaquePointer, index: UInt16)?

    /// - Throws: Kind `configuration`.
    package init(configuration: KafkaConfiguration, options: Options) throws(KafkaError) {
        client = try ClientHandle(
            .consumer, configuration,
            defaults: [
                "socket.nagle.disable": "true",
                "fetch.message.max.bytes": "\(max(1, options.fetchByteCountMax))",
                "queued.min.messages": "1000000",
                "queued.max.messages.kbytes": "\(max(1, options.prefetchByteCountMax >> 10))",
            ],
            owned: [
                "group.id": options.groupID, "isolation.level": options.isolation.rawValue,
                "auto.offset.reset": "error", "check.crcs": "true", "enable.auto.commit": "false",
                "enable.auto.offset.store": "false", "enable.partition.eof": "true",
            ])
        rd_kafka_poll_set_consumer(client.pointer)
        queue = ConsumerQueue(of: client)
        batchByteCountMax = max(1, options.batchByteCountMax)
        readsHeaders = options.readsHeaders
        messages = .allocate(capacity: Self.fetchCountMax)
        messages.initialize(repeating: nil, count: Self.fetchCountMax)
    }

    deinit {
        for index in next..<fetched { rd_kafka_message_destroy(messages[index]) }
        messages.deallocate()
        queue.close()
    }

    /// Starts reading the given partitions at the given offsets, beside those assigned before, whose
    /// reading is not disturbed.
    ///
    /// - Parameter positions: Offsets are numbers from 0, never one of librdkafka's names for an
    ///   end.
    /// - Throws: Kind `failed`, or `configuration` for a negative offset or partition.
    package func assign(_ positions: [(place: TopicPartition, offset: Offset)]) throws(KafkaError) {
        for (place, offset) in positions {
            guard offset.rawValue >= 0, place.partition.rawValue >= 0 else {
                throw KafkaConfiguration.error("assign: \(place)@\(offset.rawValue) is no position")
            }
        }
        for (place, offset) in positions {
            assigned[place] = offset
            _ = topicIndex(of: place.topic)
        }
        guard !positions.isEmpty else { return }
        let list = TopicPartitionList(
            places: positions.map(\.place), offsets: positions.map(\.offset.rawValue))
        // Not rd_kafka_assign: it would fetch what is assigned already anew.
        if let error = rd_kafka_incremental_assign(client.pointer, list.pointer) {
            throw KafkaError(consuming: error, "assign")
        }
        for element in list.elements where element.error != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw KafkaError(element.error, "assign of \(element.place)")
        }
    }

    /// Stops reading the given partitions. What was fetched of them and not given out is thrown away;
    /// ``assign(_:)`` goes on with them wherever it is told to.
    ///
    /// - Parameter places: Assigned ones.
    /// - Throws: Kind `failed`.
    package func unassign(_ places: [TopicPartition]) throws(KafkaError) {
        guard !places.isEmpty else { return }
        let list = TopicPartitionList(places: places)
        if let error = rd_kafka_incremental_unassign(client.pointer, list.pointer) {
            throw KafkaError(consuming: error, "unassign")
        }
        discard(Set(places))
    }

    /// Frees the messages of these partitions that wait here.
    private func discard(_ places: Set<TopicPartition>) {
        var kept = next
        for index in next..<fetched {
            guard let message = messages[index], places.contains(place(of: message.pointee)) else {
                messages[kept] = messages[index]
                kept += 1
                continue
            }
            rd_kafka_message_destroy(message)
        }
        fetched = kept
    }

    /// The topic's position in ``topicNames``, to which it is added if it is new.
    package func topicIndex(of topic: String) -> UInt16 {
        if let known = topicNumbers[topic] { return known }
        precondition(topicNames.count < RawRecordBatch.topicCountMax)
        let number = UInt16(topicNames.count)
        topicNames.append(topic)
        topicNumbers[topic] = number
        return number
    }

    /// The partition ends met since the last call. They lie behind rows already given out.
    package func takePartitionEnds() -> [PartitionEnd] {
        defer { ends.removeAll(keepingCapacity: true) }
        return ends
    }

    /// Ends a wait in `poll` early. Any thread; harmless after the consumer is gone.
    package var wakeUp: @Sendable () -> Void {
        let queue = queue
        return { queue.wakeUp() }
    }
}
