internal import CRDKafka

extension KafkaAdmin {
    /// Every topic that this principal may describe, with its number of partitions; without
    /// Kafka's own (`__consumer_offsets` and the like) and without those that have an error.
    package func topics(
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> [String: Int32] {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client.pointer, 1, nil, &metadata, timeoutMilliseconds)
        defer { if let metadata { rd_kafka_metadata_destroy(metadata) } }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let found = metadata?.pointee else {
            throw failure(code, "list of topics")
        }
        var counts: [String: Int32] = [:]
        for topic in UnsafeBufferPointer(start: found.topics, count: Int(found.topic_cnt)) {
            guard topic.err == RD_KAFKA_RESP_ERR_NO_ERROR, let name = topic.topic else { continue }
            let text = String(cString: name)
            if !text.hasPrefix("__") { counts[text] = topic.partition_cnt }
        }
        return counts
    }

    /// Gives a topic more partitions: for tests.
    package func growTopic(
        _ topic: String, toPartitionCount count: Int,
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) {
        let context = "more partitions for topic \"\(topic)\""
        var wanted = rd_kafka_NewPartitions_new(topic, count, nil, 0)
        guard wanted != nil else { throw KafkaConfiguration.error("\(context): bad name or count") }
        defer { rd_kafka_NewPartitions_destroy(wanted) }
        let request = Request(
            operation: RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, context: context,
            timeoutMilliseconds: timeoutMilliseconds)
        try perform(request) { options, queue in
            rd_kafka_CreatePartitions(client.pointer, &wanted, 1, options, queue)
        } read: { event throws(KafkaError) in
            var results = 0
            let result = rd_kafka_event_CreatePartitions_result(event)
            try check(rd_kafka_CreatePartitions_result_topics(result, &results), results, context)
        }
    }
}
