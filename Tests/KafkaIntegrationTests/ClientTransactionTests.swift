import KafkaClient
import StreamCore
import Testing

/// The transactional producer and the reader against a real broker.
@Suite struct ClientTransactionTests {
    let broker: ClientBroker

    init() throws { broker = try ClientBroker() }

    @Test func committedRecordsAreSeenAndOpenOnesAreNot() throws {
        let topic = try broker.makeTopic("visible")
        let first = try broker.openTransaction("\(topic)-0", topic: topic, values: ["a", "b"])
        #expect(try broker.read(topic) == [])
        #expect(try broker.read(topic, isolation: .readUncommitted) == ["a", "b"])

        try first.commit(timeoutMilliseconds: 120_000)
        try broker.awaitCommitted(["a", "b"], on: topic)
        #expect(first.producer.recordCounts().map(\.count) == [2])
    }

    @Test func initTransactionsAbortsAPredecessorsTransaction() throws {
        let topic = try broker.makeTopic("predecessor")
        _ = try broker.openTransaction("\(topic)-0", topic: topic, values: ["lost"])
        let second = try broker.openTransaction("\(topic)-0", topic: topic, values: ["kept"])
        try second.commit(timeoutMilliseconds: 120_000)
        try broker.awaitCommitted(["kept"], on: topic)
    }

    @Test func abortHidesTheRecords() throws {
        let topic = try broker.makeTopic("abort")
        let producer = try broker.openTransaction("\(topic)-0", topic: topic, values: ["no"])
        try producer.abort(timeoutMilliseconds: 120_000)
        #expect(try broker.read(topic) == [])
    }

    @Test func timeoutAboveTheBrokersIsAConfigurationError() throws {
        let producer = try broker.makeProducer(
            ClientBroker.uniqueName("long"), timeoutMilliseconds: 3_600_000)
        do {
            try producer.initTransactions(timeoutMilliseconds: 120_000)
            Issue.record("the broker took a transaction time-out of an hour")
        } catch {
            #expect(error.kind == .configuration)
            #expect(error.name == "INVALID_TRANSACTION_TIMEOUT")
        }
    }

    @Test func keysValuesTombstonesAndEmptyValuesArriveAsWritten() throws {
        let topic = try broker.makeTopic("shapes", partitionCount: 2)
        let producer = try Producer(configuration: broker.configuration)
        let handle = try producer.topic(topic)
        #expect(handle.partitionCount == 2)
        let arena = ByteArena()
        let text: [UInt8] = Array("key".utf8)
        let some = text.withUnsafeBytes { arena.append($0.baseAddress!, $0.count) }
        let empty = ByteSlice(base: some.base, count: 0)
        let keys = [some, .absent, empty, some]
        let values = [some, .absent, empty, empty]
        // Row 1 is written first: rows are picked by number.
        let rows: [Int32] = [1, 0, 2, 3]
        let accepted = try producer.produce(
            to: handle, partition: 1, keys: keys, values: values,
            rows: rows.withUnsafeBufferPointer { $0 }, keeping: arena.takeChunks(),
            waitMaxMilliseconds: 120_000)
        #expect(accepted == 4)
        try producer.flush(timeoutMilliseconds: 120_000)

        let consumer = try KafkaConsumer(
            configuration: broker.configuration, options: .init(groupID: topic))
        let place = TopicPartition(topic: topic, partition: PartitionIndex(rawValue: 1))
        try consumer.assign([(place, Offset(rawValue: 0))])
        let batch = RawRecordBatch(rowCapacity: 16)
        var seen: [String] = []
        try wait("four records") {
            for row in 0..<(try consumer.poll(into: batch, waitMaxMilliseconds: 100)) {
                #expect(batch.topic == topic)
                #expect(batch.partitions[row] == 1)
                #expect(batch.offsets[row] == Int64(seen.count))
                #expect(batch.timestamps[row] > 1_500_000_000_000)
                seen.append("\(Self.show(batch.keys[row]))=\(Self.show(batch.values[row]))")
            }
            return seen.count == 4
        }
        #expect(seen == ["null=null", "key=key", "=", "key="])
    }

    private static func show(_ slice: ByteSlice) -> String { slice.isAbsent ? "null" : slice.text }
}
