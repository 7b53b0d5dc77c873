import Formats
import KafkaClient
import KafkaConnector
import StreamAPI
import StreamCore
import Testing

/// Headers, timestamps, partitions and tombstones of a sink's records, as another client reads them.
@Suite struct ConnectorRecordTests {
    typealias Harness = ConnectorHarness

    /// `partition key value-size timestamp headers`, one line a record.
    private func records(_ harness: Harness, _ topic: String) throws -> [String] {
        try harness.awaitMarkers(topic)
        return try Harness.run([
            "-b", harness.broker.configuration.bootstrapServers, "-C", "-t", topic, "-e", "-q",
            "-X", "isolation.level=read_committed", "-f", "%p %k %S %T %h\\n",
        ]).split(separator: "\n").map(String.init).sorted()
    }

    private func encoding(
        _ change: (inout KafkaRecordEncoding) -> Void
    ) -> KafkaRecordEncoding {
        var encoding = Harness.passThrough
        change(&encoding)
        return encoding
    }

    /// Writes the rows `a`, `b`, `c`, of which only `a` and `c` are selected.
    private func write(
        _ encoding: KafkaRecordEncoding, to topic: String, with harness: Harness,
        headers: [String?] = []
    ) throws {
        let batch = rawBatch([("a", "1"), ("b", "22"), ("c", "333")])
        let arena = ByteArena()
        for (row, text) in headers.enumerated() {
            batch.origin.makeHeaders()[row] = header("h", text, arena)
        }
        batch.chunks = arena.takeChunks()
        batch.selection.remove(row: 1)
        let writer = try harness.plainWriter(topic, encoding)
        try writer.write(batch)
        try writer.barrier(Harness.barrier(1))
    }

    private func header(_ name: String, _ value: String?, _ arena: ByteArena) -> ByteSlice {
        guard let value else { return .absent }
        func slice(_ text: String) -> ByteSlice {
            Array(text.utf8).withUnsafeBytes {
                $0.baseAddress.map { arena.append($0, text.utf8.count) } ?? .absent
            }
        }
        let (name, bytes) = (slice(name), slice(value))
        let count = RecordHeaders.byteCount(name: name.count, value: bytes)
        let start = arena.allocate(count)
        _ = RecordHeaders.write(name: name, value: bytes, to: UnsafeMutableRawPointer(start))
        return ByteSlice(base: start, count: count)
    }

