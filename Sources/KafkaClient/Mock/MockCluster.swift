internal import CRDKafka

/// Brokers inside this process, for tests without Kafka: librdkafka's mock cluster.
///
/// It has topics, produce, fetch and groups, and fails requests on demand. It knows nothing of
/// transactions' outcomes or of `read_committed`: it proves nothing about exactly-once.
///
/// - Source: librdkafka 2.0.2, `rdkafka_mock.h`.
package final class MockCluster {
    private let client: ClientHandle
    private let pointer: OpaquePointer
    /// For a ``KafkaConfiguration``.
    package let bootstrapServers: String

    /// - Throws: Kind `configuration` if librdkafka cannot start it.
    package init(brokerCount: Int32 = 1) throws(KafkaError) {
        let nowhere = try KafkaConfiguration(properties: ["bootstrap.servers": "127.0.0.1:1"])
        client = try ClientHandle(.producer, nowhere, defaults: [:], owned: [:])
        guard let pointer = rd_kafka_mock_cluster_new(client.pointer, brokerCount) else {
            throw KafkaConfiguration.error("the mock cluster does not start")
        }
        self.pointer = pointer
        bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(pointer))
    }

    deinit { rd_kafka_mock_cluster_destroy(pointer) }

    package func createTopic(_ name: String, partitionCount: Int32) throws(KafkaError) {
        let code = rd_kafka_mock_topic_create(pointer, name, partitionCount, 1)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(code, "mock topic \"\(name)\"")
        }
    }

    /// The next requests of one api key are answered with these codes, one each.
    package func failRequests(apiKey: Int16, codes: [Int32]) {
        let errors = codes.map { rd_kafka_resp_err_t(rawValue: $0) }
        rd_kafka_mock_push_request_errors_array(pointer, apiKey, errors.count, errors)
    }

    /// Closes the broker's connections and refuses new ones, until ``setBroker(_:isUp:)`` again.
    package func setBroker(_ id: Int32, isUp: Bool) {
        _ =
            isUp
            ? rd_kafka_mock_broker_set_up(pointer, id) : rd_kafka_mock_broker_set_down(pointer, id)
    }

    /// Fails every metadata question about a topic; 0 ends that.
    package func setTopicError(_ topic: String, code: Int32) {
        rd_kafka_mock_topic_set_error(pointer, topic, rd_kafka_resp_err_t(rawValue: code))
    }
}
