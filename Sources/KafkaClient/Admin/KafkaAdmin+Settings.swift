internal import CRDKafka

extension KafkaAdmin {
    /// Settings of the broker that answers first, by name, as `transaction.max.timeout.ms`. Those
    /// without a value, and secret ones, are left out.
    package func brokerSettings(
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> [String: String] {
        let context = "settings of the broker"
        // In KRaft any broker's id is given as the controller's: one that serves clients.
        let broker = rd_kafka_controllerid(client.pointer, timeoutMilliseconds)
        guard broker >= 0 else { throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, context) }
        return try settings(
            of: RD_KAFKA_RESOURCE_BROKER, "\(broker)",
            Request(
                operation: RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, context: context,
                timeoutMilliseconds: timeoutMilliseconds, brokerID: broker))
    }

    /// Settings of a topic, by name, as `min.insync.replicas`.
    ///
    /// - Throws: `unknownTopic`.
    package func topicSettings(
        _ topic: String, timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> [String: String] {
        try settings(
            of: RD_KAFKA_RESOURCE_TOPIC, topic,
            Request(
                operation: RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
                context: "settings of topic \"\(topic)\"",
                timeoutMilliseconds: timeoutMilliseconds))
    }

    private func settings(
        of type: rd_kafka_ResourceType_t, _ name: String, _ request: Request
    ) throws(KafkaError) -> [String: String] {
        var resource = rd_kafka_ConfigResource_new(type, name)
        guard resource != nil else {
            throw KafkaConfiguration.error("\(request.context): \"\(name)\" is no name")
        }
        defer { rd_kafka_ConfigResource_destroy(resource) }
        return try perform(request) { options, queue in
            rd_kafka_DescribeConfigs(client.pointer, &resource, 1, options, queue)
        } read: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_DescribeConfigs_result(event)
            let answers = rd_kafka_DescribeConfigs_result_resources(result, &count)
            guard count == 1, let answer = answers?[0] else {
                throw failure(RD_KAFKA_RESP_ERR__BAD_MSG, request.context)
            }
            let code = rd_kafka_ConfigResource_error(answer)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw failure(code, request.context) }
            return Self.entries(of: answer)
        }
    }

    private static func entries(of resource: OpaquePointer) -> [String: String] {
        var count = 0
        var result: [String: String] = [:]
        let entries = rd_kafka_ConfigResource_configs(resource, &count)
        for entry in UnsafeBufferPointer(start: entries, count: count) {
            guard let entry, let name = rd_kafka_ConfigEntry_name(entry),
                let value = rd_kafka_ConfigEntry_value(entry),
                rd_kafka_ConfigEntry_is_sensitive(entry) != 1
            else { continue }
            result[String(cString: name)] = String(cString: value)
        }
        return result
    }
}
