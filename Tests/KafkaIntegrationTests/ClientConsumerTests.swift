import KafkaClient
import StreamCore
import Testing

/// The reader's positions, ends and errors on a real broker.
@Suite struct ClientConsumerTests {
    let broker: ClientBroker

    init() throws { broker = try ClientBroker() }

    private func consumer(_ isolation: IsolationLevel = .readCommitted) throws -> KafkaConsumer {
        var options = KafkaConsumer.Options(groupID: ClientBroker.uniqueName("reader"))
        options.isolation = isolation
        return try KafkaConsumer(configuration: broker.configuration, options: options)
    }

    private func place(_ topic: String, _ partition: Int32 = 0) -> TopicPartition {
        TopicPartition(topic: topic, partition: PartitionIndex(rawValue: partition))
    }

    @Test func endLiesBehindAbortedRecordsAndControlRecords() throws {
        let topic = try broker.makeTopic("gaps")
        let kept = try broker.openTransaction("\(topic)-0", topic: topic, values: ["a", "b"])
        try kept.commit(timeoutMilliseconds: 120_000)
        let lost = try broker.openTransaction("\(topic)-1", topic: topic, values: ["x", "y", "z"])
        try lost.abort(timeoutMilliseconds: 120_000)

        // Two records, a commit, three aborted records, an abort: the end is 7.
        // EndTxn is answered before the control records are written: the end follows.
        try wait("the end") {
            try broker.admin.watermarks(of: place(topic)).end == Offset(rawValue: 7)
        }
        let read = try consumer().readToEnd(of: topic)
        #expect(read.values == ["a", "b"])
        #expect(read.end == 7)
    }

    /// librdkafka 2.0.2 would never end this client: who frees it must not wait for that.
    @Test func aTopicDeletedWhileItIsReadIsAnErrorAndTheReaderIsFreed() throws {
        let topic = try broker.makeTopic("deleted")
        let began = ContinuousClock.now
        do {
            let reader = try consumer()
            _ = try reader.readToEnd(of: topic)
            try broker.admin.deleteTopic(topic)
            let batch = RawRecordBatch(rowCapacity: 10)
            var error: KafkaError?
            try wait("the error") {
                do throws(KafkaError) {
                    _ = try reader.poll(into: batch, waitMaxMilliseconds: 100)
                } catch let thrown {
                    error = thrown
                }
                return error != nil
            }
            #expect(error?.kind == .unknownTopic)
        }
        #expect(ContinuousClock.now - began < .seconds(300))
    }

    @Test func readingStartsAtTheAssignedOffset() throws {
        let topic = try broker.makeTopic("start")
        try write(["a", "b", "c"], to: topic)
        #expect(try consumer().readToEnd(of: topic, from: 1).values == ["b", "c"])
        #expect(try consumer().readToEnd(of: topic, from: 3).values == [])
    }

    @Test func endIsReportedAgainWhenItMoves() throws {
        let topic = try broker.makeTopic("moves")
        let reader = try consumer()
        #expect(try reader.readToEnd(of: topic).end == 0)
        try write(["a"], to: topic)
        let batch = RawRecordBatch(rowCapacity: 10)
        var rows = 0
        var end: Int64 = -1
        try wait("the second end") {
            rows += try reader.poll(into: batch, waitMaxMilliseconds: 100)
            end = reader.takePartitionEnds().last?.offset.rawValue ?? end
            return end == 1
        }
        #expect(rows == 1)
    }

    @Test func trimmedOffsetIsAnErrorWithWantedAndEarliest() throws {
        let topic = try broker.makeTopic("trimmed")
        try write((0..<10).map { "\($0)" }, to: topic)
        try broker.admin.deleteRecords(of: place(topic), before: Offset(rawValue: 6))
        do {
            _ = try consumer().readToEnd(of: topic, from: 2)
            Issue.record("records that are gone were read")
        } catch {
            let error = try #require(error as? KafkaError)
            #expect(error.kind == .offsetOutOfRange(wanted: 2, earliest: 6))
            #expect(error.description.contains("\(topic)[0]: wanted offset 2, earliest 6, end 10"))
            #expect(error.description.contains("4 records are gone"))
        }
    }

    @Test func offsetBehindTheEndIsAnErrorToo() throws {
        let topic = try broker.makeTopic("behind")
        try write(["a"], to: topic)
        do {
            _ = try consumer().readToEnd(of: topic, from: 50)
            Issue.record("an offset behind the end was accepted")
        } catch {
            let error = try #require(error as? KafkaError)
            #expect(error.kind == .offsetOutOfRange(wanted: 50, earliest: 0))
        }
    }

    @Test func missingTopicIsAnError() throws {
        // librdkafka waits this long for a topic that may just not be known everywhere yet.
        let impatient = try broker.configuration(["topic.metadata.propagation.max.ms": "500"])
        let reader = try KafkaConsumer(configuration: impatient, options: .init(groupID: "none"))
        do {
            _ = try reader.readToEnd(of: ClientBroker.uniqueName("missing"))
            Issue.record("a missing topic was read")
        } catch {
            #expect((error as? KafkaError)?.kind == .unknownTopic)
        }
    }

    @Test func partitionsInterleaveAndEachKeepsItsOrder() throws {
        let topic = try broker.makeTopic("order", partitionCount: 3)
        let producer = try Producer(configuration: broker.configuration)
        for partition in 0..<Int32(3) {
            try producer.write((0..<500).map { "\($0)" }, to: topic, partition: partition)
        }
        try producer.flush(timeoutMilliseconds: 120_000)
        #expect(producer.recordCounts().map(\.count) == [500, 500, 500])

        let reader = try consumer()
        try reader.assign((0..<3).map { (place(topic, $0), Offset(rawValue: 0)) })
        let batch = RawRecordBatch(rowCapacity: 64)
        var next = [Int32: Int64]()
        try wait("1,500 records") {
            for row in 0..<(try reader.poll(into: batch, waitMaxMilliseconds: 100)) {
                #expect(batch.offsets[row] == next[batch.partitions[row], default: 0])
                #expect(batch.values[row].text == "\(batch.offsets[row])")
                next[batch.partitions[row], default: 0] += 1
            }
            return next.values.reduce(0, +) == 1500
        }
    }

    @Test func recordsOfAMegabyteArriveWhole() throws {
        let topic = try broker.makeTopic("large")
        let large = String(repeating: "x", count: 990_000)
        try write(["a", large, "b"], to: topic)
        #expect(try consumer().readToEnd(of: topic).values == ["a", large, "b"])
    }

    @Test func recordAboveTheClientsLimitIsRefused() throws {
        let topic = try broker.makeTopic("too-large")
        do {
            try write([String(repeating: "x", count: 1_100_000)], to: topic)
            Issue.record("a record above message.max.bytes was accepted")
        } catch {
            #expect((error as? KafkaError)?.kind == .recordTooLarge)
        }
    }

    private func write(_ values: [String], to topic: String) throws {
        let producer = try Producer(configuration: broker.configuration)
        try producer.write(values, to: topic)
        try producer.flush(timeoutMilliseconds: 120_000)
    }
}
