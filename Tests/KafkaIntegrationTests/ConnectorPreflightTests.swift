import KafkaClient
import KafkaConnector
import StreamAPI
import Testing

/// What is known, or refused, before the first record.
@Suite struct ConnectorPreflightTests {
    static let chain = TransactionTimeoutChain(
        checkpointIntervalMilliseconds: 1_000, checkpointTimeoutMilliseconds: 2_000,
        restartDelayMilliseconds: 1_000)

    private func request(
        _ harness: ConnectorHarness, sources: [String] = [], sinks: [String] = []
    ) -> KafkaPreflight.Request {
        KafkaPreflight.Request(
            connection: harness.connection, sourceTopics: sources, sinkTopics: sinks,
            timeouts: Self.chain)
    }

    @Test func aSetUpThatWorksIsReportedWithItsWarnings() throws {
        let harness = try ConnectorHarness()
        let topic = try harness.broker.makeTopic("preflight", partitionCount: 3)
        let report = try KafkaPreflight.run(request(harness, sinks: [topic]))
        #expect(try report.clusterID == harness.broker.admin.clusterID())
        #expect(report.partitionCounts == [topic: 3])
        #expect(
            report.warnings.contains { $0.contains(topic) && $0.contains("replication factor 1") })
    }

    @Test func aTransactionTimeoutAboveTheBrokersIsRefusedWithBothNumbers() throws {
        let harness = try ConnectorHarness(timeoutMilliseconds: 900_001)
        let error = #expect(throws: FatalError.self) { try KafkaPreflight.run(request(harness)) }
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.contains("900001 ms") == true)
        #expect(error?.message.contains("900000 ms") == true)
    }

    @Test func aMissingTopicIsRefusedByName() throws {
        let harness = try ConnectorHarness()
        let topic = ClientBroker.uniqueName("absent")
        let error = #expect(throws: FatalError.self) {
            try KafkaPreflight.run(request(harness, sources: [topic]))
        }
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.contains(topic) == true)
    }

    @Test func everyMissingTopicIsNamedWithWhatWantsIt() throws {
        let harness = try ConnectorHarness()
        let present = try harness.broker.makeTopic("present")
        let read = ClientBroker.uniqueName("read")
        let written = ClientBroker.uniqueName("written")
        let error = #expect(throws: FatalError.self) {
            try KafkaPreflight.run(
                request(harness, sources: [present, read], sinks: [written]))
        }
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.contains("`\(read)`, which a source reads") == true)
        #expect(error?.message.contains("`\(written)`, which a sink writes") == true)
        #expect(error?.message.contains(present) == false)
    }

    @Test func aBrokerThatIsNotThereIsUnreachableByItsAddress() throws {
        let connection = KafkaConnectionConfiguration(
            name: "main",
            client: try KafkaConfiguration(properties: ["bootstrap.servers": "127.0.0.1:1"]),
            transactionalIDPrefix: "unused")
        var request = KafkaPreflight.Request(
            connection: connection, sourceTopics: [], sinkTopics: [], timeouts: nil)
        request.timeoutMilliseconds = 500
        let error = #expect(throws: FatalError.self) { try KafkaPreflight.run(request) }
        #expect(error?.exitCode == .unreachable)
        #expect(error?.message.contains("127.0.0.1:1") == true)
    }

    @Test func aTopicReadAndWrittenOnOneClusterIsALoopUnderAnyName() throws {
        let harness = try ConnectorHarness()
        let topic = try harness.broker.makeTopic("loop")
        let reading = request(harness, sources: [topic])
        let writing = request(harness, sinks: [topic])
        let found = KafkaPreflight.loops(
            try [reading, writing].map { ($0, try KafkaPreflight.run($0)) })
        #expect(found == [topic])
    }
}
