import KafkaClient
import StreamCore
import Testing

@Suite struct ClientAdminTests {
    let broker: ClientBroker

    init() throws { broker = try ClientBroker() }

    private func place(_ topic: String) -> TopicPartition {
        TopicPartition(topic: topic, partition: PartitionIndex(rawValue: 0))
    }

    @Test func clusterHasAnID() throws {
        #expect(try !broker.admin.clusterID().isEmpty)
        #expect(try broker.admin.clusterID() == broker.admin.clusterID())
    }

    @Test func partitionCountIsTheTopicsAndAskingCreatesNone() throws {
        let topic = try broker.makeTopic("count", partitionCount: 5)
        #expect(try broker.admin.partitionCount(ofTopic: topic) == 5)

        let missing = ClientBroker.uniqueName("missing")
        for _ in 0..<2 {
            do {
                _ = try broker.admin.partitionCount(ofTopic: missing)
                Issue.record("a missing topic has partitions")
            } catch {
                #expect(error.kind == .unknownTopic)
                #expect(error.description.contains(missing))
            }
        }
    }

    @Test func committedEndStopsBeforeAnOpenTransaction() throws {
        let topic = try broker.makeTopic("stable")
        let first = try broker.openTransaction("\(topic)-0", topic: topic, values: ["a", "b"])
        try first.commit(timeoutMilliseconds: 120_000)
        // The answer comes before the marker: without this wait "c" may get the offset before it.
        try wait("the commit's marker") {
            try broker.admin.watermarks(of: place(topic)).end == Offset(rawValue: 3)
        }
        let open = try broker.openTransaction("\(topic)-1", topic: topic, values: ["c"])

        let all = try KafkaAdmin(configuration: broker.configuration, isolation: .readUncommitted)
        #expect(try broker.admin.watermarks(of: place(topic)).end == Offset(rawValue: 3))
        #expect(try all.watermarks(of: place(topic)).end == Offset(rawValue: 4))

        try open.abort(timeoutMilliseconds: 120_000)
        try wait("the abort") {
            try broker.admin.watermarks(of: place(topic)).end == Offset(rawValue: 5)
        }
        #expect(try broker.admin.watermarks(of: place(topic)).earliest == Offset(rawValue: 0))
    }

    @Test func offsetsAtATimeAreTheFirstAtOrAfterIt() throws {
        let topic = try broker.makeTopic("times")
        let producer = try Producer(configuration: broker.configuration)
        try producer.write(["a"], to: topic)
        try producer.flush(timeoutMilliseconds: 120_000)

        let past = try broker.admin.offsets(atTimestampMilliseconds: 0, of: [place(topic)])
        #expect(past == [place(topic): Offset(rawValue: 0)])
        let future = try broker.admin.offsets(
            atTimestampMilliseconds: 4_000_000_000_000, of: [place(topic)])
        #expect(future == [place(topic): nil])
    }

    @Test func groupOffsetsAreCommittedWithoutMembersAndReadBack() throws {
        let topic = try broker.makeTopic("group")
        #expect(
            try broker.admin.committedOffsets(ofGroup: topic, places: [place(topic)])
                == [place(topic): nil])
        try broker.admin.commitOffsets([(place(topic), Offset(rawValue: 42))], group: topic)
        #expect(
            try broker.admin.committedOffsets(ofGroup: topic, places: [place(topic)])
                == [place(topic): Offset(rawValue: 42)])
    }

    @Test func settingsOfBrokerAndTopicAreRead() throws {
        let broker = try ClientBroker()
        #expect(try broker.admin.brokerSettings()["transaction.max.timeout.ms"] == "900000")
        let topic = try broker.makeTopic("settings")
        #expect(try broker.admin.topicSettings(topic)["min.insync.replicas"] == "1")
        #expect(throws: KafkaError.self) {
            try broker.admin.topicSettings(ClientBroker.uniqueName("none"))
        }
    }
}
