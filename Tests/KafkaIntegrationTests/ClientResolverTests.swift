import Glibc
import StreamCore
import Testing

@testable import KafkaClient

/// The table "EndTxn(commit) v0–v4" of docs/checkpoint-protocol.md, row by row, on a real
/// coordinator; and the marker.
@Suite struct ClientResolverTests {
    let broker: ClientBroker
    let resolver: TransactionResolver

    init() throws {
        broker = try ClientBroker()
        resolver = try TransactionResolver(configuration: broker.configuration)
    }

    /// A flushed transaction whose process is gone: nothing but its identity is left.
    private func deadProducersTransaction(
        _ id: String, topic: String, timeoutMilliseconds: Int32 = 60_000
    ) throws -> TransactionResolver.Description {
        let producer = try broker.openTransaction(
            id, topic: topic, values: ["one", "two"], timeoutMilliseconds: timeoutMilliseconds)
        return try withExtendedLifetime(producer) { try resolver.describe(transactionalID: id) }
    }

    private func commit(
        _ id: String, _ identity: TransactionResolver.Description
    ) -> TransactionResolver.EndTransactionReply {
        resolver.endTransaction(
            transactionalID: id, producerID: identity.producerID, epoch: identity.epoch)
    }

    @Test func ongoingOfADeadProducerIsCommittedAndSeen() throws {
        let topic = try broker.makeTopic("ongoing")
        let identity = try deadProducersTransaction("\(topic)-0", topic: topic)
        #expect(identity.state == "Ongoing")
        #expect(identity.timeoutMilliseconds == 60_000)
        #expect(try broker.read(topic) == [])

        #expect(commit("\(topic)-0", identity) == .committed)
        try broker.awaitCommitted(["one", "two"], on: topic)
    }

    @Test func commitOfACommittedTransactionIsIdempotent() throws {
        let topic = try broker.makeTopic("complete")
        let identity = try deadProducersTransaction("\(topic)-0", topic: topic)
        #expect(commit("\(topic)-0", identity) == .committed)
        #expect(commit("\(topic)-0", identity) == .committed)
        try wait("the end of the commit") {
            try resolver.describe(transactionalID: "\(topic)-0").state == "CompleteCommit"
        }
        try broker.awaitCommitted(["one", "two"], on: topic)
    }

    @Test func abortAfterACommitRefusesWith48() throws {
        let topic = try broker.makeTopic("late-abort")
        let identity = try deadProducersTransaction("\(topic)-0", topic: topic)
        #expect(commit("\(topic)-0", identity) == .committed)
        let abort = EndTransactionRequest(
            transactionalID: "\(topic)-0", producerID: identity.producerID,
            epoch: identity.epoch, commits: false)
        #expect(resolver.send(abort) == .refused(code: 48))
        try broker.awaitCommitted(["one", "two"], on: topic)
    }

    @Test func bumpedEpochRefusesWith47() throws {
        let topic = try broker.makeTopic("bumped")
        let identity = try deadProducersTransaction("\(topic)-0", topic: topic)
        let successor = try broker.makeProducer("\(topic)-0")
        try successor.initTransactions(timeoutMilliseconds: 120_000)

        #expect(commit("\(topic)-0", identity) == .refused(code: 47))
        #expect(try broker.read(topic) == [])
    }

    @Test func brokersTimeoutRefusesWith47() throws {
        let topic = try broker.makeTopic("timeout")
        let identity = try deadProducersTransaction(
            "\(topic)-0", topic: topic, timeoutMilliseconds: 10_000)
        try wait("the broker's abort") {
            try resolver.describe(transactionalID: "\(topic)-0").state == "CompleteAbort"
        }
        #expect(commit("\(topic)-0", identity) == .refused(code: 47))
        #expect(try broker.read(topic) == [])
    }

    @Test func unknownIDRefusesWith49() throws {
        let reply = resolver.endTransaction(
            transactionalID: ClientBroker.uniqueName("never"),
            producerID: ProducerID(rawValue: 4711), epoch: ProducerEpoch(rawValue: 0))
        #expect(reply == .refused(code: 49))
    }

    @Test func emptyTransactionRefusesWith48() throws {
        let id = ClientBroker.uniqueName("empty")
        let producer = try broker.makeProducer(id)
        try producer.initTransactions(timeoutMilliseconds: 120_000)
        let identity = try resolver.describe(transactionalID: id)
        #expect(identity.state == "Empty")
        #expect(commit(id, identity) == .refused(code: 48))
    }

    @Test func transactionAbortedByItsClientIsRefused() throws {
        let topic = try broker.makeTopic("aborted")
        let producer = try broker.openTransaction("\(topic)-0", topic: topic, values: ["no"])
        let identity = try resolver.describe(transactionalID: "\(topic)-0")
        try producer.abort(timeoutMilliseconds: 120_000)
        guard case .refused = commit("\(topic)-0", identity) else {
            Issue.record("an aborted transaction was not refused")
            return
        }
        #expect(try broker.read(topic) == [])
    }