    @Test func headersAreWrittenByNameAndANullLeavesOneOut() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("by-name")
        let encoding = encoding {
            $0.headers = .fields([
                ("one", TextColumn(["x", "-", nil])), ("two", TextColumn(["", "-", "zz"])),
            ])
            $0.timestamp = NumberColumn([5_000, 0, 6_000])
        }
        try write(encoding, to: topic, with: harness)
        #expect(
            try records(harness, topic) == ["0 a 1 5000 one=x,two=", "0 c 3 6000 two=zz"])
    }

    @Test func headersOfTheSourceRecordArePassedOn() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("passed")
        let encoding = encoding {
            $0.headers = .origin
            $0.timestamp = NumberColumn([1, 1, 1])
        }
        try write(encoding, to: topic, with: harness, headers: ["A", "B", nil])
        #expect(try records(harness, topic) == ["0 a 1 1 h=A", "0 c 3 1 "])
    }

    @Test func timestampsAreTheColumnsAndNullIsThePresent() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("timed")
        try write(
            encoding { $0.timestamp = NumberColumn([1_234, nil, nil]) }, to: topic, with: harness)
        let found = try records(harness, topic)
        #expect(found[0] == "0 a 1 1234 ")
        let present = try #require(Int64(found[1].split(separator: " ")[3]))
        #expect(present > 1_700_000_000_000)
    }

    @Test(arguments: [0, -1] as [Int64])
    func aTimestampThatCannotBeWrittenIsNamed(timestamp: Int64) throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("untimed")
        let error = #expect(throws: RecordError.self) {
            try write(
                encoding { $0.timestamp = NumberColumn([5, 5, timestamp]) }, to: topic,
                with: harness)
        }
        #expect(error?.code == "E2302")
        #expect(error?.place.description == "in[0]@2")
    }

    @Test func aColumnChoosesThePartitionAndNullTheKey() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("chosen", partitionCount: 3)
        let byKey = try harness.broker.makeTopic("by-key", partitionCount: 3)
        try write(Harness.passThrough, to: byKey, with: harness)
        let partitionOfC = try records(harness, byKey).compactMap { line in
            line.contains(" c ") ? line.first : nil
        }
        try write(
            encoding { $0.partitioner = .column(NumberColumn([2, 0, nil])) }, to: topic,
            with: harness)
        let found = try records(harness, topic).map { $0.prefix(3) }
        #expect(Set(found) == ["2 a", "\(partitionOfC[0]) c"])
    }

    @Test(arguments: [-1, 3] as [Int64])
    func aPartitionThatTheTopicHasNotIsNamed(partition: Int64) throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("outside", partitionCount: 3)
        let error = #expect(throws: RecordError.self) {
            try write(
                encoding { $0.partitioner = .column(NumberColumn([0, 0, partition])) },
                to: topic, with: harness)
        }
        #expect(error?.code == "E2301")
        #expect(error?.description.contains("in[0]@2") == true)
        #expect(error?.description.contains("on_error") == false)
    }

    @Test func fixedPartitionersWriteToOnePartition() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("fixed", partitionCount: 3)
        try write(encoding { $0.partitioner = .constant(2) }, to: topic, with: harness)
        try write(encoding { $0.partitioner = .subtask }, to: topic, with: harness)
        #expect(
            try records(harness, topic).map { String($0.prefix(3)) } == [
                "0 a", "0 c", "2 a", "2 c",
            ])
        let error = #expect(throws: FatalError.self) {
            try write(encoding { $0.partitioner = .constant(3) }, to: topic, with: harness)
        }
        #expect(error?.exitCode == .configuration)
    }

    @Test(arguments: [true, false])
    func rowsThatAreTombstonesHaveANullValue(withHeaders: Bool) throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("deleted")
        let encoding = encoding {
            $0.tombstone = BooleanColumn([true, false, nil])
            if withHeaders { $0.headers = .fields([("n", TextColumn(["1", "2", "3"]))]) }
        }
        try write(encoding, to: topic, with: harness)
        let found = try records(harness, topic).map { $0.split(separator: " ") }
        #expect(found.map { $0[1] + " " + $0[2] } == ["a -1", "c 3"])
        if withHeaders { #expect(found.map { $0[4] } == ["n=1", "n=3"]) }
    }

    /// The slow path has the same proof as the fast one: what a transaction flushed is what was
    /// written, and a committed reader sees all of it.
    @Test func manyRowsWithHeadersAreDeliveredAndCountedInATransaction() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("counted", partitionCount: 3)
        let sink = try harness.transactions(topic)
        _ = try sink.initialize(slot: 0)
        sink.activate(slot: 0)
        let count = 2_000
        let encoding = encoding {
            $0.headers = .fields([("n", TextColumn((0..<count).map { "\($0)" }))])
        }
        let writer = sink.makeWriter(
            Harness.sink(topic), encoding: encoding, context: Harness.context)
        for _ in 0..<5 { try writer.write(rawBatch((0..<count).map { ("k\($0)", "v\($0)") })) }
        try writer.barrier(Harness.barrier(1))
        let report = try sink.flush(slot: 0)
        #expect(report.output.reduce(0) { $0 + $1.recordCount } == 5 * count)
        try sink.sendMarker(
            slot: 0, checkpoint: Harness.checkpoint(1), attempt: Attempt(rawValue: 1))
        try sink.commit(slot: 0)
        sink.destroy(slot: 0)
        let found = try records(harness, topic)
        #expect(found.count == 5 * count)
        for line in found {
            let words = line.split(separator: " ")
            #expect("n=" + words[1].dropFirst() == words[4])
        }
    }

    @Test func aRecordWithHeadersThatIsTooLargeIsNamed() throws {
        let harness = try Harness()
        let topic = try harness.broker.makeTopic("large-headers")
        let large = String(repeating: "h", count: 1_100_000)
        let error = #expect(throws: FatalError.self) {
            try write(
                encoding { $0.headers = .fields([("h", TextColumn([large, large, large]))]) },
                to: topic, with: harness)
        }
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.contains("in[0]@") == true)
    }
}

// MARK: Columns of a test

private class TestColumn: ColumnEvaluator {
    let column: Column
    private let arena = ByteArena()

    init(_ type: LogicalType, _ count: Int) { column = Column(type: type, capacity: count) }

    func set(_ row: Int, _ write: (() -> Void)?) {
        column.validity[row] = write == nil ? 0 : 1
        if write == nil { column.hasNulls = true }
        write?()
    }

    func evaluate(_ batch: RecordBatch) throws -> Column { column }
    func takeChunks() -> [ByteChunk] { [] }
}

private final class TextColumn: TestColumn {
    private let texts = ByteArena()

    init(_ values: [String?]) {
        super.init(.string, values.count)
        for (row, value) in values.enumerated() {
            set(
                row,
                value.map { text in
                    {
                        self.column.slices[row] = Array(text.utf8 + [0]).withUnsafeBytes {
                            self.texts.append($0.baseAddress!, text.utf8.count)
                        }
                    }
                })
        }
    }
}

private final class NumberColumn: TestColumn {
    init(_ values: [Int64?]) {
        super.init(.bigint, values.count)
        for (row, value) in values.enumerated() {
            set(row, value.map { number in { self.column.integers[row] = number } })
        }
    }
}

private final class BooleanColumn: TestColumn {
    init(_ values: [Bool?]) {
        super.init(.boolean, values.count)
        for (row, value) in values.enumerated() {
            set(row, value.map { flag in { self.column.booleans[row] = flag ? 1 : 0 } })
        }
    }
}
