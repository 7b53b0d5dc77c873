import Foundation
import KafkaClient
import StreamCore
import Testing

/// Reader, producer and admin against librdkafka's brokers inside this process.
@Suite struct MockClusterTests {
    let cluster: MockCluster
    let configuration: KafkaConfiguration

    init() throws {
        cluster = try MockCluster()
        // Ending a mock cluster takes librdkafka up to a second, so each lives to the process's
        // end.
        _ = Unmanaged.passRetained(cluster)
        configuration = try KafkaConfiguration(properties: [
            "bootstrap.servers": cluster.bootstrapServers, "fetch.wait.max.ms": "5",
            "reconnect.backoff.ms": "1", "reconnect.backoff.max.ms": "10", "linger.ms": "1",
        ])
    }

    private func place(_ topic: String, _ partition: Int32 = 0) -> TopicPartition {
        TopicPartition(topic: topic, partition: PartitionIndex(rawValue: partition))
    }

    private func produce(
        _ values: [String], to topic: String, partition: Int32 = 0,
        waitMaxMilliseconds: Int32 = 120_000, with producer: Producer
    ) throws -> Int {
        let arena = ByteArena()
        let slices = values.map { value in
            Array(value.utf8).withUnsafeBytes { bytes in
                bytes.baseAddress.map { arena.append($0, bytes.count) } ?? .absent
            }
        }
        let rows = values.indices.map { Int32($0) }
        return try rows.withUnsafeBufferPointer {
            try producer.produce(
                to: producer.topic(topic), partition: partition, keys: nil, values: slices,
                rows: $0, keeping: arena.takeChunks(),
                waitMaxMilliseconds: waitMaxMilliseconds)
        }
    }

    @Test func whatIsProducedIsReadBackInOrderWithItsEnd() throws {
        try cluster.createTopic("t", partitionCount: 2)
        let producer = try Producer(configuration: configuration)
        #expect(try produce(["a", "b", "c"], to: "t", partition: 1, with: producer) == 3)
        try producer.flush(timeoutMilliseconds: 120_000)
        #expect(producer.recordCounts().map(\.count) == [3])
        #expect(producer.recordCounts().first?.place == place("t", 1))

        let consumer = try KafkaConsumer(configuration: configuration, options: .init(groupID: "g"))
        try consumer.assign([(place("t", 1), Offset(rawValue: 1))])
        let (rows, ends) = try read(consumer, untilEnds: 1)
        #expect(rows == ["t[1]@1=b", "t[1]@2=c"])
        #expect(ends.first?.place == place("t", 1) && ends.first?.offset == Offset(rawValue: 3))
    }

    /// As right after a topic was made, or while its leader moves.
    @Test func offsetsAreAskedForAgainWhileAPartitionHasNoLeader() throws {
        let listOffsets: Int16 = 2
        let notLeaderOrFollower: Int32 = 6
        try cluster.createTopic("moving", partitionCount: 1)
        let admin = try KafkaAdmin(configuration: configuration)
        cluster.failRequests(
            apiKey: listOffsets, codes: [notLeaderOrFollower, notLeaderOrFollower])
        let found = try admin.offsets(atTimestampMilliseconds: -1, of: [place("moving")])
        #expect(found == [place("moving"): Offset(rawValue: 0)])
    }

    @Test func whileTheBrokerIsAwayFullMemoryRefusesRowsWithinTheCallersTime() throws {
        try cluster.createTopic("t", partitionCount: 1)
        var options = Producer.Options()
        options.retainedByteCountMax = 1
        let producer = try Producer(configuration: configuration, options: options)
        _ = try producer.topic("t")
        cluster.setBroker(1, isUp: false)
        let start = ContinuousClock.now
        #expect(try produce(["a"], to: "t", waitMaxMilliseconds: 50, with: producer) == 1)
        #expect(try produce(["b"], to: "t", waitMaxMilliseconds: 50, with: producer) == 0)
        #expect(ContinuousClock.now - start < .seconds(60))
        cluster.setBroker(1, isUp: true)
        #expect(try produce(["b"], to: "t", waitMaxMilliseconds: 120_000, with: producer) == 1)
        try producer.flush(timeoutMilliseconds: 120_000)
        #expect(producer.recordCounts().map(\.count) == [2])
    }

