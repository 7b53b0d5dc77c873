import KafkaClient
import KafkaConnector
import StreamAPI
import StreamCore
import Testing

/// Where a source starts, stops and refuses to go on.
@Suite struct ConnectorSourceTests {
    typealias Harness = ConnectorHarness

    // MARK: Startup

    @Test func earliestReadsEverythingAndLatestNothing() throws {
        let harness = try Harness()
        let topic = try harness.topic("ends", values: ["a", "b", "c"])
        #expect(try harness.readToEnd(harness.source(topic)) == ["a", "b", "c"])
        #expect(try harness.readToEnd(harness.source(topic, .latest)) == [])
    }

    @Test func givenOffsetsAreTakenAndOtherPartitionsStartAtTheirEarliest() throws {
        let harness = try Harness()
        let topic = try harness.topic("given", values: ["a", "b", "c"])
        let mode = KafkaStartupMode.offsets([PartitionIndex(rawValue: 0): Offset(rawValue: 2)])
        #expect(try harness.readToEnd(harness.source(topic, mode)) == ["c"])
        #expect(try harness.readToEnd(harness.source(topic, .offsets([:]))) == ["a", "b", "c"])
    }

    @Test(arguments: [(0, 4), (1, 0)] as [(Int32, Int64)])
    func anOffsetOrPartitionThatIsNotThereIsRefused(partition: Int32, offset: Int64) throws {
        let harness = try Harness()
        let topic = try harness.topic("outside", values: ["a", "b", "c"])
        let mode = KafkaStartupMode.offsets(
            [PartitionIndex(rawValue: partition): Offset(rawValue: offset)])
        let error = try fatalError { try harness.readToEnd(harness.source(topic, mode)) }
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.contains("\(partition)") == true)
    }

    @Test func aTimestampStartsAtTheFirstRecordThatIsNotOlder() throws {
        let harness = try Harness()
        let topic = try harness.topic("time", values: ["a"])
        let all = try harness.readToEnd(harness.source(topic, .timestamp(milliseconds: 0)))
        #expect(all == ["a"])
        let future = KafkaStartupMode.timestamp(milliseconds: 4_000_000_000_000)
        #expect(try harness.readToEnd(harness.source(topic, future)) == [])
    }

    @Test func committedStartsWhereOffsetsWerePublishedElseAtTheEarliest() throws {
        let harness = try Harness()
        let topic = try harness.topic("group", values: ["a", "b", "c"])
        let group = ClientBroker.uniqueName("group")
        let source = try harness.source(topic, .committed, group: group)
        #expect(try harness.readToEnd(source) == ["a", "b", "c"])
        source.publishOffsets([harness.state(topic, offset: 2)])
        #expect(try harness.readToEnd(source) == ["c"])
    }

    @Test func aMissingTopicIsNamed() throws {
        let harness = try Harness()
        let topic = ClientBroker.uniqueName("absent")
        let error = try fatalError { try harness.readToEnd(harness.source(topic)) }
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.contains(topic) == true)
    }

    // MARK: Stop positions

    @Test func aRunEndsAlthoughThePartitionEndsInAnAbortedTransaction() throws {
        let harness = try Harness()
        let topic = try harness.topic("aborted", values: ["a"])
        let id = ClientBroker.uniqueName("aborted")
        let producer = try harness.broker.openTransaction(id, topic: topic, values: ["x", "y"])
        try producer.abort(timeoutMilliseconds: 120_000)
        let source = try harness.source(topic)
        let splits = try source.resolveSplits(restored: nil, stopAtEnd: true)
        let reader = try source.makeReader(splits: splits, context: Harness.context)
        #expect(try reader.readToEnd() == ["a"])
        // Behind the aborted records and their control record, so that a restart does not reread.
        #expect(
            try reader.snapshot().map { try KafkaPartitionSplit(decoding: $0).offset.rawValue } == [
                4
            ])
    }

    @Test func aPartitionWithNothingButAbortedRecordsEnds() throws {
        let harness = try Harness()
        let topic = try harness.topic("nothing", values: [])
        let id = ClientBroker.uniqueName("nothing")
        let producer = try harness.broker.openTransaction(id, topic: topic, values: ["x"])
        try producer.abort(timeoutMilliseconds: 120_000)
        #expect(try harness.readToEnd(harness.source(topic)) == [])
    }

    @Test func recordsBehindTheStopPositionAreNotGivenOut() throws {
        let harness = try Harness()
        let topic = try harness.topic("behind", values: ["a", "b"])
        let source = try harness.source(topic)
        let splits = try source.resolveSplits(restored: nil, stopAtEnd: true)
        try harness.append(["late"], to: topic)
        let reader = try source.makeReader(splits: splits, context: Harness.context)
        #expect(try reader.readToEnd() == ["a", "b"])
    }

    @Test func openTransactionsAreBehindTheStopPosition() throws {
        let harness = try Harness()
        let topic = try harness.topic("open", values: ["a"])
        let id = ClientBroker.uniqueName("open")
        let open = try harness.broker.openTransaction(id, topic: topic, values: ["unseen"])
        #expect(try harness.readToEnd(harness.source(topic)) == ["a"])
        let all = try harness.source(topic, isolation: .readUncommitted)
        #expect(try harness.readToEnd(all) == ["a", "unseen"])
        try open.abort(timeoutMilliseconds: 120_000)
    }

    @Test func aReaderWithoutPartitionsEndsOnlyInAFiniteRun() throws {
        let harness = try Harness()
        let source = try harness.source(harness.topic("idle", values: []))
        let batch = RawRecordBatch(rowCapacity: 1)
        for (stopAtEnd, status) in [(true, SourceStatus.ended), (false, .idle)] {
            _ = try source.resolveSplits(restored: nil, stopAtEnd: stopAtEnd)
            let reader = try source.makeReader(splits: [], context: Harness.context)
            reader.wakeUp()
            #expect(try reader.poll(into: batch, waitMax: .seconds(20)) == status)
        }
    }

    // MARK: Restore

    @Test func aRestoreGoesOnWhereTheSnapshotWasTaken() throws {
        let harness = try Harness()
        let topic = try harness.topic("restore", values: ["a", "b", "c"])
        let source = try harness.source(topic)
        let state = [harness.state(topic, offset: 1)]
        #expect(try harness.readToEnd(source, restored: state) == ["b", "c"])
    }

    @Test func aNewPartitionIsAddedFromItsEarliestOffset() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("grown", partitionCount: 2)
        try harness.append(["old"], to: topic)
        try harness.append(["new"], to: topic, partition: 1)
        let source = try harness.source(topic)
        #expect(
            try harness.readToEnd(source, restored: [harness.state(topic, offset: 1)]) == ["new"])
    }

    @Test func recordsThatAreGoneStopTheJobWithTheExactRange() throws {
        let harness = try Harness()
        let topic = try harness.topic("gap", values: ["a", "b", "c", "d"])
        try harness.broker.admin.deleteRecords(
            of: harness.place(topic), before: Offset(rawValue: 3))
        let error = try fatalError {
            try harness.readToEnd(
                harness.source(topic), restored: [harness.state(topic, offset: 1)])
        }
        #expect(error?.exitCode == .sourceGap)
        #expect(error?.message.contains("\(topic)[0]@1") == true)
        #expect(error?.message.contains("earliest there is 3") == true)
        #expect(error?.message.contains("2 records are gone") == true)
    }

    @Test func aLogThatEndsBeforeThePositionIsRefused() throws {
        let harness = try Harness()
        let topic = try harness.topic("shorter", values: ["a"])
        let error = try fatalError {
            try harness.readToEnd(
                harness.source(topic), restored: [harness.state(topic, offset: 9)])
        }
        #expect(error?.exitCode == .sourceGap)
        #expect(error?.message.contains("\(topic)[0]@9") == true)
    }

    @Test func aTopicThatWasMadeAgainIsRefusedEvenWhereItsOffsetsFit() throws {
        let harness = try Harness()
        let topic = try harness.topic("again", values: ["a", "b"])
        let source = try harness.source(topic)
        let states = try source.resolveSplits(restored: nil, stopAtEnd: false).map(\.state)
        try harness.broker.admin.deleteTopic(topic)
        try waitUntil {
            (try? harness.broker.admin.createTopic(topic, partitionCount: 1)) != nil
        }
        try harness.append(["other"], to: topic)
        let error = try fatalError { try harness.readToEnd(source, restored: states) }
        #expect(error?.exitCode == .sourceGap)
        #expect(error?.message.contains("deleted and made again") == true)
    }

    @Test func theStateOfAnotherTopicIsRefused() throws {
        let harness = try Harness()
        let topic = try harness.topic("renamed", values: [])
        let error = try fatalError {
            try harness.readToEnd(
                harness.source(topic), restored: [harness.state("former", offset: 0)])
        }
        #expect(error?.exitCode == .configuration)
    }

    @Test func aStateThatCannotBeReadIsCorrupt() throws {
        let harness = try Harness()
        let topic = try harness.topic("corrupt", values: [])
        let error = try fatalError {
            try harness.readToEnd(harness.source(topic), restored: [[1, 2, 3]])
        }
        #expect(error?.exitCode == .snapshotCorrupt)
    }

    private func fatalError(_ body: () throws -> [String]) throws -> FatalError? {
        do {
            let values = try body()
            Issue.record("read \(values) where a failure was expected")
            return nil
        } catch let error as FatalError {
            return error
        }
    }
}

extension ConnectorHarness {
    /// A topic of one partition with these values.
    func topic(_ stem: String, values: [String]) throws -> String {
        let topic = try broker.makeTopic(stem)
        try append(values, to: topic)
        return topic
    }

    func append(_ values: [String], to topic: String, partition: Int32 = 0) throws {
        guard !values.isEmpty else { return }
        let producer = try Producer(configuration: broker.configuration)
        try producer.write(values, to: topic, partition: partition)
        try producer.flush(timeoutMilliseconds: 120_000)
    }

    func place(_ topic: String) -> TopicPartition {
        TopicPartition(topic: topic, partition: PartitionIndex(rawValue: 0))
    }

    /// What a checkpoint would hold of partition 0.
    func state(_ topic: String, offset: Int64) -> [UInt8] {
        KafkaPartitionSplit(
            topic: topic, partition: PartitionIndex(rawValue: 0), offset: Offset(rawValue: offset)
        ).encoded()
    }
}
