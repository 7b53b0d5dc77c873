import KafkaClient
import KafkaConnector
import StreamAPI
import StreamCore
import Synchronization
import Testing

/// The transactions of a job, from initialize to commit and from crash to resolution.
@Suite struct ConnectorTransactionTests {
    typealias Harness = ConnectorHarness

    @Test func aTransactionIsSeenWholeWithItsMarkerAndOnlyOnceCommitted() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("life", partitionCount: 2)
        let sink = try harness.transactions(topic)
        let identity = try sink.initialize(slot: 0)
        sink.activate(slot: 0)
        #expect(sink.readMarker() == .absent)
        #expect(!sink.hasOutput(slot: 0))

        let writer = sink.makeWriter(
            Harness.sink(topic), encoding: Harness.passThrough, context: Harness.context)
        try writer.write(rawBatch([("a", "1"), ("b", "2"), ("a", "3")]))
        try writer.barrier(Harness.barrier(7))
        #expect(sink.hasOutput(slot: 0))
        let report = try sink.flush(slot: 0)
        #expect(report.output.map(\.recordCount).reduce(0, +) == 3)
        #expect(report.beginTimeMilliseconds != nil)
        try sink.sendMarker(
            slot: 0, checkpoint: Harness.checkpoint(7), attempt: Attempt(rawValue: 1))

        let open = try sink.describe(transactionalID: sink.transactionalID(slot: 0))
        #expect(open.state == "Ongoing")
        #expect(open.producer == identity)
        #expect(sink.readMarker() == .unstable)
        #expect(try harness.kcat(topic) == [])

