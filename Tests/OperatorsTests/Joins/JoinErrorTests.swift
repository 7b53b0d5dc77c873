import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Operators

/// The outputs `late` and `errors` of joins.
@Suite struct JoinErrorTests {
    private static let tumbling = JoinDefinition.Window.sliding(size: 10, slide: 10, offset: 0)
    private static let key = "CASE WHEN v = 0 THEN CAST(1 / v AS STRING) ELSE lk END"

    @Test func aRowWithoutAKeyIsAnErrorOfItsRecord() throws {
        let join = try JoinFixture(.left, Self.tumbling, leftKey: Self.key, policy: .sideOutput)
        try join.left(JoinRow("a", 0, 1), JoinRow("a", 1, 2), JoinRow("b", 0, 3))
        #expect(
            join.output.errors == ["E2101 events[1]@1000", "E2101 events[1]@1002"])
        #expect(try join.watermark(9) == ["a 1 | - [0, 10) @9"])
        #expect(join.counters.dropped.load(ordering: .relaxed) == 0)
    }

    /// A batch of nothing but errors is none of late rows: those of the batch before are not told again.
    @Test func lateRowsAreNotToldAgainWithABatchOfErrors() throws {
        let join = try JoinFixture(.left, Self.tumbling, leftKey: Self.key, policy: .sideOutput)
        try join.watermark(30)
        try join.left(JoinRow("a", 1, 5), JoinRow("a", 0, 6))
        #expect(join.takeLate() == ["1"])
        try join.left(JoinRow("a", 0, 31), JoinRow("a", 0, 32))
        #expect(join.takeLate() == [])
        #expect(join.output.errors.count == 3)
    }

    @Test func aPairWithoutAnAnswerIsAnErrorWithoutARecordAndItsRowsMayMeetOthers() throws {
        let join = try JoinFixture(
            .left, Self.tumbling, residual: "10 / w > 1", policy: .sideOutput)
        try join.left(JoinRow("a", 1, 1), JoinRow("b", 2, 1))
        try join.right(JoinRow("a", 0, 1), JoinRow("a", 2, 2), JoinRow("b", 0, 1))
        #expect(
            try join.watermark(9) == ["a 1 | a 2 [0, 10) @9", "b 2 | - [0, 10) @9"])
        #expect(join.output.errors == ["E2101 a pair", "E2101 a pair"])
    }

    @Test func lateRowsOfBothInputsSayWhatTheyWereLateFor() throws {
        let join = try JoinFixture(.inner, Self.tumbling, lateness: 5)
        try join.watermark(14)
        try join.left(JoinRow("a", 1, 9), JoinRow("a", 2, 10))
        try join.right(JoinRow("a", 3, 9))
        #expect(join.takeLate() == ["1", "3"])
        let lateness = Lateness(
            operatorID: OperatorID(rawValue: "paid_orders"), watermark: Watermark(rawValue: 14))
        #expect(join.output.lateness == [lateness, lateness])
    }

    @Test(arguments: [
        JoinDefinition.Window.session(gap: 10), .interval(lower: -10, upper: 10),
    ])
    func sessionsAndIntervalsKeepLateRowsAndErrorsApartToo(window: JoinDefinition.Window) throws {
        let join = try JoinFixture(.full, window, leftKey: Self.key, policy: .sideOutput)
        try join.watermark(100)
        try join.left(JoinRow("a", 1, 50), JoinRow("a", 0, 51), JoinRow("a", 2, 100))
        #expect(join.takeLate() == ["1"])
        #expect(join.output.errors == ["E2101 events[1]@1001"])
    }
}
