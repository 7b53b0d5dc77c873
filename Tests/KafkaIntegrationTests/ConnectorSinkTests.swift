import Formats
import KafkaClient
import KafkaConnector
import StreamAPI
import StreamCore
import Testing

/// Which records a sink makes of rows, and what it says when it cannot.
@Suite struct ConnectorSinkTests {
    typealias Harness = ConnectorHarness

    @Test func keysLieInThePartitionsThatKafkasOwnHashGivesThem() throws {
        let harness = try Harness()
        let keys = (0..<200).map { "key-\($0)-\(String(repeating: "x", count: $0 % 5))" }
        let theirs = try harness.broker.makeTopic("theirs", partitionCount: 7)
        try Harness.run(
            [
                "-b", harness.broker.configuration.bootstrapServers, "-P", "-t", theirs, "-K", ":",
                "-X", "topic.partitioner=murmur2_random",
            ], input: keys.map { "\($0):v\n" }.joined())
        let ours = try harness.broker.makeTopic("ours", partitionCount: 7)
        try harness.commit(ours, keys.map { ($0, "v") })
        #expect(try harness.kcat(ours).sorted() == harness.kcat(theirs).sorted())
    }

    @Test func rowsWithoutKeysStayTogetherInABatchAndTakeThePartitionsInTurn() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("keyless", partitionCount: 2)
        let writer = try harness.plainWriter(topic)
        try writer.write(rawBatch([(nil, "a"), (nil, "b")]))
        try writer.write(rawBatch([(nil, "c"), (nil, "d")]))
        try writer.barrier(Harness.barrier(1))
        #expect(try harness.kcat(topic).sorted() == ["0  a", "0  b", "1  c", "1  d"])
    }

    @Test func aTombstoneStaysOne() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("tombstone")
        try harness.commit(topic, [("k", nil), ("k", "")])
        let lengths = try Harness.run([
            "-b", harness.broker.configuration.bootstrapServers, "-C", "-t", topic, "-e", "-q",
            "-f", "%S\\n",
        ])
        #expect(lengths == "-1\n0\n")
    }

    @Test func onlySelectedRowsAreWrittenAndEncodedFieldsBelongToThem() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("encoded")
        let batch = rawBatch([("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")])
        batch.selection.remove(row: 1)
        let writer = try harness.plainWriter(
            topic, KafkaRecordEncoding(key: .origin, value: .encoded(OffsetEncoder())))
        try writer.write(batch)
        try writer.barrier(Harness.barrier(1))
        #expect(try harness.kcat(topic) == ["0 a at 0", "0 c at 2", "0 d at 3"])
    }

    @Test func aPlainSinkHasDeliveredWhenItsBarrierReturns() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("plain")
        let writer = try harness.plainWriter(topic)
        try writer.write(rawBatch((0..<1000).map { (nil, "\($0)") }))
        try writer.barrier(Harness.barrier(1))
        #expect(try harness.broker.admin.watermarks(of: harness.place(topic)).end.rawValue == 1000)
    }

    @Test func aRecordThatIsTooLargeIsNamedWithItsSizeAndTheSetting() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("large")
        let writer = try harness.plainWriter(topic)
        let large = String(repeating: "x", count: 1_100_000)
        let error = #expect(throws: FatalError.self) {
            try writer.write(rawBatch([("k", "small"), ("k", large)]))
        }
        #expect(error?.exitCode == .configuration)
        for part in [topic, "in[0]@1", "1100001 bytes", "message.max.bytes"] {
            #expect(error?.message.contains(part) == true)
        }
    }

    @Test func aRecordThatOnlyTheTopicFindsTooLargeFailsTheFlushByName() throws {
        let harness = try Harness()
        let topic = ClientBroker.uniqueName("small")
        try harness.broker.admin.createTopic(
            topic, partitionCount: 1, settings: ["max.message.bytes": "1000"])
        let sink = try harness.transactions(topic)
        let error = #expect(throws: TransactionError.self) {
            try harness.write(topic, [("k", String(repeating: "x", count: 2000))], with: sink)
        }
        #expect(error?.code == .misconfigured)
        for part in [topic, "max.message.bytes", sink.transactionalID(slot: 0)] {
            #expect(error?.message.contains(part) == true)
        }
    }

    @Test func aMissingOutputTopicIsNamed() throws {
        let harness = try Harness()
        let topic = ClientBroker.uniqueName("absent")
        let error = #expect(throws: FatalError.self) { try harness.plainWriter(topic) }
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.contains(topic) == true)
        let sink = try harness.transactions(topic)
        let refused = #expect(throws: TransactionError.self) { try sink.initialize(slot: 0) }
        #expect(refused?.code == .misconfigured)
    }
}

/// Names each selected row's offset.
private final class OffsetEncoder: RowEncoder {
    private let arena = ByteArena()

    func encode(_ batch: RecordBatch, into output: EncodedRows) {
        let column = Column(type: .string, capacity: batch.rowCapacity)
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            let text = Array("at \(batch.origin.offsets[row])".utf8)
            column.slices[row] = text.withUnsafeBytes { arena.append($0.baseAddress!, $0.count) }
        }
        batch.columns = [column]
        batch.chunks = arena.takeChunks()
        RawEncoder(column: 0).encode(batch, into: output)
    }
}

extension ConnectorHarness {
    /// Writes rows in one transaction, committed.
    func commit(_ topic: String, _ rows: [(key: String?, value: String?)]) throws {
        let sink = try transactions(topic)
        _ = try write(topic, rows, with: sink)
        try sink.commit(slot: 0)
        sink.destroy(slot: 0)
        try awaitMarkers(topic)
    }

    func plainWriter(
        _ topic: String, _ encoding: KafkaRecordEncoding = passThrough
    ) throws -> any SinkWriter {
        try PlainSink(connection: connection).makeWriter(
            Self.sink(topic, .atLeastOnce), encoding: encoding, context: Self.context)
    }
}
