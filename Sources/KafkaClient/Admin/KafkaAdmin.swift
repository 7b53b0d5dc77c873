internal import CRDKafka
package import StreamCore

/// Questions to a cluster, and the courtesy commit of group offsets.
///
/// - Threading: any thread. Blocking: every call, at most its timeout.
/// - Errors: `unreachable` with address and reason once the timeout is over; `timedOut` when a
///   broker was reached and did not answer; `unauthorized`, `authentication`; others as named.
/// - Source: librdkafka 2.0.2, metadata and Admin API of a plain client instance.
package final class KafkaAdmin: Sendable {
    /// Longest wait for an answer, unless the caller says otherwise.
    package static let timeoutMillisecondsDefault: Int32 = 10_000

    let client: ClientHandle

    /// - Parameter isolation: Which end ``watermarks(of:timeoutMilliseconds:)`` gives.
    /// - Throws: Kind `configuration`. No connection is waited for.
    package init(
        configuration: KafkaConfiguration, isolation: IsolationLevel = .readCommitted
    ) throws(KafkaError) {
        // A consumer, since only consumers have an isolation level; it never joins a group.
        client = try ClientHandle(
            .consumer, configuration,
            defaults: [
                "socket.nagle.disable": "true", "socket.timeout.ms": "10000",
                // So that a host that swallows packets is named within the default time-out.
                "socket.connection.setup.timeout.ms": "5000",
            ],
            owned: ["isolation.level": isolation.rawValue])
    }

    /// Kafka's cluster id.
    package func clusterID(
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> String {
        guard let id = rd_kafka_clusterid(client.pointer, timeoutMilliseconds) else {
            throw client.unreachable(
                "no broker answered within \(timeoutMilliseconds) ms",
                KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, "the cluster's id"))
        }
        defer { rd_kafka_mem_free(client.pointer, id) }
        return String(cString: id)
    }

    /// The partitions of a topic. Asking never creates one.
    ///
    /// - Throws: `unknownTopic`.
    package func partitionCount(
        ofTopic topic: String, timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> Int32 {
        guard let handle = TopicHandle(topic, of: client) else {
            throw KafkaConfiguration.error("\"\(topic)\" is no topic name")
        }
        return try handle.partitionCount(timeoutMilliseconds: timeoutMilliseconds)
    }

    /// The earliest offset, and the end that a reader of this admin's isolation level can reach:
    /// under `read_committed` the last stable offset, else the high watermark.
    ///
    /// - Throws: `unknownTopic`, also for a partition that does not exist.
    package func watermarks(
        of place: TopicPartition, timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> (earliest: Offset, end: Offset) {
        var earliest: Int64 = -1
        var end: Int64 = -1
        let code = rd_kafka_query_watermark_offsets(
            client.pointer, place.topic, place.partition.rawValue, &earliest, &end,
            timeoutMilliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw failure(code, "offsets of \(place)")
        }
        return (Offset(rawValue: earliest), Offset(rawValue: end))
    }

    /// The first offset whose timestamp is at or after `timestampMilliseconds`, per place; nil
    /// where there is none. Asks again while a leader is not known yet: of a topic just made, or one
    /// that moves.
    ///
    /// - Throws: The first place's error, if one has any.
    package func offsets(
        atTimestampMilliseconds timestampMilliseconds: Int64, of places: [TopicPartition],
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> [TopicPartition: Offset?] {
        let deadline = Monotonic.milliseconds() + Int64(timeoutMilliseconds)
        while true {
            let remaining = max(1, Monotonic.remaining(until: deadline))
            do {
                return try askOffsets(timestampMilliseconds, places, remaining)
            } catch {
                guard KafkaErrorCode.withoutLeader.contains(error.code),
                    Monotonic.remaining(until: deadline) > Self.leaderPauseMilliseconds
                else { throw error }
                rd_kafka_poll(client.pointer, Self.leaderPauseMilliseconds)
            }
        }
    }

    private static let leaderPauseMilliseconds: Int32 = 50

    private func askOffsets(
        _ timestampMilliseconds: Int64, _ places: [TopicPartition], _ timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [TopicPartition: Offset?] {
        let times = Array(repeating: timestampMilliseconds, count: places.count)
        let list = TopicPartitionList(places: places, offsets: times)
        let context = "offsets at a time"
        let code = rd_kafka_offsets_for_times(client.pointer, list.pointer, timeoutMilliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw failure(code, context) }
        return try found(list.elements, context)
    }

    /// A topic's or a group's offsets by place; librdkafka's negative ones mean "none".
    func found(
        _ elements: [(place: TopicPartition, offset: Int64, error: rd_kafka_resp_err_t)],
        _ context: String
    ) throws(KafkaError) -> [TopicPartition: Offset?] {
        var result: [TopicPartition: Offset?] = [:]
        for element in elements {
            guard element.error == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw KafkaError(element.error, "\(context), \(element.place)")
            }
            let offset = element.offset >= 0 ? Offset(rawValue: element.offset) : nil
            result.updateValue(offset, forKey: element.place)
        }
        return result
    }

    func failure(_ code: rd_kafka_resp_err_t, _ context: String) -> KafkaError {
        client.unreachable(context, KafkaError(code, context))
    }
}
