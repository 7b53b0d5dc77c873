import StreamAPI
import StreamCore
import Testing

@testable import KafkaConnector

/// What the headers of a dead letter are, byte for byte.
@Suite struct DeadLetterEncoderTests {
    private let encoder = DeadLetterEncoder(
        DeadLetterOrigin(pipelineName: "orders", pipelineVersion: "00ff"))

    /// `name=value` of each header, `name` for a null value.
    private func encoded(_ batch: RecordBatch) -> [[String]] {
        let slices = UnsafeMutablePointer<ByteSlice>.allocate(capacity: batch.selection.count)
        defer { slices.deallocate() }
        encoder.recycle()
        encoder.encode(batch, into: slices)
        return (0..<batch.selection.count).map { row in
            RecordHeaders.Entries(slices[row]).map { entry in
                entry.value.isAbsent ? entry.name.text : "\(entry.name.text)=\(entry.value.text)"
            }
        }
    }

    private func failed(
        _ records: [TestRecord], withHeaders: Bool = true, field: String? = nil
    ) throws -> RecordBatch {
        let raw = rawBatch(records, topics: ["events", "more"], withHeaders: withHeaders)
        let errors = RecordErrors()
        for row in records.indices {
            errors.add(
                code: "E2001", message: "no JSON", operatorID: OperatorID(rawValue: "source"),
                field: field, row: row, of: raw)
        }
        return try #require(errors.takeBatch())
    }

    private let added = ["pipeline.name=orders", "pipeline.version=00ff", "first_seen=1000"]

    @Test func theRecordsOwnHeadersComeFirstAsTheyWereAndTheReasonBehindThem() throws {
        let own: [(String, String?)] = [("b", "1"), ("a", nil), ("b", "2"), ("", "")]
        let batch = try failed([TestRecord(value: "x", headers: own)], field: "amount")
        #expect(
            encoded(batch) == [
                ["b=1", "a", "b=2", "="] + [
                    "error.code=E2001", "error.message=no JSON", "error.operator=source",
                    "error.field=amount", "source.topic=events", "source.partition=0",
                    "source.offset=100", "source.timestamp=1000",
                ] + added
            ])
    }

    @Test func eachRowHasItsOwnPlaceAndAFieldThatIsNotKnownIsLeftOut() throws {
        let records = [TestRecord(value: "x"), TestRecord(topic: 1), TestRecord(key: "k")]
        let batch = try failed(records, withHeaders: false)
        batch.selection.remove(row: 0)
        let places = encoded(batch).map { $0.filter { $0.hasPrefix("source.") } }
        #expect(
            places == [
                [
                    "source.topic=more", "source.partition=1", "source.offset=101",
                    "source.timestamp=1000",
                ],
                [
                    "source.topic=events", "source.partition=2", "source.offset=102",
                    "source.timestamp=1000",
                ],
            ])
        #expect(encoded(batch).allSatisfy { !$0.contains { $0.hasPrefix("error.field") } })
    }

    @Test func aRecordOfAFileHasItsLine() throws {
        let raw = rawBatch([TestRecord(value: "x")], topics: ["/data/a.csv"], withHeaders: false)
        raw.makeLines()[0] = 17
        let errors = RecordErrors()
        errors.add(
            code: "E2001", message: "no CSV", operatorID: OperatorID(rawValue: "source"), row: 0,
            of: raw)
        let headers = encoded(try #require(errors.takeBatch()))[0]
        #expect(headers.contains("source.line=17"))
    }

    @Test func aRecordWithoutATimestampHasNoTimes() throws {
        let headers = encoded(try failed([TestRecord(timestamp: -1)]))[0]
        #expect(!headers.contains { $0.hasPrefix("source.timestamp") })
        #expect(!headers.contains { $0.hasPrefix("first_seen") })
    }

    /// A dead letter that is read again and fails again: the first failure's time is kept.
    @Test func firstSeenIsThatOfTheFirstTime() throws {
        let own: [(String, String?)] = [("error.code", "E2009"), ("first_seen", "7")]
        let headers = encoded(try failed([TestRecord(headers: own)]))[0]
        #expect(headers.filter { $0.hasPrefix("first_seen") } == ["first_seen=7"])
        #expect(
            headers.filter { $0.hasPrefix("error.code") } == [
                "error.code=E2009", "error.code=E2001",
            ])
    }

    @Test func aLateRowSaysHowFarItIsBehindWhichOperator() throws {
        let batch = RecordBatch(
            schema: RowSchema([Field(name: "n", type: .bigint)]),
            columns: [
                Column(type: .bigint, capacity: 64)
            ], origin: rawBatch([TestRecord(value: "late", headers: [("h", "1")])]),
            rowCapacity: 64)
        batch.rowCount = 1
        batch.selection.selectAll(1)
        let times = Column(type: .timestampLTZ, capacity: 64)
        times.integers[0] = 1_767_225_600_000
        batch.eventTimes = times
        batch.lateness = Lateness(
            operatorID: OperatorID(rawValue: "joined"),
            watermark: Watermark(rawValue: 1_767_225_660_001))
        #expect(
            encoded(batch) == [
                [
                    "h=1", "error.code=E4001",
                    "error.message=the row came too late: its event time is "
                        + "2026-01-01T00:00:00.000Z, the watermark of joined had reached "
                        + "2026-01-01T00:01:00.001Z",
                    "error.operator=joined", "source.topic=events", "source.partition=0",
                    "source.offset=100", "source.timestamp=1000",
                ] + added
            ])
    }

    @Test func aRowThatIsNoRecordHasNoPlace() throws {
        let raw = rawBatch([TestRecord()])
        raw.holdsRecords = false
        let errors = RecordErrors()
        errors.add(
            code: "E2101", message: "m", operatorID: OperatorID(rawValue: "w"), row: 0, of: raw)
        let headers = encoded(try #require(errors.takeBatch()))[0]
        #expect(
            headers == [
                "error.code=E2101", "error.message=m", "error.operator=w", "pipeline.name=orders",
                "pipeline.version=00ff",
            ])
    }

    /// Whatever the batch was made of before, headers written for it are its own.
    @Test func manyBatchesReuseTheSameMemory() throws {
        for number in 0..<200 {
            let long = String(repeating: "v", count: number * 50)
            let batch = try failed([
                TestRecord(headers: [("n", "\(number)"), ("long", long)]), TestRecord(),
            ])
            let headers = encoded(batch)
            #expect(headers[0].prefix(2) == ["n=\(number)", "long=\(long)"])
            #expect(headers[1][0] == "error.code=E2001")
        }
    }
}
