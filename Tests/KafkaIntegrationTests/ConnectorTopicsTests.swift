import KafkaClient
import KafkaConnector
import StreamAPI
import StreamCore
import Testing

/// Several topics of one source, and the headers of their records, as another client wrote them.
@Suite struct ConnectorTopicsTests {
    typealias Harness = ConnectorHarness

    private func source(
        _ harness: Harness, _ topics: [String], readsHeaders: Bool = false,
        startup: KafkaStartupMode = .earliest
    ) throws -> KafkaSource {
        var configuration = KafkaSourceConfiguration(
            operatorID: OperatorID(rawValue: "events"), topics: .names(topics),
            groupID: "connector", startup: startup)
        configuration.readsHeaders = readsHeaders
        return try KafkaSource(configuration, connection: harness.connection)
    }

    /// Every row as `topic[partition]@offset value`, sorted, and the splits at the end.
    private func readToEnd(
        _ source: KafkaSource, restored: [[UInt8]]? = nil
    ) throws -> (rows: [String], state: [[UInt8]]) {
        let splits = try source.resolveSplits(restored: restored, stopAtEnd: true)
        let reader = try source.makeReader(splits: splits, context: Harness.context)
        defer { reader.close() }
        let batch = RawRecordBatch(rowCapacity: 100)
        var rows: [String] = []
        for _ in 0..<1_200 {
            let status = try reader.poll(into: batch, waitMax: .milliseconds(100))
            for row in 0..<batch.rowCount {
                rows.append("\(batch.place(ofRow: row)) \(batch.values[row].text)")
            }
            if status == .ended { return (rows.sorted(), reader.snapshot()) }
        }
        throw KafkaError(.timedOut, code: 0, context: "no end within 120 s")
    }

    @Test func rowsOfSeveralTopicsAreEachPlacedInTheirOwn() throws {
        let harness = try Harness()
        let a = try harness.topic("several-a", values: ["1", "2"])
        let b = try harness.broker.makeTopic("several-b", partitionCount: 2)
        try harness.append(["3"], to: b)
        try harness.append(["4", "5"], to: b, partition: 1)
        let (rows, state) = try readToEnd(source(harness, [a, b]))
        #expect(
            rows == ["\(a)[0]@0 1", "\(a)[0]@1 2", "\(b)[0]@0 3", "\(b)[1]@0 4", "\(b)[1]@1 5"])
        let ids = try state.map { try KafkaPartitionSplit(decoding: $0) }
        #expect(
            Set(ids.map { "\($0.id)@\($0.offset.rawValue)" }) == [
                "\(a)-0@2", "\(b)-0@1", "\(b)-1@2",
            ])
    }

    @Test func aRestoreGoesOnInEachTopicAndReadsAnAddedOneFromItsBeginning() throws {
        let harness = try Harness()
        let a = try harness.topic("added-a", values: ["1"])
        let b = try harness.topic("added-b", values: ["2"])
        let (_, state) = try readToEnd(source(harness, [a]))
        try harness.append(["3"], to: a)
        #expect(
            try readToEnd(source(harness, [a, b]), restored: state).rows == [
                "\(a)[0]@1 3", "\(b)[0]@0 2",
            ])
    }

    @Test func aTopicThatIsNoLongerNamedIsNotReadOnSilently() throws {
        let harness = try Harness()
        let a = try harness.topic("removed-a", values: ["1"])
        let b = try harness.topic("removed-b", values: ["2"])
        let (_, state) = try readToEnd(source(harness, [a, b]))
        let error = #expect(throws: FatalError.self) {
            try readToEnd(source(harness, [a]), restored: state)
        }
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.contains(b) == true)
    }

    @Test func partitionsGivenLaterAreReadBesideTheFirstOnes() throws {
        let harness = try Harness()
        let a = try harness.topic("late-a", values: ["1"])
        let b = try harness.topic("late-b", values: ["2"])
        let consumer = try KafkaConsumer(
            configuration: harness.broker.configuration, options: .init(groupID: "late"))
        let batch = RawRecordBatch(rowCapacity: 10)
        var seen: [String] = []
        func read(_ count: Int) throws {
            try waitUntil {
                _ = try consumer.poll(into: batch, waitMaxMilliseconds: 50)
                for row in 0..<batch.rowCount { seen.append("\(batch.place(ofRow: row))") }
                return seen.count >= count
            }
        }
        try consumer.assign([(harness.place(a), Offset(rawValue: 0))])
        try read(1)
        try consumer.assign([(harness.place(b), Offset(rawValue: 0))])
        try read(2)
        try harness.append(["3"], to: a)
        try read(3)
        #expect(seen == ["\(a)[0]@0", "\(b)[0]@0", "\(a)[0]@1"])
    }

    @Test func headersAreReadAsAnotherClientWroteThemAndOnlyWhenAskedFor() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("headers")
        try Harness.run(
            [
                "-b", harness.broker.configuration.bootstrapServers, "-P", "-t", topic, "-K", ":",
                "-H", "trace=abc", "-H", "empty=", "-H", "trace=d",
            ], input: "k:v\n")
        for asked in [true, false] {
            let source = try source(harness, [topic], readsHeaders: asked)
            let splits = try source.resolveSplits(restored: nil, stopAtEnd: true)
            let reader = try source.makeReader(splits: splits, context: Harness.context)
            let batch = RawRecordBatch(rowCapacity: 10)
            try waitUntil { try reader.poll(into: batch, waitMax: .milliseconds(50)) == .records }
            let headers = batch.headers.map { column in
                RecordHeaders.Entries(column[0]).map { "\($0.name.text)=\($0.value.text)" }
            }
            #expect(headers == (asked ? ["trace=abc", "empty=", "trace=d"] : nil))
            #expect(batch.keys[0].text == "k" && batch.values[0].text == "v")
        }
    }

    /// Headers count as bytes of the batch: a batch is not made endless by them.
    @Test func recordsWithLargeHeadersFillBatchesLikeOthers() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("large-headers")
        let large = String(repeating: "h", count: 100_000)
        try Harness.run(
            [
                "-b", harness.broker.configuration.bootstrapServers, "-P", "-t", topic, "-H",
                "large=\(large)",
            ], input: (0..<40).map { "\($0)\n" }.joined())
        let source = try source(harness, [topic], readsHeaders: true)
        let splits = try source.resolveSplits(restored: nil, stopAtEnd: true)
        let reader = try source.makeReader(splits: splits, context: Harness.context)
        let batch = RawRecordBatch(rowCapacity: 100)
        var values: [String] = []
        try waitUntil {
            let status = try reader.poll(into: batch, waitMax: .milliseconds(50))
            #expect(batch.rowCount <= 6)
            for row in 0..<batch.rowCount {
                values.append(batch.values[row].text)
                let entries = batch.headers.map { Array(RecordHeaders.Entries($0[row])) } ?? []
                #expect(entries.count == 1 && entries[0].value.count == large.utf8.count)
            }
            return status == .ended
        }
        #expect(values == (0..<40).map { "\($0)" })
    }
}
