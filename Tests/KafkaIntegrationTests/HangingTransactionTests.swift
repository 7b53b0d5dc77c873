import Foundation
import StreamAPI
import StreamCore
import Testing

@testable import KafkaClient
@testable import KafkaConnector

/// Records of a transaction that its coordinator knows nothing of: as open in the partition, and as
/// ended for the coordinator, as those whose markers a starting broker has skipped.
@Suite(.serialized) struct HangingTransactionTests {
    @Test(arguments: [true, false])
    func whatHangsIsEndedAsItWasDecided(isCommitted: Bool) throws {
        let harness = try ConnectorHarness()
        let topic = try harness.broker.makeTopic("hanging", partitionCount: 2)
        let sink = try harness.transactions(topic)
        let producer = try hang("kept back", on: topic, harness, sink)
        _ = try ConnectorHarness.run(
            ["-b", harness.broker.configuration.bootstrapServers, "-P", "-t", topic, "-p", "0"],
            input: "behind it\n")
        #expect(try harness.kcat(topic) == [], "readers are held back")

        #expect(sink.fence(transactionalID: sink.transactionalID(slot: 0)) == .fenced)
        let hanging = HangingTransaction(
            topic: topic, partition: PartitionIndex(rawValue: 0), producer: producer,
            startOffset: 0, isCommitted: isCommitted)
        #expect(sink.settle(committed: isCommitted ? [producer] : []) == .settled([hanging]))
        #expect(sink.settle(committed: []) == .settled([]), "nothing is left")
        let values = try harness.kcat(topic).map { String($0.dropFirst("0  ".count)) }
        #expect(values == (isCommitted ? ["kept back", "behind it"] : ["behind it"]))
    }

    /// Somebody else's open transaction is none of ours.
    @Test func whatOthersHaveOpenIsLeftAlone() throws {
        let harness = try ConnectorHarness()
        let topic = try harness.broker.makeTopic("not-ours")
        let sink = try harness.transactions(topic)
        let id = ClientBroker.uniqueName("other")
        let other = try harness.broker.openTransaction(id, topic: topic, values: ["theirs"])
        #expect(sink.fence(transactionalID: sink.transactionalID(slot: 0)) == .fenced)
        #expect(sink.settle(committed: []) == .settled([]))
        try other.commit(timeoutMilliseconds: 120_000)
        try harness.broker.awaitCommitted(["theirs"], on: topic)
    }

    /// A commit is done when readers can see it.
    @Test func whatIsCommittedCanBeReadAtOnce() throws {
        let harness = try ConnectorHarness()
        let topic = try harness.broker.makeTopic("at-once", partitionCount: 3)
        let sink = try harness.transactions(topic)
        for slot in 0..<4 {
            _ = try sink.initialize(slot: slot)
            sink.activate(slot: slot)
            let writer = sink.makeWriter(
                ConnectorHarness.sink(topic), encoding: ConnectorHarness.passThrough,
                context: ConnectorHarness.context)
            try writer.write(rawBatch((0..<9).map { ("\($0)", "\(slot)") }))
            try writer.barrier(ConnectorHarness.barrier(UInt32(slot)))
            _ = try sink.flush(slot: slot)
            try sink.sendMarker(
                slot: slot, checkpoint: ConnectorHarness.checkpoint(UInt32(slot)),
                attempt: Attempt(rawValue: 1))
            try sink.commit(slot: slot)
            #expect(try harness.kcat(topic).count == 9 * (slot + 1))
            sink.destroy(slot: slot)
            writer.close()
        }
    }

    // MARK: Behind the coordinator's back

