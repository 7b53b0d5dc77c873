internal import CRDKafka
package import StreamCore

extension KafkaAdmin {
    /// Creates a topic: for tests, demos and benchmarks. The runner itself creates none.
    ///
    /// - Returns: When every partition has a leader.
    /// - Throws: `failed` (TOPIC_ALREADY_EXISTS) if there is one.
    package func createTopic(
        _ topic: String, partitionCount: Int32, replicationFactor: Int32 = 1,
        settings: [String: String] = [:],
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) {
        let context = "creation of topic \"\(topic)\""
        var wanted = rd_kafka_NewTopic_new(topic, partitionCount, replicationFactor, nil, 0)
        guard wanted != nil else { throw KafkaConfiguration.error("\(context): bad name or count") }
        defer { rd_kafka_NewTopic_destroy(wanted) }
        for (name, value) in settings { rd_kafka_NewTopic_set_config(wanted, name, value) }
        let request = Request(
            operation: RD_KAFKA_ADMIN_OP_CREATETOPICS, context: context,
            timeoutMilliseconds: timeoutMilliseconds)
        try perform(request) { options, queue in
            rd_kafka_CreateTopics(client.pointer, &wanted, 1, options, queue)
        } read: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_CreateTopics_result(event)
            try check(rd_kafka_CreateTopics_result_topics(result, &count), count, context)
        }
        try awaitTopic(topic, partitionCount, timeoutMilliseconds, context)
    }

    /// The controller's answer comes before the brokers know of the topic.
    private func awaitTopic(
        _ topic: String, _ wanted: Int32, _ timeoutMilliseconds: Int32, _ context: String
    ) throws(KafkaError) {
        let deadline = Monotonic.milliseconds() + Int64(timeoutMilliseconds)
        while Monotonic.remaining(until: deadline) > 0 {
            do {
                if try partitionCount(ofTopic: topic) == wanted { return }
            } catch {
                guard error.kind == .unknownTopic else { throw error }
            }
            rd_kafka_poll(client.pointer, Self.pauseMilliseconds)
        }
        throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, context)
    }

    private static let pauseMilliseconds: Int32 = 10

    /// Deletes a topic; it is gone from the brokers a moment later.
    package func deleteTopic(
        _ topic: String, timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) {
        let context = "deletion of topic \"\(topic)\""
        var unwanted = rd_kafka_DeleteTopic_new(topic)
        defer { rd_kafka_DeleteTopic_destroy(unwanted) }
        let request = Request(
            operation: RD_KAFKA_ADMIN_OP_DELETETOPICS, context: context,
            timeoutMilliseconds: timeoutMilliseconds)
        try perform(request) { options, queue in
            rd_kafka_DeleteTopics(client.pointer, &unwanted, 1, options, queue)
        } read: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_DeleteTopics_result(event)
            try check(rd_kafka_DeleteTopics_result_topics(result, &count), count, context)
        }
    }

    /// Deletes a partition's records before `offset`, as retention would.
    package func deleteRecords(
        of place: TopicPartition, before offset: Offset,
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) {
        let context = "deletion of records of \(place)"
        let list = TopicPartitionList(places: [place], offsets: [offset.rawValue])
        var unwanted = rd_kafka_DeleteRecords_new(list.pointer)
        defer { rd_kafka_DeleteRecords_destroy(unwanted) }
        let request = Request(
            operation: RD_KAFKA_ADMIN_OP_DELETERECORDS, context: context,
            timeoutMilliseconds: timeoutMilliseconds)
        try perform(request) { options, queue in
            rd_kafka_DeleteRecords(client.pointer, &unwanted, 1, options, queue)
        } read: { event throws(KafkaError) in
            let result = rd_kafka_event_DeleteRecords_result(event)
            guard let offsets = rd_kafka_DeleteRecords_result_offsets(result) else { return }
            for element in TopicPartitionList.elements(of: offsets)
            where element.error != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw failure(element.error, context)
            }
        }
    }

    func check(
        _ topics: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ context: String
    ) throws(KafkaError) {
        for topic in UnsafeBufferPointer(start: topics, count: count) {
            let code = rd_kafka_topic_result_error(topic)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                let reason = rd_kafka_topic_result_error_string(topic).map { String(cString: $0) }
                let error = failure(code, context)
                throw reason.map { error.with(context: "\(context): \($0)") } ?? error
            }
        }
    }
}
