import Foundation
import KafkaClient
import StreamCore
import Testing

/// The real broker of these tests, named by `MILLRACE_TEST_BOOTSTRAP`.
struct ClientBroker {
    let configuration: KafkaConfiguration
    let admin: KafkaAdmin

    /// - Throws: One clear line when the variable is unset: a test that needs a broker fails
    ///   without one, it does not pass.
    init() throws {
        guard let servers = ProcessInfo.processInfo.environment["MILLRACE_TEST_BOOTSTRAP"],
            !servers.isEmpty
        else { throw MissingBroker() }
        configuration = try KafkaConfiguration(properties: ["bootstrap.servers": servers])
        admin = try KafkaAdmin(configuration: configuration)
    }

    /// A name that no earlier run has used.
    static func uniqueName(_ stem: String) -> String {
        "client-\(stem)-\(UInt32.random(in: 0 ... .max))"
    }

    func makeTopic(_ stem: String, partitionCount: Int32 = 1) throws -> String {
        let topic = Self.uniqueName(stem)
        try admin.createTopic(topic, partitionCount: partitionCount)
        return topic
    }

    func makeProducer(
        _ transactionalID: String, timeoutMilliseconds: Int32 = 60_000
    ) throws -> TransactionalProducer {
        try TransactionalProducer(
            configuration: configuration, transactionalID: transactionalID,
            transactionTimeoutMilliseconds: timeoutMilliseconds)
    }

    /// A producer with an open transaction that holds `values` on partition 0 of `topic`, flushed.
    func openTransaction(
        _ transactionalID: String, topic: String, values: [String],
        timeoutMilliseconds: Int32 = 60_000
    ) throws -> TransactionalProducer {
        let producer = try makeProducer(transactionalID, timeoutMilliseconds: timeoutMilliseconds)
        try producer.initTransactions(timeoutMilliseconds: 120_000)
        try producer.begin()
        try producer.producer.write(values, to: topic)
        try producer.producer.flush(timeoutMilliseconds: 120_000)
        return producer
    }

    /// What a reader sees of partition 0, up to its end of now.
    func read(_ topic: String, isolation: IsolationLevel = .readCommitted) throws -> [String] {
        var options = KafkaConsumer.Options(groupID: Self.uniqueName("reader"))
        options.isolation = isolation
        let consumer = try KafkaConsumer(configuration: configuration, options: options)
        return try consumer.readToEnd(of: topic).values
    }

    /// Waits until a `read_committed` reader sees exactly `expected` on partition 0.
    ///
    /// EndTxn is answered before the control records are written, so the end follows a commit.
    func awaitCommitted(_ expected: [String], on topic: String) throws {
        var seen: [String] = []
        do {
            try wait("the commit") {
                seen = try read(topic)
                return seen == expected
            }
        } catch {
            #expect(seen == expected)
        }
    }

    /// The broker, with more client properties.
    func configuration(_ properties: [String: String]) throws -> KafkaConfiguration {
        let all = properties.merging(["bootstrap.servers": configuration.bootstrapServers]) { $1 }
        return try KafkaConfiguration(properties: all)
    }

    struct MissingBroker: Error, CustomStringConvertible {
        let description = "MILLRACE_TEST_BOOTSTRAP is not set: start a broker with scripts/kafka up"
    }
}

extension Producer {
    /// Writes values without keys to one partition.
    func write(_ values: [String], to topic: String, partition: Int32 = 0) throws {
        let handle = try self.topic(topic)
        let arena = ByteArena()
        let slices = values.map { value in
            var value = value
            return value.withUTF8 { bytes in
                bytes.baseAddress.map { arena.append($0, bytes.count) } ?? .absent
            }
        }
        let rows = values.indices.map { Int32($0) }
        let accepted = try slices.withUnsafeBufferPointer { slices in
            try rows.withUnsafeBufferPointer { rows in
                try produce(
                    to: handle, partition: partition, keys: nil, values: slices.baseAddress!,
                    rows: rows, keeping: arena.takeChunks(), waitMaxMilliseconds: 120_000)
            }
        }
        guard accepted == values.count else {
            throw KafkaError(.timedOut, code: -185, context: "write")
        }
    }
}

extension KafkaConsumer {
    /// Everything on partition 0 from `start` to its end, and where that end is.
    func readToEnd(of topic: String, from start: Int64 = 0) throws -> (values: [String], end: Int64)
    {
        let place = TopicPartition(topic: topic, partition: PartitionIndex(rawValue: 0))
        try assign([(place, Offset(rawValue: start))])
        let batch = RawRecordBatch(rowCapacity: 1000)
        var values: [String] = []
        for _ in 0..<1_200 {
            let count = try poll(into: batch, waitMaxMilliseconds: 100)
            for row in 0..<count { values.append(batch.values[row].text) }
            if let end = takePartitionEnds().last { return (values, end.offset.rawValue) }
        }
        throw KafkaError(.timedOut, code: -185, context: "no end of \(place) within 120 s")
    }
}