    /// A record of a new epoch of slot 0's id, in partition 0, of which the coordinator was not told.
    private func hang(
        _ value: String, on topic: String, _ harness: ConnectorHarness, _ sink: TransactionalSink
    ) throws -> ProducerIdentity {
        let fenced = sink.resolver.fence(
            transactionalID: sink.transactionalID(slot: 0), transactionTimeoutMilliseconds: 60_000)
        guard case .fenced(let producerID, let epoch) = fenced else {
            throw KafkaError(.failed, code: 0, context: "\(fenced)")
        }
        try switchVerification(on: false, harness)
        defer { try? switchVerification(on: true, harness) }
        let batch = Self.transactionalBatch(value, producerID, epoch)
        let request = Self.produce(
            batch, to: topic, transactionalID: sink.transactionalID(slot: 0))
        let address = try #require(
            WireAddress.list(harness.broker.configuration.bootstrapServers).first)
        // The broker takes its new configuration a moment later; until then it answers 48 or 87.
        try waitUntil {
            let deadline = Monotonic.milliseconds() + 10_000
            let transport = try TCPTransport.connect(to: address, deadline: deadline)
            try transport.send(request, deadline: deadline)
            let length = try transport.receive(4, deadline: deadline)
                .reduce(0) { $0 << 8 | Int($1) }
            let answer = try transport.receive(length, deadline: deadline)
            // correlation, one topic, its name, one partition, its index, the code
            let code = 4 + 4 + 2 + topic.utf8.count + 4 + 4
            return answer.count > code + 1 && answer[code] == 0 && answer[code + 1] == 0
        }
        return ProducerIdentity(producerID: producerID, epoch: epoch)
    }

    /// Whether the partition's leader asks the coordinator before it takes a transactional record.
    private func switchVerification(on: Bool, _ harness: ConnectorHarness) throws {
        let folder = try #require(
            ProcessInfo.processInfo.environment["MILLRACE_TEST_KAFKA_DIR"])
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: FileManager.default.currentDirectoryPath + "/scripts/kafka")
        process.arguments = [
            "tool", "--dir", folder, "kafka-configs.sh", "--bootstrap-server",
            harness.broker.configuration.bootstrapServers, "--alter", "--entity-type", "brokers",
            "--entity-name", "1", "--add-config",
            "transaction.partition.verification.enable=\(on)",
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    /// Produce v7 of one batch to partition 0.
    private static func produce(
        _ batch: [UInt8], to topic: String, transactionalID: String
    ) -> [UInt8] {
        var body = WireWriter()
        body.append(Int16(0))  // Produce
        body.append(Int16(7))
        body.append(Int32(1))
        body.append("hanging")
        body.append(transactionalID)
        body.append(Int16(-1))  // acks of all
        body.append(Int32(10_000))
        body.append(Int32(1))
        body.append(topic)
        body.append(Int32(1))
        body.append(Int32(0))
        body.append(Int32(batch.count))
        var frame = WireWriter()
        frame.append(Int32(body.bytes.count + batch.count))
        return frame.bytes + body.bytes + batch
    }

    /// A record batch, version 2, of one record without a key.
    private static func transactionalBatch(
        _ value: String, _ producerID: ProducerID, _ epoch: ProducerEpoch
    ) -> [UInt8] {
        let bytes = Array(value.utf8)
        // attributes, deltas of time and offset, no key, value, no headers; numbers in zigzag
        let fields = [0, 0, 0, 1, UInt8(bytes.count * 2)] + bytes + [0]
        var checked = WireWriter()
        checked.append(Int16(0x10))  // transactional
        checked.append(Int32(0))  // last offset delta
        checked.append(Int64(1_767_225_600_000))
        checked.append(Int64(1_767_225_600_000))
        checked.append(producerID.rawValue)
        checked.append(epoch.rawValue)
        checked.append(Int32(0))  // first sequence number
        checked.append(Int32(1))
        let content = checked.bytes + [UInt8(fields.count * 2)] + fields
        var batch = WireWriter()
        batch.append(Int64(0))  // base offset
        batch.append(Int32(4 + 1 + 4 + content.count))
        batch.append(Int32(-1))  // leader's epoch
        batch.append(Int8(2))
        batch.append(crc32c(content))
        return batch.bytes + content
    }

    private static func crc32c(_ bytes: [UInt8]) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 {
                let isOdd = crc & 1 == 1
                crc >>= 1
                if isOdd { crc ^= 0x82F6_3B78 }
            }
        }
        return ~crc
    }
}
