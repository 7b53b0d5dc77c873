import Foundation
import KafkaClient
import KafkaConnector
import StreamAPI
import StreamCore

/// A job's Kafka side, driven by hand as the protocol would, on the broker of `ClientBroker`.
struct ConnectorHarness {
    let broker: ClientBroker
    let connection: KafkaConnectionConfiguration

    init(timeoutMilliseconds: Int32 = 60_000) throws {
        broker = try ClientBroker()
        connection = KafkaConnectionConfiguration(
            name: "main", client: broker.configuration,
            transactionalIDPrefix: ClientBroker.uniqueName("pool"),
            transactionTimeoutMilliseconds: timeoutMilliseconds)
    }

    // MARK: Sinks

    func transactions(_ topics: String...) throws -> TransactionalSink {
        try TransactionalSink(
            connection: connection, cluster: broker.admin.clusterID(),
            jobName: connection.transactionalIDPrefix, outputTopics: topics)
    }

    static func sink(
        _ topic: String, _ guarantee: DeliveryGuarantee = .exactlyOnce
    ) -> KafkaSinkConfiguration {
        KafkaSinkConfiguration(
            operatorID: OperatorID(rawValue: "results"), topic: topic, guarantee: guarantee)
    }

    static let context = OperatorContext(
        operatorID: OperatorID(rawValue: "results"), subtaskIndex: 0, parallelism: 1,
        maxParallelism: 128)

    static var passThrough: KafkaRecordEncoding {
        KafkaRecordEncoding(key: .origin, value: .origin)
    }

    static func checkpoint(_ sequence: UInt32) -> CheckpointID {
        CheckpointID(attempt: Attempt(rawValue: 1), sequence: sequence)
    }

    static func barrier(_ sequence: UInt32) -> CheckpointBarrier {
        CheckpointBarrier(id: checkpoint(sequence), kind: .checkpoint)
    }

    // MARK: Sources

    func source(
        _ topic: String, _ startup: KafkaStartupMode = .earliest, group: String = "connector",
        isolation: IsolationLevel = .readCommitted
    ) throws -> KafkaSource {
        try KafkaSource(
            KafkaSourceConfiguration(
                operatorID: OperatorID(rawValue: "events"), topic: topic, groupID: group,
                startup: startup, isolation: isolation),
            connection: connection)
    }

    /// Starts, reads to the stop positions, and gives the values in order of arrival.
    func readToEnd(_ source: KafkaSource, restored: [[UInt8]]? = nil) throws -> [String] {
        let splits = try source.resolveSplits(restored: restored, stopAtEnd: true)
        let reader = try source.makeReader(splits: splits, context: Self.context)
        defer { reader.close() }
        return try reader.readToEnd()
    }

    /// What an independent reader sees: `partition key value`, one line a record, `read_committed`.
    func kcat(_ topic: String) throws -> [String] {
        try Self.run([
            "-b", broker.configuration.bootstrapServers, "-C", "-t", topic, "-e", "-q",
            "-X", "isolation.level=read_committed", "-f", "%p %k %s\\n",
        ]).split(separator: "\n").map(String.init)
    }

    /// The same once it sees `count` records: a commit is answered before its markers are in every
    /// log.
    func kcat(_ topic: String, awaiting count: Int) throws -> [String] {
        var seen: [String] = []
        try waitUntil {
            seen = try kcat(topic)
            return seen.count >= count
        }
        return seen
    }

    /// Waits until no transaction holds readers of the topic back.
    func awaitMarkers(_ topic: String) throws {
        let uncommitted = try KafkaAdmin(
            configuration: broker.configuration, isolation: .readUncommitted)
        for partition in 0..<(try broker.admin.partitionCount(ofTopic: topic)) {
            let place = TopicPartition(
                topic: topic, partition: PartitionIndex(rawValue: partition))
            try waitUntil {
                try broker.admin.watermarks(of: place).end == uncommitted.watermarks(of: place).end
            }
        }
    }

    /// Runs kcat to its end.
    @discardableResult
    static func run(_ arguments: [String], input: String? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["kcat"] + arguments
        let (output, feed) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardInput = feed
        try process.run()
        if let input { feed.fileHandleForWriting.write(Data(input.utf8)) }
        try feed.fileHandleForWriting.close()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw KafkaError(
                .failed, code: 0, context: "kcat exits with \(process.terminationStatus)")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension SourceReader {
    /// Every value up to the stop positions.
    func readToEnd() throws -> [String] {
        let batch = RawRecordBatch(rowCapacity: 100)
        var values: [String] = []
        for _ in 0..<1_200 {
            let status = try poll(into: batch, waitMax: .milliseconds(100))
            values += (0..<batch.rowCount).map { batch.values[$0].text }
            if status == .ended { return values }
        }
        throw KafkaError(.timedOut, code: 0, context: "no end within 120 s")
    }
}

/// Rows as a `format: raw` source gives them, all selected.
func rawBatch(_ rows: [(key: String?, value: String?)]) -> RecordBatch {
    let capacity = max(1, rows.count)
    let raw = RawRecordBatch(rowCapacity: capacity)
    raw.topic = "in"
    let arena = ByteArena()
    for (index, row) in rows.enumerated() {
        raw.keys[index] = slice(row.key, arena)
        raw.values[index] = slice(row.value, arena)
        raw.partitions[index] = 0
        raw.offsets[index] = Int64(index)
        raw.timestamps[index] = -1
    }
    raw.rowCount = rows.count
    raw.chunks = arena.takeChunks()
    let batch = RecordBatch(schema: RowSchema([]), rowCapacity: capacity)
    batch.origin = raw
    batch.rowCount = rows.count
    batch.selection.selectAll(rows.count)
    return batch
}

private func slice(_ text: String?, _ arena: ByteArena) -> ByteSlice {
    guard let text else { return .absent }
    let bytes = Array(text.utf8) + [0]
    return bytes.withUnsafeBytes { buffer in
        buffer.baseAddress.map { arena.append($0, text.utf8.count) } ?? .absent
    }
}
