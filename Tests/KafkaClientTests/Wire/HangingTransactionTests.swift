import StreamCore
import Testing

@testable import KafkaClient

/// Finding and ending transactions that hang, against scripted brokers.
@Suite struct HangingTransactionTests {
    private let place = TopicPartition(topic: "out", partition: PartitionIndex(rawValue: 0))

    /// Node 1 is `l:1`; it leads both partitions, or nobody does.
    private static func metadata(leader: Int32 = 1, code: Int16 = 0) -> FakeBroker.Reply {
        var body = WireWriter()
        body.append(Int32(0))
        body.appendCompactCount(1)
        body.append(Int32(1))
        body.appendCompact("l")
        body.append(Int32(1))
        body.appendVarint(0)  // rack
        body.appendNoTags()
        body.appendVarint(0)  // cluster id
        body.append(Int32(1))
        body.appendCompactCount(1)
        body.append(code)
        body.appendCompact("out")
        for _ in 0..<2 { body.append(UInt64(0)) }
        body.append(false)
        body.appendCompactCount(2)
        for index: Int32 in 0..<2 {
            body.append(Int16(0))
            body.append(index)
            body.append(leader)
            body.append(Int32(0))
            for _ in 0..<3 { body.appendCompactCount(0) }
            body.appendNoTags()
        }
        body.append(Int32(0))
        body.appendNoTags()
        body.appendNoTags()
        return .body(body.bytes)
    }

    /// Of `out[0]`: producer 7 in epoch 2, with a transaction from this offset on.
    private static func producers(startOffset: Int64, code: Int16 = 0) -> FakeBroker.Reply {
        var body = WireWriter()
        body.append(Int32(0))
        body.appendCompactCount(1)
        body.appendCompact("out")
        body.appendCompactCount(1)
        body.append(Int32(0))
        body.append(code)
        body.appendVarint(0)
        body.appendCompactCount(1)
        body.append(Int64(7))
        body.append(Int32(2))
        body.append(Int32(0))
        body.append(Int64(0))
        body.append(Int32(0))
        body.append(startOffset)
        for _ in 0..<4 { body.appendNoTags() }
        return .body(body.bytes)
    }

    private func broker(
        metadata: @escaping @Sendable (_ nth: Int) -> FakeBroker.Reply = { _ in
            HangingTransactionTests.metadata()
        },
        _ reply: @escaping @Sendable (_ request: FakeBroker.Request, _ nth: Int) -> FakeBroker.Reply
    ) -> FakeBroker {
        FakeBroker { request, nth in
            switch request.api {
            case .apiVersions: FakeBroker.apiVersions()
            case .findCoordinator: FakeBroker.coordinator()
            case .metadata: metadata(nth)
            default: reply(request, nth)
            }
        }
    }

    private func open(_ broker: FakeBroker) throws -> [TransactionResolver.OpenTransaction] {
        try broker.resolver().openTransactions(topics: ["out"])
    }

    @Test func theLeadersOfPartitionsTellWhoseTransactionsAreOpen() throws {
        let broker = broker { _, _ in Self.producers(startOffset: 5) }
        let expected = TransactionResolver.OpenTransaction(
            place: place, producerID: ProducerID(rawValue: 7), epoch: ProducerEpoch(rawValue: 2),
            startOffset: 5)
        #expect(try open(broker) == [expected])
        #expect(broker.requests.last?.broker == WireAddress(host: "l", port: 1))
        let ended = self.broker { _, _ in Self.producers(startOffset: -1) }
        #expect(try open(ended) == [])
    }

    @Test func whileAPartitionHasNoLeaderNothingIsKnown() throws {
        let broker = broker(metadata: { Self.metadata(leader: $0 < 2 ? -1 : 1) }) { _, nth in
            Self.producers(startOffset: -1, code: nth < 1 ? 6 : 0)
        }
        #expect(try open(broker) == [])
        let asked = broker.requests.map(\.api)
        #expect(
            asked == [
                .metadata, .metadata, .metadata, .describeProducers, .metadata, .describeProducers,
            ])
    }

    @Test func withoutReadOnATopicThePermissionIsTheError() throws {
        for broker in [
            broker(metadata: { _ in Self.metadata(code: 29) }) { _, _ in .silence },
            broker { _, _ in Self.producers(startOffset: -1, code: 29) },
        ] {
            do {
                _ = try open(broker)
                Issue.record("an answer without permission")
            } catch let error as KafkaError {
                #expect(error.kind == .unauthorized)
            }
        }
    }

    @Test func whatIsLeftIsAskedForUntilItIsGoneOrTheTimeIsOver() throws {
        let going = broker { _, nth in Self.producers(startOffset: nth < 3 ? 5 : -1) }
        let none = try going.resolver().transactionsLeft(topics: ["out"]) { _ in true }
        #expect(none == [])
        #expect(going.requests.count { $0.api == .describeProducers } == 4)

        let staying = broker { _, _ in Self.producers(startOffset: 5) }
        let resolver = try staying.resolver(timeoutMilliseconds: 20)
        #expect(try resolver.transactionsLeft(topics: ["out"]) { _ in true }.count == 1)
        #expect(try resolver.transactionsLeft(topics: ["out"]) { _ in false } == [])
    }

    @Test func whatHangsIsEndedByATransactionOfItsPartitions() throws {
        let added = FakeBroker.Reply.body([0, 0, 0, 0, 0, 0, 0, 0])
        let broker = broker { request, _ in
            request.api == .addPartitionsToTransaction ? added : FakeBroker.code(0)
        }
        let reply = try broker.resolver().endHanging(
            at: [place], transactionalID: "id-0", producerID: ProducerID(rawValue: 7),
            epoch: ProducerEpoch(rawValue: 3), commits: false)
        #expect(reply == .committed)
        #expect(
            broker.requests.map(\.api)
                == [
                    .findCoordinator, .addPartitionsToTransaction, .findCoordinator,
                    .endTransaction,
                ])
    }

    @Test func aTransactionThatCannotBeginIsNotEnded() throws {
        // One topic, one partition, code 47: the epoch is old.
        let refused = FakeBroker.Reply.body(
            [0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0x6F, 0, 0, 0, 1, 0, 0, 0, 0, 0, 47])
        let broker = broker { _, _ in refused }
        let reply = try broker.resolver().endHanging(
            at: [place], transactionalID: "id-0", producerID: ProducerID(rawValue: 7),
            epoch: ProducerEpoch(rawValue: 3), commits: true)
        #expect(reply == .refused(code: 47))
        #expect(!broker.requests.contains { $0.api == .endTransaction })
    }
}