        try sink.commit(slot: 0)
        sink.destroy(slot: 0)
        // The answer to a commit comes before the markers are in every log.
        try waitUntil { sink.readMarker() != .unstable }
        #expect(sink.readMarker() == .value(Harness.checkpoint(7)))
        var seen: [String] = []
        try waitUntil {
            seen = try harness.kcat(topic)
            return seen.count >= 3
        }
        #expect(seen.filter { $0.contains(" a ") }.map { $0.suffix(1) } == ["1", "3"])
        #expect(seen.count == 3)
        try expectAtRest(topic, partitionCount: 2, harness)
    }

    @Test func whatIsWrittenBehindABarrierGoesIntoTheNextSlotOnly() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("alternate")
        let sink = try harness.transactions(topic)
        _ = try sink.initialize(slot: 0)
        _ = try sink.initialize(slot: 1)
        sink.activate(slot: 0)
        let written = Atomic<Int>(0)
        let task = Subtask {
            let writer = sink.makeWriter(
                Harness.sink(topic), encoding: Harness.passThrough, context: Harness.context)
            for interval in 0..<4 {
                try writer.write(rawBatch([("k", "\(interval)")]))
                written.add(1, ordering: .sequentiallyConsistent)
                try writer.barrier(Harness.barrier(UInt32(interval)))
            }
        }
        for interval in 0..<4 {
            try waitUntil { written.load(ordering: .sequentiallyConsistent) == interval + 1 }
            let slot = interval % 2
            #expect(try sink.flush(slot: slot).output.map(\.recordCount) == [1])
            // Only the activation lets the subtask write on.
            #expect(written.load(ordering: .sequentiallyConsistent) == interval + 1)
            sink.activate(slot: 1 - slot)
            try sink.sendMarker(
                slot: slot, checkpoint: Harness.checkpoint(UInt32(interval)),
                attempt: Attempt(rawValue: 1))
            try sink.commit(slot: slot)
            #expect(try harness.kcat(topic, awaiting: interval + 1).count == interval + 1)
            sink.destroy(slot: slot)
            if interval < 3 { _ = try sink.initialize(slot: slot) }
        }
        try task.join()
        #expect(try harness.kcat(topic) == ["0 k 0", "0 k 1", "0 k 2", "0 k 3"])
    }

    @Test func anIntervalWithoutOutputGoesOnWithTheSameSlot() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("empty")
        let sink = try harness.transactions(topic)
        _ = try sink.initialize(slot: 0)
        sink.activate(slot: 0)
        let writer = sink.makeWriter(
            Harness.sink(topic), encoding: Harness.passThrough, context: Harness.context)
        try writer.barrier(Harness.barrier(1))
        #expect(try sink.flush(slot: 0) == FlushReport(output: [], beginTimeMilliseconds: nil))
        sink.activate(slot: 0)
        try writer.write(rawBatch([("k", "late")]))
        try writer.barrier(Harness.barrier(2))
        #expect(try sink.flush(slot: 0).output.map(\.recordCount) == [1])
        try sink.commit(slot: 0)
        #expect(try harness.kcat(topic, awaiting: 1) == ["0 k late"])
    }

    @Test func cancellingEndsTheWaitForATransaction() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("cancel")
        let sink = try harness.transactions(topic)
        let writer = sink.makeWriter(
            Harness.sink(topic), encoding: Harness.passThrough, context: Harness.context)
        let cancel = writer.cancel
        let task = Subtask { cancel() }
        #expect(throws: SinkCancelledError.self) { try writer.write(rawBatch([("k", "v")])) }
        try task.join()
    }

    @Test func aPreparedTransactionIsCommittedAfterItsProducerIsGone() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("resume")
        let prepared = try harness.prepare(topic, [("k", "kept")], Harness.checkpoint(3))
        let recovery = try harness.transactions(topic)
        #expect(try harness.kcat(topic) == [])
        #expect(recovery.endTransaction(prepared) == .committed)
        #expect(recovery.endTransaction(prepared) == .committed)
        #expect(try harness.kcat(topic, awaiting: 1) == ["0 k kept"])
        try waitUntil { recovery.readMarker() != .unstable }
        #expect(recovery.readMarker() == .value(Harness.checkpoint(3)))
        try expectAtRest(topic, partitionCount: 1, harness)
    }

    @Test func fencingAbortsWhatIsOpenAndItsLateCommitIsRefused() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("fence")
        let prepared = try harness.prepare(topic, [("k", "lost")], Harness.checkpoint(3))
        let recovery = try harness.transactions(topic)
        #expect(recovery.fence(transactionalID: prepared.transactionalID) == .fenced)
        guard case .refused = recovery.endTransaction(prepared) else {
            return #expect(Bool(false), "a fenced transaction was committed")
        }
        #expect(try harness.kcat(topic) == [])
        try waitUntil { recovery.readMarker() != .unstable }
        #expect(recovery.readMarker() == .absent)
        try expectAtRest(topic, partitionCount: 1, harness)
    }

    @Test func aProducerWhoseIDWasTakenSaysSoInItsCommit() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("taken")
        let sink = try harness.transactions(topic)
        _ = try harness.write(topic, [("k", "lost")], with: sink)
        #expect(sink.fence(transactionalID: sink.transactionalID(slot: 0)) == .fenced)
        let error = #expect(throws: TransactionError.self) { try sink.commit(slot: 0) }
        #expect(error?.code == .fenced)
        #expect(error?.message.contains(sink.transactionalID(slot: 0)) == true)
    }

    @Test func aTransactionThatTheBrokerTimedOutIsDeadAndSaysWhy() throws {
        let harness = try Harness(timeoutMilliseconds: 10_000)
        let topic = try harness.broker.makeTopic("timeout")
        let sink = try harness.transactions(topic)
        _ = try harness.write(topic, [("k", "lost")], with: sink)
        try waitUntil {
            try sink.describe(transactionalID: sink.transactionalID(slot: 0)).state
                == "CompleteAbort"
        }
        let error = #expect(throws: TransactionError.self) { try sink.commit(slot: 0) }
        #expect(error?.code == .fenced)
        #expect(error?.message.contains("time") == true)
        #expect(try harness.kcat(topic) == [])
    }

    @Test func everySinkOfTheJobIsInTheSameTransaction() throws {
        let harness = try Harness()
        let (first, second) = (
            try harness.broker.makeTopic("first"), try harness.broker.makeTopic("second")
        )
        let sink = try harness.transactions(first, second)
        _ = try sink.initialize(slot: 0)
        sink.activate(slot: 0)
        for topic in [first, second] {
            let writer = sink.makeWriter(
                Harness.sink(topic), encoding: Harness.passThrough, context: Harness.context)
            try writer.write(rawBatch([("k", topic)]))
        }
        #expect(try Set(sink.flush(slot: 0).output.map(\.topic)) == [first, second])
        #expect(try harness.kcat(first) == [])
        try sink.commit(slot: 0)
        #expect(try harness.kcat(first, awaiting: 1) == ["0 k \(first)"])
        #expect(try harness.kcat(second, awaiting: 1) == ["0 k \(second)"])
    }

    @Test func theRangesOfTwoTransactionsEncloseTheirRecords() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("ranges")
        let sink = try harness.transactions(topic)
        let first = try harness.write(topic, [("k", "0"), ("k", "1")], with: sink)
        #expect(first.output.map(\.firstOffset) == [0])
        #expect(first.output.map(\.lastOffset) == [1])
        try sink.commit(slot: 0)
        sink.destroy(slot: 0)
        try harness.awaitMarkers(topic)
        // Offset 2 is the first one's commit record.
        let second = try harness.write(topic, [("k", "3")], with: sink)
        #expect(second.output.map(\.firstOffset) == [2])
        #expect(second.output.map(\.lastOffset) == [3])
    }

    private func expectAtRest(
        _ topic: String, partitionCount: Int32, _ harness: Harness
    ) throws {
        let uncommitted = try KafkaAdmin(
            configuration: harness.broker.configuration, isolation: .readUncommitted)
        for partition in 0..<partitionCount {
            let place = TopicPartition(
                topic: topic, partition: PartitionIndex(rawValue: partition))
            let stable = try harness.broker.admin.watermarks(of: place).end
            #expect(try stable == uncommitted.watermarks(of: place).end)
        }
    }
}

