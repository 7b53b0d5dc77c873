internal import CRDKafka

extension KafkaAdmin {
    /// The replicas that the broker keeps of a topic: the fewest of any of its partitions.
    ///
    /// - Throws: `unknownTopic`.
    package func replicationFactor(
        ofTopic topic: String, timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> Int {
        let context = "replicas of topic \"\(topic)\""
        guard let handle = TopicHandle(topic, of: client) else {
            throw KafkaConfiguration.error("\"\(topic)\" is no topic name")
        }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(
            client.pointer, 0, handle.pointer, &metadata, timeoutMilliseconds)
        defer { rd_kafka_metadata_destroy(metadata) }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw client.unreachable(context, KafkaError(code, context))
        }
        guard let found = metadata?.pointee, found.topic_cnt == 1, let topics = found.topics else {
            throw KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG, context)
        }
        guard topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(topics[0].err, context)
        }
        let partitions = UnsafeBufferPointer(
            start: topics[0].partitions, count: Int(topics[0].partition_cnt))
        return Int(partitions.map(\.replica_cnt).min() ?? 0)
    }
}
