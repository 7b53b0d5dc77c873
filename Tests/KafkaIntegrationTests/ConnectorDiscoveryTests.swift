import KafkaClient
import KafkaConnector
import StreamAPI
import StreamCore
import Testing

/// Partitions and topics that come up, and topics that go, while a source is read.
@Suite struct ConnectorDiscoveryTests {
    typealias Harness = ConnectorHarness

    private func source(
        _ harness: Harness, _ topics: TopicSelection, startup: KafkaStartupMode = .earliest
    ) throws -> KafkaSource {
        var configuration = KafkaSourceConfiguration(
            operatorID: OperatorID(rawValue: "events"), topics: topics, groupID: "connector",
            startup: startup)
        configuration.discoveryIntervalMilliseconds = 100
        return try KafkaSource(configuration, connection: harness.connection)
    }

    /// Asks until `count` new splits have come.
    private func discover(_ count: Int, _ source: KafkaSource) throws -> [SourceSplit] {
        var found: [SourceSplit] = []
        try waitUntil {
            found += try source.discoverSplits().splits
            return found.count >= count
        }
        return found
    }

    private func read(_ count: Int, _ reader: any SourceReader) throws -> Set<String> {
        let batch = RawRecordBatch(rowCapacity: 10)
        var values: Set<String> = []
        try waitUntil {
            _ = try reader.poll(into: batch, waitMax: .milliseconds(50))
            for row in 0..<batch.rowCount { values.insert(batch.values[row].text) }
            return values.count >= count
        }
        return values
    }

    @Test func newPartitionsAreReadFromTheirEarliestByReadersThatHadOthersOrNone() throws {
        let harness = try Harness()
        let topic = try harness.topic("grows", values: ["old"])
        let source = try source(harness, .names([topic]), startup: .latest)
        let splits = try source.resolveSplits(restored: nil, stopAtEnd: false)
        let reader = try source.makeReader(splits: splits, context: Harness.context)
        let idle = try source.makeReader(splits: [], context: Harness.context)
        #expect(try source.discoverSplits().splits == [])
        try harness.broker.admin.growTopic(topic, toPartitionCount: 3)
        let added = try discover(2, source)
        #expect(added.map(\.id).sorted() == ["\(topic)-1", "\(topic)-2"])
        #expect(try source.discoverSplits().splits == [])
        try waitUntil { try harness.broker.admin.partitionCount(ofTopic: topic) == 3 }
        for (partition, value) in ["a", "b", "c"].enumerated() {
            try harness.append([value], to: topic, partition: Int32(partition))
        }
        let sorted = added.sorted { $0.id < $1.id }
        try reader.add([sorted[0]])
        try idle.add([sorted[1]])
        #expect(try read(2, reader) == ["a", "b"])
        #expect(try read(1, idle) == ["c"])
        let state = try (reader.snapshot() + idle.snapshot()).map {
            try KafkaPartitionSplit(decoding: $0)
        }
        #expect(
            Set(state.map { "\($0.partition.rawValue)@\($0.offset.rawValue)" }) == [
                "0@2", "1@1", "2@1",
            ])
        // A restart hands them out anew and finds nothing new.
        let states = state.map { $0.encoded() }
        #expect(try source.resolveSplits(restored: states, stopAtEnd: false).count == 3)
        #expect(try source.discoverSplits().splits == [])
    }

    @Test func aBoundedRunLooksForNothing() throws {
        let harness = try Harness()
        let source = try source(harness, .names([harness.topic("bounded", values: [])]))
        _ = try source.resolveSplits(restored: nil, stopAtEnd: true)
        #expect(source.discoveryIntervalMilliseconds == nil)
        _ = try source.resolveSplits(restored: nil, stopAtEnd: false)
        #expect(source.discoveryIntervalMilliseconds == 100)
    }

    @Test(arguments: [false, true])
    func aTopicThatIsDeletedOrMadeAgainIsLost(isMadeAgain: Bool) throws {
        let harness = try Harness()
        let topic = try harness.topic("lost", values: ["a"])
        let source = try source(harness, .names([topic]))
        _ = try source.resolveSplits(restored: nil, stopAtEnd: false)
        try harness.broker.admin.deleteTopic(topic)
        if isMadeAgain {
            try waitUntil {
                (try? harness.broker.admin.createTopic(topic, partitionCount: 1)) != nil
            }
        }
        var lost: FatalError?
        try waitUntil {
            do {
                _ = try source.discoverSplits()
            } catch let error as FatalError where error.exitCode == .sourceGap {
                lost = error
            }
            return lost != nil
        }
        #expect(lost?.message.contains(topic) == true)
        #expect(lost?.message.contains("made again") == isMadeAgain)
    }

    @Test func topicsOfAPatternAreReadAlsoThoseThatComeLater() throws {
        let harness = try Harness()
        let stem = ClientBroker.uniqueName("pattern")
        let admin = harness.broker.admin
        for name in ["\(stem)-a", "\(stem)-b", "x\(stem)-c", "\(stem)"] {
            try admin.createTopic(name, partitionCount: 1)
        }
        let selection = TopicSelection.pattern("\(stem)-.*") {
            $0.hasPrefix(stem + "-")
        }
        let source = try source(harness, selection)
        let splits = try source.resolveSplits(restored: nil, stopAtEnd: false)
        #expect(splits.map(\.id) == ["\(stem)-a-0", "\(stem)-b-0"])
        let reader = try source.makeReader(splits: splits, context: Harness.context)
        try admin.createTopic("\(stem)-d", partitionCount: 2)
        try harness.append(["late"], to: "\(stem)-d", partition: 1)
        let added = try discover(2, source)
        #expect(Set(added.map(\.id)) == ["\(stem)-d-0", "\(stem)-d-1"])
        try reader.add(added)
        #expect(try read(1, reader) == ["late"])
        let states = reader.snapshot()
        #expect(try source.resolveSplits(restored: states, stopAtEnd: false).count == 4)
        try admin.deleteTopic("\(stem)-b")
        try waitUntil { try admin.topics()["\(stem)-b"] == nil }
        let error = #expect(throws: FatalError.self) {
            try source.resolveSplits(restored: states, stopAtEnd: false)
        }
        #expect(error?.exitCode == .sourceGap)
        #expect(error?.message.contains("\(stem)-b") == true)
    }

    @Test func aPatternWithoutATopicIsAnEmptySource() throws {
        let harness = try Harness()
        let source = try source(harness, .pattern("nothing-.*") { _ in false })
        #expect(try source.resolveSplits(restored: nil, stopAtEnd: false) == [])
        #expect(try harness.readToEnd(source) == [])
    }
}
