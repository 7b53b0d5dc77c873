internal import CRDKafka
internal import StreamCore

extension KafkaConsumer {
    /// What a message that is no record means.
    ///
    /// - Returns: The error that ends the reading; nil for an end of partition, and for trouble
    ///   that librdkafka mends itself (a lost connection, a moved leader).
    func handle(_ message: rd_kafka_message_t) -> KafkaError? {
        let place = place(of: message)
        switch message.err {
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            ends.append(PartitionEnd(place: place, offset: Offset(rawValue: message.offset)))
            return nil
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
            return outOfRange(place, message)
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
            // The group only names us: partitions are assigned, offsets are in the checkpoint.
            return nil
        default: return failure(place, message)
        }
    }

    private func failure(_ place: TopicPartition, _ message: rd_kafka_message_t) -> KafkaError? {
        let kind = KafkaError.Kind.of(message.err.rawValue)
        let fatal = client.fatalError
        switch kind {
        case .unreachable, .timedOut: return nil
        case .failed where fatal == nil && !Self.endsReading.contains(message.err.rawValue):
            return nil
        default: break
        }
        let at = message.offset >= 0 ? "\(place)@\(message.offset)" : "\(place)"
        return KafkaError(
            kind, code: message.err.rawValue, isFatal: fatal != nil,
            context: "reading \(at): \(errorText(of: message))")
    }

    /// Failures of kind `failed` that no retry of librdkafka's mends.
    private static let endsReading: Set<Int32> = [
        RD_KAFKA_RESP_ERR__BAD_COMPRESSION.rawValue, RD_KAFKA_RESP_ERR__FS.rawValue,
        RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED.rawValue,
        RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE.rawValue,
        RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE.rawValue, RD_KAFKA_RESP_ERR__FATAL.rawValue,
        RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE.rawValue,
        RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR.rawValue,
    ]

    /// The error with the numbers that a person needs: what was wanted, and what there is.
    private func outOfRange(_ place: TopicPartition, _ message: rd_kafka_message_t) -> KafkaError {
        var earliest: Int64 = -1
        var end: Int64 = -1
        // The broker has just answered, so this is one round trip; without an answer it is -1.
        rd_kafka_query_watermark_offsets(
            client.pointer, place.topic, place.partition.rawValue, &earliest, &end,
            Self.watermarkTimeoutMilliseconds)
        let wanted = message.offset >= 0 ? message.offset : assigned[place]?.rawValue ?? -1
        let gone = max(0, earliest - wanted)
        let reason =
            earliest > wanted
            ? "\(gone) records are gone from the topic"
            : "the topic ends there: was it deleted and made again?"
        return KafkaError(
            .offsetOutOfRange(wanted: wanted, earliest: earliest),
            code: RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE.rawValue,
            context:
                "\(place): wanted offset \(wanted), earliest \(earliest), end \(end); \(reason)")
    }

    private static let watermarkTimeoutMilliseconds: Int32 = 5_000

    func place(of message: rd_kafka_message_t) -> TopicPartition {
        let topic = message.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? ""
        return TopicPartition(
            topic: topic, partition: PartitionIndex(rawValue: message.partition))
    }

    private func errorText(of message: rd_kafka_message_t) -> String {
        guard let payload = message.payload else {
            return String(cString: rd_kafka_err2str(message.err))
        }
        let bytes = UnsafeRawBufferPointer(start: payload, count: message.len)
        return String(decoding: bytes.prefix(512).prefix { $0 != 0 }, as: UTF8.self)
    }
}
