internal import CRDKafka
package import StreamCore
internal import Synchronization

/// Writes rows to topics without copying their values. Also the writing half of
/// ``TransactionalProducer``.
///
/// Delivery is proved by an empty queue together with no failed delivery report: librdkafka is told
/// to report failures only (docs/checkpoint-protocol.md), since a report per record costs.
///
/// - Threading: any thread. Rows that one thread produces to one partition keep their order.
/// - Ending: the last release frees the client; what is unsent is purged.
/// - Source: librdkafka 2.0.2, `rd_kafka_produce_batch`; `rd_kafka_produceva` for records with
///   headers or timestamps.
package final class Producer: Sendable {
    package struct Options: Sendable {
        /// How long rows wait for company in a request; `flush` does not wait.
        package var lingerMilliseconds: Int32 = 20
        /// Records in the client's queue; more are refused until some are delivered. A broker that
        /// answers within 50 ms lets 2,000,000 records a second through, and the
        /// queue bounds librdkafka's memory where the broker is slower than the job.
        package var queueRecordCountMax = 100_000
        package var queueByteCountMax = 256 << 20
        /// A record that is not acknowledged within this time fails.
        package var messageTimeoutMilliseconds: Int32 = 120_000
        /// Memory kept for rows not acknowledged, beyond which `produce` waits until all are.
        package var retainedByteCountMax = 256 << 20
        package init() {}
    }

    /// What records have besides keys and values. Either part costs a call of the library per row
    /// instead of one per hundreds; headers are also copied.
    package struct Extras {
        /// By row number, as ``RecordHeaders`` lays them out; absent for a record without headers.
        package var headers: UnsafePointer<ByteSlice>?
        /// By row number, milliseconds since the epoch; 0: now.
        package var timestamps: UnsafePointer<Int64>?
        package init(
            headers: UnsafePointer<ByteSlice>? = nil, timestamps: UnsafePointer<Int64>? = nil
        ) {
            self.headers = headers
            self.timestamps = timestamps
        }
        var isEmpty: Bool { headers == nil && timestamps == nil }
    }

    let client: ClientHandle
    private let options: Options
    private let topics: Mutex<[String: ProducerTopic]> = Mutex([:])

    /// A producer without transactions, idempotent: at_least_once.
    ///
    /// - Throws: Kind `configuration`.
    package convenience init(
        configuration: KafkaConfiguration, options: Options = Options()
    ) throws(KafkaError) {
        try self.init(configuration, options, owned: ["enable.idempotence": "true"])
    }

    init(
        _ configuration: KafkaConfiguration, _ options: Options,
        owned: PropertyList
    ) throws(KafkaError) {
        self.options = options
        let always: PropertyList = [
            "acks": "all", "delivery.report.only.error": "true",
            "message.timeout.ms": "\(options.messageTimeoutMilliseconds)",
        ]
        client = try ClientHandle(
            .producer, configuration,
            defaults: [
                "socket.nagle.disable": "true", "linger.ms": "\(options.lingerMilliseconds)",
                "batch.num.messages": "10000", "batch.size": "1000000",
                "queue.buffering.max.messages": "\(options.queueRecordCountMax)",
                "queue.buffering.max.kbytes": "\(max(1, options.queueByteCountMax >> 10))",
            ],
            owned: always + owned)
    }

    deinit {
        // The memory of these rows goes with the client: ending without them takes milliseconds.
        let purge = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT
        rd_kafka_purge(client.pointer, purge)
    }

    /// The topic's handle, with its metadata fetched, so that the first produce does not wait.
    ///
    /// - Throws: `unknownTopic`, `unreachable`, `unauthorized`.
    /// - Blocking: at most `timeoutMilliseconds` on the first call for a topic.
    package func topic(
        _ name: String, timeoutMilliseconds: Int32 = KafkaAdmin.timeoutMillisecondsDefault
    ) throws(KafkaError) -> ProducerTopic {
        if let known = topics.withLock({ $0[name] }) { return known }
        guard let handle = TopicHandle(name, of: client) else {
            throw KafkaConfiguration.error("\"\(name)\" is no topic name")
        }
        let count = try handle.partitionCount(timeoutMilliseconds: timeoutMilliseconds)
        let made = ProducerTopic(name: name, partitionCount: count, handle: handle)
        // Of two that ask at once, the first one's handle stays: counts are in one place.
        return topics.withLock {
            if let known = $0[name] { return known }
            $0[name] = made
            return made
        }
    }

    /// Hands rows of one partition to the client, in order, without copying their values.
    ///
    /// - Parameters:
    ///   - partition: In `0 ..< topic.partitionCount`.
    ///   - keys: Slices by row number; nil for records without keys.
    ///   - values: Slices by row number; an absent one is a tombstone.
    ///   - extras: Headers and timestamps, where records have such.
    ///   - rows: The row numbers to write, in order.
    ///   - chunks: What keeps the slices alive; kept until these rows are delivered.
    ///   - waitMaxMilliseconds: Longest wait for room in the client's queue, at most; 0 never
    ///     waits.
    /// - Returns: How many of `rows` were accepted, from the first; fewer when the wait ran out.
    ///   Call again with the rest.
    /// - Throws: `recordTooLarge` and every other refusal, with ``KafkaError/row``; rows behind it
    ///   may have been taken, so the transaction must not be committed.
    /// - Complexity: One librdkafka message per row; nothing of ours is allocated.
    package func produce(
        to topic: ProducerTopic, partition: Int32, keys: UnsafePointer<ByteSlice>?,
        values: UnsafePointer<ByteSlice>, extras: Extras = Extras(),
        rows: UnsafeBufferPointer<Int32>, keeping chunks: [ByteChunk], waitMaxMilliseconds: Int32
    ) throws(KafkaError) -> Int {
        precondition(partition >= 0 && partition < topic.partitionCount)
        guard rows.count > 0, hasRoomForChunks(waitMaxMilliseconds) else { return 0 }
        let undelivered = client.retained.withLock { $0.append(chunks, rowCount: rows.count) }
        let deadline = Monotonic.milliseconds() + Int64(waitMaxMilliseconds)
        var accepted = 0
        while accepted < rows.count {
            let rest = UnsafeBufferPointer(rebasing: rows[accepted...])
            let result =
                extras.isEmpty
                ? handOver(topic, partition, keys, values, rest, undelivered)
                : handOver(topic, partition, keys, values, extras, rest, undelivered)
            accepted += result.count
            if result.error == RD_KAFKA_RESP_ERR_NO_ERROR { break }
            guard result.error == RD_KAFKA_RESP_ERR__QUEUE_FULL else {
                // Rows behind may have been taken: the count never reaches zero, so all are kept.
                client.retained.withLock { $0.handedOver(undelivered, notAccepted: 0) }
                throw refusal(result.error, topic, partition, row: rows[accepted])
            }
            let remaining = Monotonic.remaining(until: deadline)
            guard remaining > 0 else { break }
            rd_kafka_poll(client.pointer, min(remaining, Self.pollMilliseconds))
        }
        topic.counts.withLock { $0[Int(partition)] += accepted }
        releaseDelivered(behind: undelivered, notAccepted: rows.count - accepted)
        return accepted
    }

    /// A pause while the queue is full: long enough for requests to be acknowledged.
    private static let pollMilliseconds: Int32 = 10

    private func releaseDelivered(
        behind undelivered: RetainedChunks.DeliveryCount, notAccepted: Int
    ) {
        // What is given back is released here, not under the lock.
        _ = client.retained.withLock {
            $0.handedOver(undelivered, notAccepted: notAccepted)
            return $0.releaseDelivered()
        }
    }

    /// Beyond the maximum, waits until all is delivered: no longer than the caller allows, since a
    /// broker may be away for minutes and the caller may have been cancelled.
    private func hasRoomForChunks(_ waitMaxMilliseconds: Int32) -> Bool {
        let isFull = client.retained.withLock { $0.byteCount > options.retainedByteCountMax }
        return !isFull || drain(timeoutMilliseconds: waitMaxMilliseconds)
    }

    private func handOver(
        _ topic: ProducerTopic, _ partition: Int32, _ keys: UnsafePointer<ByteSlice>?,
        _ values: UnsafePointer<ByteSlice>, _ rows: UnsafeBufferPointer<Int32>,
        _ undelivered: RetainedChunks.DeliveryCount
    ) -> (count: Int, error: rd_kafka_resp_err_t) {
        guard let base = rows.baseAddress else { return (0, RD_KAFKA_RESP_ERR_NO_ERROR) }
        let room = min(rows.count, Self.messageCountMax)
        return withUnsafeTemporaryAllocation(of: rd_kafka_message_t.self, capacity: room) {
            scratch in
            var error = RD_KAFKA_RESP_ERR_NO_ERROR
            let count = millrace_produce(
                topic.handle.pointer, partition, Self.slices(keys), Self.slices(values), base,
                Int64(rows.count), scratch.baseAddress, Int64(room), undelivered.pointer, &error)
            return (Int(count), error)
        }
    }

    private func handOver(
        _ topic: ProducerTopic, _ partition: Int32, _ keys: UnsafePointer<ByteSlice>?,
        _ values: UnsafePointer<ByteSlice>, _ extras: Extras,
        _ rows: UnsafeBufferPointer<Int32>, _ undelivered: RetainedChunks.DeliveryCount
    ) -> (count: Int, error: rd_kafka_resp_err_t) {
        var error = RD_KAFKA_RESP_ERR_NO_ERROR
        let count = millrace_produce_rows(
            client.pointer, topic.handle.pointer, partition, Self.slices(keys),
            Self.slices(values), Self.slices(extras.headers), extras.timestamps, rows.baseAddress,
            Int64(rows.count), undelivered.pointer, &error)
        return (Int(count), error)
    }

    /// ByteSlice and millrace_slice_t are the same struct, one in Swift and one in C.
    private static func slices(
        _ pointer: UnsafePointer<ByteSlice>?
    ) -> UnsafePointer<millrace_slice_t>? {
        pointer.map { UnsafeRawPointer($0).assumingMemoryBound(to: millrace_slice_t.self) }
    }

    /// Messages per call of rd_kafka_produce_batch: 18 KB of scratch, on the stack.
    private static let messageCountMax = 256

    private func refusal(
        _ code: rd_kafka_resp_err_t, _ topic: ProducerTopic, _ partition: Int32, row: Int32
    ) -> KafkaError {
        let context = "produce to \(topic.name)[\(partition)]"
        // An open transaction that has failed refuses everything after; the failure says why.
        let isEcho = code == RD_KAFKA_RESP_ERR__STATE || code == RD_KAFKA_RESP_ERR__FATAL
        let cause =
            client.fatalError ?? (isEcho ? deliveryFailures.first ?? client.events.lastError : nil)
        var error =
            cause.map { $0.with(context: "\(context): \($0.context)") }
            ?? KafkaError(code, context)
        error.row = row
        return error
    }

    /// Sends everything without lingering and waits until all of it is acknowledged or has failed.
    ///
    /// - Returns: False if something is outstanding still.
    func drain(timeoutMilliseconds: Int32) -> Bool {
        let end = client.retained.withLock { $0.handedOverEnd }
        let code = rd_kafka_flush(client.pointer, timeoutMilliseconds)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_outq_len(client.pointer) == 0 {
            // Whatever was handed over before the flush is delivered or has failed.
            _ = client.retained.withLock { $0.forget(before: end) }
            return true
        }
        return false
    }

    /// Sends everything and waits until all is acknowledged; then no row is kept any more.
    ///
    /// - Throws: `timedOut` while something is outstanding: call again. Otherwise the first failed
    ///   delivery report since the start, whatever happened since, or a fatal error of the client:
    ///   what was written is then incomplete.
    package func flush(timeoutMilliseconds: Int32) throws(KafkaError) {
        let isEmpty = drain(timeoutMilliseconds: timeoutMilliseconds)
        let failures = deliveryFailures
        if let first = failures.first {
            throw first.with(
                context: "\(failures.count) records were not delivered; the first: \(first.context)"
            )
        }
        if let fatal = client.fatalError { throw fatal.with(context: "flush: \(fatal.context)") }
        guard isEmpty else {
            let cause = client.events.lastError.map { "; \($0.context)" } ?? ""
            let count = rd_kafka_outq_len(client.pointer)
            throw KafkaError(
                .timedOut, code: RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue, isRetriable: true,
                context:
                    "flush: \(count) records unacknowledged after \(timeoutMilliseconds) ms\(cause)"
            )
        }
    }

    /// Failed delivery reports since the start, and the first of them. Complete after `flush`.
    package var deliveryFailures: (count: Int, first: KafkaError?) {
        client.events.deliveryFailures
    }

    /// Rows accepted so far by topic and partition, sorted; partitions without rows are left out.
    package func recordCounts() -> [(place: TopicPartition, count: Int)] {
        let written = topics.withLock { Array($0.values) }.sorted { $0.name < $1.name }
        return written.flatMap { topic in
            topic.counts.withLock { $0 }.enumerated().filter { $0.element > 0 }.map {
                let partition = PartitionIndex(rawValue: Int32($0.offset))
                return (TopicPartition(topic: topic.name, partition: partition), $0.element)
            }
        }
    }

    /// Drops what is unsent and unacknowledged; such records count as failed deliveries.
    package func purge() {
        rd_kafka_purge(client.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        rd_kafka_poll(client.pointer, 0)
    }
}