    private func read(
        _ consumer: KafkaConsumer, untilEnds count: Int, rowCapacity: Int = 100
    ) throws -> (rows: [String], ends: [KafkaConsumer.PartitionEnd]) {
        let batch = RawRecordBatch(rowCapacity: rowCapacity)
        var rows: [String] = []
        var ends: [KafkaConsumer.PartitionEnd] = []
        let deadline = ContinuousClock.now + .seconds(120)
        while ends.count < count, ContinuousClock.now < deadline {
            for row in 0..<(try consumer.poll(into: batch, waitMaxMilliseconds: 50)) {
                rows.append("\(batch.place(ofRow: row))=\(batch.values[row].text)")
            }
            ends += consumer.takePartitionEnds()
        }
        return (rows, ends)
    }

    @Test func batchesEndAtTheirRowsTheirBytesAndTheirTopic() throws {
        for topic in ["a", "b"] { try cluster.createTopic(topic, partitionCount: 1) }
        let producer = try Producer(configuration: configuration)
        for topic in ["a", "b"] {
            let values = (0..<100).map { "\(topic)\($0)" }
            #expect(try produce(values, to: topic, with: producer) == 100)
        }
        try producer.flush(timeoutMilliseconds: 120_000)

        var options = KafkaConsumer.Options(groupID: "g")
        options.batchByteCountMax = 40
        let consumer = try KafkaConsumer(configuration: configuration, options: options)
        try consumer.assign([(place("a"), Offset(rawValue: 0)), (place("b"), Offset(rawValue: 0))])
        let batch = RawRecordBatch(rowCapacity: 7)
        var next: [String: Int] = [:]
        let deadline = ContinuousClock.now + .seconds(120)
        while next.values.reduce(0, +) < 200, ContinuousClock.now < deadline {
            let count = try consumer.poll(into: batch, waitMaxMilliseconds: 50)
            #expect(count <= 7)
            for row in 0..<count {
                let topic = batch.topic(ofRow: row)
                #expect(batch.values[row].text == "\(topic)\(next[topic, default: 0])")
                next[topic, default: 0] += 1
            }
        }
        #expect(next == ["a": 100, "b": 100])
    }

    @Test func rowsStayReadableWhileTheirChunksAreKept() throws {
        try cluster.createTopic("t", partitionCount: 1)
        let producer = try Producer(configuration: configuration)
        _ = try produce(["first", "second"], to: "t", with: producer)
        try producer.flush(timeoutMilliseconds: 120_000)
        let consumer = try KafkaConsumer(configuration: configuration, options: .init(groupID: "g"))
        try consumer.assign([(place("t"), Offset(rawValue: 0))])
        let batch = RawRecordBatch(rowCapacity: 1)
        while try consumer.poll(into: batch, waitMaxMilliseconds: 50) == 0 {}
        let kept = (batch.values[0], batch.chunks)
        let base = try #require(kept.0.base.map { UnsafeRawPointer($0) })
        #expect(kept.1.contains { base >= $0.bytes && base < $0.bytes + $0.capacity })
        while try consumer.poll(into: batch, waitMaxMilliseconds: 50) == 0 {}
        #expect(kept.0.text == "first")
        #expect(batch.values[0].text == "second")
        #expect(batch.keys[0].isAbsent)
    }

