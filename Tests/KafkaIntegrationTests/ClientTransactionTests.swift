import KafkaClient
import StreamCore
import Testing

/// The transactional producer and the reader against a real broker.
@Suite struct ClientTransactionTests {
    @Test func committedRecordsAreSeenAndOpenOnesAreNot() throws {
        let broker = try ClientBroker()
        let topic = try broker.makeTopic("visible")
        let first = try broker.openTransaction("\(topic)-0", topic: topic, values: ["a", "b"])
        #expect(try broker.read(topic) == [])
        #expect(try broker.read(topic, isolation: .readUncommitted) == ["a", "b"])

        try first.commit(timeoutMilliseconds: 20_000)
        #expect(try broker.read(topic) == ["a", "b"])
        #expect(first.producer.recordCounts().map(\.count) == [2])
    }

    @Test func initTransactionsAbortsAPredecessorsTransaction() throws {
        let broker = try ClientBroker()
        let topic = try broker.makeTopic("predecessor")
        _ = try broker.openTransaction("\(topic)-0", topic: topic, values: ["lost"])
        let second = try broker.openTransaction("\(topic)-0", topic: topic, values: ["kept"])
        try second.commit(timeoutMilliseconds: 20_000)
        #expect(try broker.read(topic) == ["kept"])
    }
}