extension ConnectorHarness {
    /// Slot 0 with `rows`, flushed and not committed.
    func write(
        _ topic: String, _ rows: [(key: String?, value: String?)], with sink: TransactionalSink
    ) throws -> FlushReport {
        _ = try sink.initialize(slot: 0)
        sink.activate(slot: 0)
        let writer = sink.makeWriter(
            Self.sink(topic), encoding: Self.passThrough, context: Self.context)
        defer { writer.close() }
        try writer.write(rawBatch(rows))
        return try sink.flush(slot: 0)
    }

    /// A transaction as a durable checkpoint would hold it; its producer is freed.
    func prepare(
        _ topic: String, _ rows: [(key: String?, value: String?)], _ checkpoint: CheckpointID
    ) throws -> PreparedTransaction {
        let sink = try transactions(topic)
        _ = try sink.initialize(slot: 0)
        let identity = try sink.describe(transactionalID: sink.transactionalID(slot: 0)).producer
        sink.activate(slot: 0)
        let writer = sink.makeWriter(
            Self.sink(topic), encoding: Self.passThrough, context: Self.context)
        try writer.write(rawBatch(rows))
        try writer.barrier(CheckpointBarrier(id: checkpoint, kind: .checkpoint))
        let report = try sink.flush(slot: 0)
        try sink.sendMarker(slot: 0, checkpoint: checkpoint, attempt: checkpoint.attempt)
        sink.destroy(slot: 0)
        return PreparedTransaction(
            cluster: sink.cluster, transactionalID: sink.transactionalID(slot: 0),
            producer: identity, beginTimeMilliseconds: report.beginTimeMilliseconds ?? 0,
            timeoutMilliseconds: sink.timeoutMilliseconds, marker: checkpoint,
            output: report.output)
    }
}