    @Test func wakeUpEndsAWaitAndIsHarmlessAfterTheEnd() throws {
        try cluster.createTopic("t", partitionCount: 1)
        var consumer: KafkaConsumer? = try KafkaConsumer(
            configuration: configuration, options: .init(groupID: "g"))
        let wakeUp = try #require(consumer?.wakeUp)
        // Before the wait: the next one must not begin.
        wakeUp()
        let started = ContinuousClock.now
        let batch = RawRecordBatch(rowCapacity: 1)
        #expect(try consumer?.poll(into: batch, waitMaxMilliseconds: 600_000) == 0)
        // During the wait: it may begin before or after, and ends either way.
        Thread.detachNewThread(wakeUp)
        #expect(try consumer?.poll(into: batch, waitMaxMilliseconds: 600_000) == 0)
        #expect(ContinuousClock.now - started < .seconds(300))
        consumer = nil
        wakeUp()
    }

    @Test func missingTopicHasItsOwnError() throws {
        cluster.setTopicError("missing", code: 3)
        let admin = try KafkaAdmin(configuration: configuration)
        do {
            _ = try admin.partitionCount(ofTopic: "missing", timeoutMilliseconds: 2_000)
            Issue.record("a missing topic has partitions")
        } catch {
            #expect(error.kind == .unknownTopic)
            #expect(error.context.contains("\"missing\""))
        }
        let producer = try Producer(configuration: configuration)
        #expect(throws: KafkaError.self) {
            try producer.topic("missing", timeoutMilliseconds: 2_000)
        }
    }

    @Test func deniedTopicNamesTheMissingPermission() throws {
        cluster.setTopicError("denied", code: 29)
        let admin = try KafkaAdmin(configuration: configuration)
        do {
            _ = try admin.partitionCount(ofTopic: "denied", timeoutMilliseconds: 2_000)
            Issue.record("a denied topic was described")
        } catch {
            #expect(error.kind == .unauthorized)
            #expect(error.name == "TOPIC_AUTHORIZATION_FAILED")
        }
    }

    /// rd_kafka_flush reports success when messages failed: the reports are what counts.
    @Test func failedDeliveryFailsEveryFlushAfterIt() throws {
        try cluster.createTopic("t", partitionCount: 1)
        let producer = try Producer(configuration: configuration)
        _ = try producer.topic("t")
        // Produce is answered with a code that no retry mends.
        cluster.failRequests(apiKey: 0, codes: [10])
        _ = try produce(["lost", "lost too"], to: "t", with: producer)
        for _ in 0..<2 {
            do {
                try producer.flush(timeoutMilliseconds: 120_000)
                Issue.record("a failed delivery was not noticed")
            } catch {
                #expect(error.kind == .recordTooLarge)
                #expect(error.context.contains("2 records were not delivered"))
                #expect(error.context.contains("t[0]"))
            }
        }
        #expect(producer.deliveryFailures.count == 2)
    }

    @Test func unacknowledgedFlushTimesOutAndSucceedsLater() throws {
        try cluster.createTopic("t", partitionCount: 1)
        let producer = try Producer(configuration: configuration)
        _ = try producer.topic("t")
        // NOT_ENOUGH_REPLICAS is retried after 100 ms: not acknowledged for seconds, however slow this is.
        cluster.failRequests(apiKey: 0, codes: Array(repeating: 19, count: 30))
        _ = try produce(["kept"], to: "t", with: producer)
        do {
            try producer.flush(timeoutMilliseconds: 20)
            Issue.record("a flush without an acknowledgement succeeded")
        } catch {
            #expect(error.kind == .timedOut && error.isRetriable)
            #expect(error.context.contains("1 records unacknowledged after 20 ms"))
        }
        try producer.flush(timeoutMilliseconds: 120_000)
        #expect(producer.deliveryFailures.count == 0)
    }

    @Test func fullQueueAcceptsAPrefixAndTheRestLater() throws {
        try cluster.createTopic("t", partitionCount: 1)
        var options = Producer.Options()
        options.queueRecordCountMax = 5
        let producer = try Producer(configuration: configuration, options: options)
        _ = try producer.topic("t")
        cluster.setBroker(1, isUp: false)
        let arena = ByteArena()
        let slices = (0..<8).map { _ in ByteSlice(base: arena.allocate(1), count: 1) }
        let rows: [Int32] = Array(0..<8)
        func hand(over rows: ArraySlice<Int32>, wait: Int32) throws -> Int {
            try rows.withUnsafeBufferPointer {
                try producer.produce(
                    to: producer.topic("t"), partition: 0, keys: nil, values: slices, rows: $0,
                    keeping: arena.takeChunks(), waitMaxMilliseconds: wait)
            }
        }
        #expect(try hand(over: rows[...], wait: 0) == 5)
        #expect(try hand(over: rows[5...], wait: 1) == 0)
        cluster.setBroker(1, isUp: true)
        #expect(try hand(over: rows[5...], wait: 120_000) == 3)
        try producer.flush(timeoutMilliseconds: 120_000)
        #expect(producer.recordCounts().first?.count == 8)
    }

    @Test func purgedRecordsCountAsFailed() throws {
        try cluster.createTopic("t", partitionCount: 1)
        let producer = try Producer(configuration: configuration)
        _ = try producer.topic("t")
        cluster.setBroker(1, isUp: false)
        _ = try produce(["dropped"], to: "t", with: producer)
        producer.purge()
        #expect(throws: KafkaError.self) { try producer.flush(timeoutMilliseconds: 120_000) }
        #expect(producer.deliveryFailures.count == 1)
    }

    @Test func transactionIsBegunWrittenAndCommitted() throws {
        try cluster.createTopic("t", partitionCount: 1)
        let producer = try TransactionalProducer(
            configuration: configuration, transactionalID: "id-0",
            transactionTimeoutMilliseconds: 10_000)
        try producer.initTransactions(timeoutMilliseconds: 120_000)
        try producer.begin()
        _ = try produce(["a"], to: "t", with: producer.producer)
        try producer.producer.flush(timeoutMilliseconds: 120_000)
        try producer.sendOffset(
            Offset(rawValue: 9), metadata: "m", of: place("t"), group: "marker",
            timeoutMilliseconds: 120_000)
        try producer.commit(timeoutMilliseconds: 120_000)
    }

    @Test func fencedCommitSaysThatATimeoutMayHaveDoneIt() throws {
        try cluster.createTopic("t", partitionCount: 1)
        let producer = try TransactionalProducer(
            configuration: configuration, transactionalID: "id-0",
            transactionTimeoutMilliseconds: 10_000)
        try producer.initTransactions(timeoutMilliseconds: 120_000)
        try producer.begin()
        _ = try produce(["a"], to: "t", with: producer.producer)
        try producer.producer.flush(timeoutMilliseconds: 120_000)
        cluster.failRequests(apiKey: 26, codes: [90])
        do {
            try producer.commit(timeoutMilliseconds: 120_000)
            Issue.record("a fenced producer committed")
        } catch {
            #expect(error.kind == .fenced && error.isFatal)
            #expect(error.context.contains("older than its time-out of 10000 ms, or another"))
        }
    }
}

/// Nothing listens on port 1.
@Suite struct UnreachableBrokerTests {
    @Test func everyQuestionNamesAddressAndReason() throws {
        let configuration = try KafkaConfiguration(
            properties: ["bootstrap.servers": "127.0.0.1:1"])
        let admin = try KafkaAdmin(configuration: configuration)
        // The reason is not known at once: whoever asks for longer learns it.
        func expectUnreachable(_ question: (Int32) throws -> Void) {
            var error: KafkaError?
            for timeout: Int32 in [60, 600, 6_000, 60_000] {
                error = #expect(throws: KafkaError.self) { try question(timeout) }
                if error?.context.contains("Connection refused") == true { break }
            }
            #expect(error?.kind == .unreachable)
            #expect(error?.context.contains("127.0.0.1:1") == true)
            #expect(error?.context.contains("Connection refused") == true)
        }
        expectUnreachable { _ = try admin.clusterID(timeoutMilliseconds: $0) }
        expectUnreachable {
            _ = try admin.partitionCount(ofTopic: "t", timeoutMilliseconds: $0)
        }
        expectUnreachable { _ = try admin.brokerSettings(timeoutMilliseconds: $0) }
    }
}