    @Test func fenceAbortsWhatIsOpenAndRaisesTheEpoch() throws {
        let topic = try broker.makeTopic("fence")
        let identity = try deadProducersTransaction("\(topic)-0", topic: topic)
        let reply = resolver.fence(
            transactionalID: "\(topic)-0", transactionTimeoutMilliseconds: 60_000)
        guard case .fenced(let producerID, let epoch) = reply else {
            Issue.record("not fenced: \(reply)")
            return
        }
        #expect(producerID != identity.producerID || epoch.rawValue > identity.epoch.rawValue)
        #expect(commit("\(topic)-0", identity) == .refused(code: 47))
        #expect(try resolver.describe(transactionalID: "\(topic)-0").state == "Empty")
        #expect(try broker.read(topic) == [])
    }

    @Test func fencedProducerCannotCommitAndTheErrorSaysWhy() throws {
        let topic = try broker.makeTopic("zombie")
        let zombie = try broker.openTransaction("\(topic)-0", topic: topic, values: ["zombie"])
        _ = resolver.fence(transactionalID: "\(topic)-0", transactionTimeoutMilliseconds: 60_000)
        do {
            try zombie.commit(timeoutMilliseconds: 120_000)
            Issue.record("a fenced producer committed")
        } catch {
            #expect(error.kind == .fenced)
            #expect(error.description.contains("older than its time-out of 60000 ms"))
            #expect(error.description.contains("another producer took the id"))
        }
        #expect(try broker.read(topic) == [])
    }

    @Test func fenceWithATimeoutAboveTheBrokersIsRefusedWith50() {
        let reply = resolver.fence(
            transactionalID: ClientBroker.uniqueName("long"),
            transactionTimeoutMilliseconds: 3_600_000)
        #expect(reply == .refused(code: 50))
    }

    @Test func unknownIDIsDescribedWithoutAState() throws {
        let description = try resolver.describe(transactionalID: ClientBroker.uniqueName("none"))
        #expect(description.state == nil)
    }

    @Test func markerIsAbsentThenUnstableThenItsValue() throws {
        let topic = try broker.makeTopic("marker")
        let place = TopicPartition(topic: topic, partition: PartitionIndex(rawValue: 0))
        let group = "__millrace.\(topic).marker"
        #expect(resolver.readMarker(group: group, place: place) == .absent)

        let producer = try broker.openTransaction("\(topic)-0", topic: topic, values: ["x"])
        try producer.sendOffset(
            Offset(rawValue: 1 << 32 | 7), metadata: "job attempt 1", of: place, group: group,
            timeoutMilliseconds: 120_000)
        #expect(resolver.readMarker(group: group, place: place) == .unstable)

        try producer.commit(timeoutMilliseconds: 120_000)
        try wait("the marker") { resolver.readMarker(group: group, place: place) != .unstable }
        let expected = TransactionResolver.MarkerReply.offset(
            1 << 32 | 7, metadata: "job attempt 1")
        #expect(resolver.readMarker(group: group, place: place) == expected)
    }

    @Test func markerOfAnAbortedTransactionStaysAbsent() throws {
        let topic = try broker.makeTopic("unmarked")
        let place = TopicPartition(topic: topic, partition: PartitionIndex(rawValue: 0))
        let producer = try broker.openTransaction("\(topic)-0", topic: topic, values: ["x"])
        try producer.sendOffset(
            Offset(rawValue: 3), metadata: "", of: place, group: topic,
            timeoutMilliseconds: 120_000)
        _ = resolver.fence(transactionalID: "\(topic)-0", transactionTimeoutMilliseconds: 60_000)
        try wait("a stable group") { resolver.readMarker(group: topic, place: place) != .unstable }
        #expect(resolver.readMarker(group: topic, place: place) == .absent)
    }

    @Test func topicIDChangesWhenATopicIsMadeAgain() throws {
        let topic = try broker.makeTopic("again")
        let first = try #require(try resolver.topicID(topic))
        #expect(first.count == 16)
        #expect(try resolver.topicID(topic) == first)

        try broker.admin.deleteTopic(topic)
        try wait("the deletion") {
            (try? broker.admin.createTopic(topic, partitionCount: 1)) != nil
        }
        #expect(try resolver.topicID(topic) != first)
    }

    @Test func missingTopicHasNoID() {
        #expect(throws: KafkaError.self) { try resolver.topicID(ClientBroker.uniqueName("gone")) }
    }
}

/// Asks again until `condition` holds, for at most 120 s.
func wait(_ what: String, until condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < deadline {
        if try condition() { return }
        poll(nil, 0, 10)
    }
    throw KafkaError(.timedOut, code: -185, context: "waited 120 s for \(what)")
}
