import Expression
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Operators

@Suite struct FilterOperatorTests {
    private let counters = RecordCounters()

    private func filter(_ text: String, _ policy: ErrorPolicy = .fail) throws -> FilterOperator {
        let filter = FilterOperator(
            predicate: try MapFixture.typed(text, expecting: .boolean), errorPolicy: policy,
            counters: counters)
        try filter.open(MapFixture.context("known"), restored: nil)
        return filter
    }

    @Test func keepsTheRowsThatAreTrueAndForwardsTheBatchItself() throws {
        let batch = MapFixture.batch([("a", 1), ("b", nil), ("c", -1), (nil, 2)])
        let output = MapOutput()
        try filter("number > 0").process(batch, into: output)
        #expect(output.rows == [["a", "1"], ["NULL", "2"]])
        #expect(output.batches.first === batch)
    }

    @Test func emitsNothingWhenNoRowIsLeft() throws {
        let output = MapOutput()
        let filter = try filter("number > 100")
        try filter.process(MapFixture.batch([("a", 1)]), into: output)
        try filter.process(MapFixture.batch([]), into: output)
        #expect(output.batches.isEmpty)
    }

    @Test func aRecordWithoutAValueFailsTheJobAndIsNamed() throws {
        let batch = MapFixture.batch([("a", 1), ("b", 0), ("c", 0)])
        do {
            try filter("10 / number > 1").process(batch, into: MapOutput())
            Issue.record("a division by zero passed")
        } catch let error as RecordError {
            #expect(error.code == "E2101")
            #expect("\(error.place)" == "events[1]@101")
            #expect(error.operatorID.rawValue == "known")
            #expect(error.message.contains("10 / 0"))
        }
    }

    @Test func droppedRecordsAreCountedAndTheOthersKept() throws {
        let rows = (0..<50).map { ("r\($0)" as String?, Int64($0 % 5) as Int64?) }
        let output = MapOutput()
        try filter(
            "10 / number > 1 AND CAST(LEFT(name, number) || '1' AS INT) IS NULL OR name = 'r1'",
            .drop
        )
        .process(MapFixture.batch(rows), into: output)
        // number = 0 has no quotient; every other CAST fails on its "r", but row 1's too.
        #expect(counters.dropped.load(ordering: .relaxed) == 50)
        #expect(output.rows.isEmpty)
        try filter("10 / number > 3", .drop).process(MapFixture.batch(rows), into: output)
        #expect(counters.dropped.load(ordering: .relaxed) == 60)
        #expect(output.rows.count == 20)
    }

    @Test func aRowThatAnEarlierOperandExcludesCannotFail() throws {
        let output = MapOutput()
        try filter("number <> 0 AND 10 / number > 1").process(
            MapFixture.batch([("a", 0), ("b", 2), ("c", nil)]), into: output)
        #expect(output.rows == [["b", "2"]])
    }
}
