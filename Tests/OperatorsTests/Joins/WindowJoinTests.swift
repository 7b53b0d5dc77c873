import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Operators

/// Small cases by hand: times are milliseconds, windows `[0, 10)`, `[10, 20)`.
@Suite struct WindowJoinTests {
    private static let tumbling = JoinDefinition.Window.sliding(size: 10, slide: 10, offset: 0)

    private func rows(of kind: JoinDefinition.Kind, residual: String? = nil) throws -> [String] {
        let join = try JoinFixture(kind, Self.tumbling, residual: residual)
        try join.left(
            JoinRow("a", 1, 0), JoinRow("b", 2, 1), JoinRow(nil, 3, 2), JoinRow("a", 4, 9))
        try join.right(
            JoinRow("a", 10, 5), JoinRow("c", 20, 5), JoinRow(nil, 30, 5), JoinRow("a", 40, 4))
        return try join.watermark(9)
    }

    // MARK: Kinds

    @Test func innerGivesThePairsOfEqualKeysByKeyThenLeftThenRightArrival() throws {
        #expect(
            try rows(of: .inner) == [
                "a 1 | a 10 [0, 10) @9", "a 1 | a 40 [0, 10) @9", "a 4 | a 10 [0, 10) @9",
                "a 4 | a 40 [0, 10) @9",
            ])
    }

    @Test func leftGivesEveryLeftRowAndNullMatchesNothing() throws {
        #expect(
            try rows(of: .left) == [
                "NULL 3 | - [0, 10) @9", "a 1 | a 10 [0, 10) @9", "a 1 | a 40 [0, 10) @9",
                "a 4 | a 10 [0, 10) @9", "a 4 | a 40 [0, 10) @9", "b 2 | - [0, 10) @9",
            ])
    }

    @Test func rightGivesEveryRightRow() throws {
        #expect(
            try rows(of: .right) == [
                "- | NULL 30 [0, 10) @9", "a 1 | a 10 [0, 10) @9", "a 1 | a 40 [0, 10) @9",
                "a 4 | a 10 [0, 10) @9", "a 4 | a 40 [0, 10) @9", "- | c 20 [0, 10) @9",
            ])
    }

    @Test func fullGivesEveryRowOfBothSidesAndNullKeysDoNotMeet() throws {
        #expect(
            try rows(of: .full) == [
                "NULL 3 | - [0, 10) @9", "- | NULL 30 [0, 10) @9", "a 1 | a 10 [0, 10) @9",
                "a 1 | a 40 [0, 10) @9", "a 4 | a 10 [0, 10) @9", "a 4 | a 40 [0, 10) @9",
                "b 2 | - [0, 10) @9", "- | c 20 [0, 10) @9",
            ])
    }

    // MARK: Residual conditions

    @Test func aPairMustPassTheRestOfTheCondition() throws {
        #expect(try rows(of: .inner, residual: "v * 20 < w") == ["a 1 | a 40 [0, 10) @9"])
    }

    @Test func aRowWhosePairsAllFailComesOutAloneBehindThem() throws {
        #expect(
            try rows(of: .full, residual: "v * 20 < w") == [
                "NULL 3 | - [0, 10) @9", "- | NULL 30 [0, 10) @9", "a 1 | a 40 [0, 10) @9",
                "a 4 | - [0, 10) @9", "- | a 10 [0, 10) @9", "b 2 | - [0, 10) @9",
                "- | c 20 [0, 10) @9",
            ])
    }

    @Test func outerRowsAreRightWhenAKeyFillsManyBatches() throws {
        let join = try JoinFixture(.full, Self.tumbling, residual: "v = w")
        try join.send(.left, (0..<150).map { JoinRow("a", $0, 1) })
        try join.send(.right, (100..<250).map { JoinRow("a", $0, 1) })
        let expected =
            (0..<100).map { "a \($0) | -" } + (100..<150).map { "a \($0) | a \($0)" }
            + (150..<250).map { "- | a \($0)" }
        #expect(try join.watermark(9) == expected.map { $0 + " [0, 10) @9" })
    }

    // MARK: Edges

    @Test func rowsAtTheEdgeOfAWindowBelongToTheLaterOne() throws {
        let join = try JoinFixture(.inner, Self.tumbling)
        try join.left(JoinRow("a", 1, 9), JoinRow("a", 2, 10))
        try join.right(JoinRow("a", 3, 10), JoinRow("a", 4, 19), JoinRow("a", 5, 20))
        #expect(try join.watermark(8).isEmpty)
        #expect(try join.watermark(9).isEmpty)
        #expect(try join.watermark(18).isEmpty)
        #expect(
            try join.watermark(19) == ["a 2 | a 3 [10, 20) @19", "a 2 | a 4 [10, 20) @19"])
    }

    @Test func timesBeforeTheEpochAndOffsetsFallIntoTheirWindows() throws {
        let join = try JoinFixture(.inner, .sliding(size: 10, slide: 10, offset: 3))
        try join.left(JoinRow("a", 1, -8), JoinRow("a", 2, -7))
        try join.right(JoinRow("a", 3, -7), JoinRow("a", 4, 2))
        #expect(
            try join.watermark(100) == ["a 2 | a 3 [-7, 3) @2", "a 2 | a 4 [-7, 3) @2"])
    }

    @Test func aWatermarkThatPassesManyWindowsFiresThemInOrder() throws {
        let join = try JoinFixture(.left, Self.tumbling)
        try join.left(JoinRow("z", 1, 25), JoinRow("a", 2, 1), JoinRow("m", 3, 1_000_000))
        #expect(
            try join.watermark(.max) == [
                "a 2 | - [0, 10) @9", "z 1 | - [20, 30) @29", "m 3 | - [1000000, 1000010) @1000009",
            ])
        #expect(join.stateSize.rowCount == 0)
    }

    @Test func anEmptyWindowGivesNothing() throws {
        let join = try JoinFixture(.full, Self.tumbling)
        #expect(try join.send(.left, []).isEmpty)
        #expect(try join.watermark(50).isEmpty)
    }

    // MARK: Late rows

    @Test func aRowIsLateWhenItsWindowHasClosedAndNotAMillisecondBefore() throws {
        let join = try JoinFixture(.inner, Self.tumbling, lateness: 5)
        try join.watermark(13)
        try join.left(JoinRow("a", 1, 9))
        #expect(join.takeLate().isEmpty)
        try join.watermark(14)
        try join.left(JoinRow("a", 2, 9), JoinRow("a", 3, 10))
        #expect(join.takeLate() == ["2"])
    }

    @Test func lateRowsThatNothingReadsAreCounted() throws {
        let join = try JoinFixture(.inner, Self.tumbling)
        join.output.readsLate = false
        try join.watermark(9)
        try join.left(JoinRow("a", 1, 9), JoinRow("a", 2, 8), JoinRow("a", 3, 10))
        #expect(join.takeLate().isEmpty)
        #expect(join.counters.lateDropped.load(ordering: .relaxed) == 2)
    }

    @Test func onWindowCloseFiresOnceAfterTheAllowedLateness() throws {
        let join = try JoinFixture(.inner, Self.tumbling, lateness: 5)
        try join.left(JoinRow("a", 1, 0))
        #expect(try join.watermark(9).isEmpty)
        #expect(try join.right(JoinRow("a", 2, 9)).isEmpty)
        #expect(try join.watermark(13).isEmpty)
        #expect(try join.watermark(14) == ["a 1 | a 2 [0, 10) @9"])
        #expect(join.stateSize.rowCount == 0)
    }

    @Test func onWindowEndFiresAtTheEndAndAgainForEachRowWithinTheLateness() throws {
        let join = try JoinFixture(
            .left, Self.tumbling, lateness: 5, emission: .onWindowEnd)
        try join.left(JoinRow("a", 1, 0), JoinRow("b", 2, 0))
        #expect(
            try join.watermark(9) == ["a 1 | - [0, 10) @9", "b 2 | - [0, 10) @9"])
        #expect(
            try join.right(JoinRow("a", 3, 5), JoinRow("a", 4, 5), JoinRow("a", 5, 12)) == [
                "a 1 | a 3 [0, 10) @9", "a 1 | a 3 [0, 10) @9", "a 1 | a 4 [0, 10) @9",
            ])
        #expect(try join.watermark(14).isEmpty)
        try join.right(JoinRow("a", 6, 5))
        #expect(join.takeLate() == ["6"])
    }

    // MARK: Hopping windows

    @Test func aRowOfAHoppingWindowMeetsPartnersOfEachOfItsWindows() throws {
        let join = try JoinFixture(.inner, .sliding(size: 10, slide: 5, offset: 0))
        try join.left(JoinRow("a", 1, 7))
        try join.right(JoinRow("a", 2, 2), JoinRow("a", 3, 8), JoinRow("a", 4, 12))
        #expect(
            try join.watermark(9) == ["a 1 | a 2 [0, 10) @9", "a 1 | a 3 [0, 10) @9"])
        #expect(
            try join.watermark(14) == ["a 1 | a 3 [5, 15) @14", "a 1 | a 4 [5, 15) @14"])
        #expect(try join.watermark(30).isEmpty)
        #expect(join.stateSize.rowCount == 0)
    }

    @Test func aRowOfAHoppingWindowIsLateWhenAllItsWindowsHaveClosed() throws {
        let join = try JoinFixture(.full, .sliding(size: 10, slide: 5, offset: 0))
        try join.watermark(10)
        #expect(try join.left(JoinRow("a", 1, 7), JoinRow("a", 2, 4)).isEmpty)
        #expect(join.takeLate() == ["2"])
        #expect(try join.watermark(14) == ["a 1 | - [5, 15) @14"])
    }

    @Test func aRowBetweenWindowsThatDoNotTouchIsInNone() throws {
        let join = try JoinFixture(.full, .sliding(size: 4, slide: 10, offset: 0))
        try join.left(JoinRow("a", 1, 3), JoinRow("a", 2, 4), JoinRow("a", 3, 10))
        #expect(
            try join.watermark(100) == ["a 1 | - [0, 4) @3", "a 3 | - [10, 14) @13"])
    }

    // MARK: Sessions

    @Test func sessionsSpanBothSidesAndEndAGapAfterTheirLastRow() throws {
        let join = try JoinFixture(.full, .session(gap: 10))
        try join.left(JoinRow("a", 1, 0), JoinRow("b", 2, 0))
        try join.right(JoinRow("a", 3, 9), JoinRow("a", 4, 30))
        try join.left(JoinRow("a", 5, 18))
        #expect(try join.watermark(9) == ["b 2 | - [0, 10) @9"])
        #expect(try join.watermark(26).isEmpty)
        #expect(
            try join.watermark(27) == ["a 1 | a 3 [0, 28) @27", "a 5 | a 3 [0, 28) @27"])
        #expect(try join.watermark(39) == ["- | a 4 [30, 40) @39"])
        #expect(join.stateSize.rowCount == 0)
    }

    @Test func rowsExactlyAGapApartShareASession() throws {
        let join = try JoinFixture(.inner, .session(gap: 10))
        try join.left(JoinRow("a", 1, 0), JoinRow("b", 2, 0))
        try join.right(JoinRow("a", 3, 10), JoinRow("b", 4, 11))
        #expect(try join.watermark(100) == ["a 1 | a 3 [0, 20) @19"])
    }

    @Test func aRowBetweenTwoSessionsMergesThem() throws {
        let join = try JoinFixture(.inner, .session(gap: 10))
        try join.left(JoinRow("a", 1, 0))
        try join.right(JoinRow("a", 2, 18))
        try join.left(JoinRow("a", 3, 9))
        #expect(
            try join.watermark(100) == ["a 1 | a 2 [0, 28) @27", "a 3 | a 2 [0, 28) @27"])
    }

    @Test func aRowBehindTheWatermarkIsTakenByASessionThatIsOpenAndElseIsLate() throws {
        let join = try JoinFixture(.full, .session(gap: 10))
        try join.left(JoinRow("a", 1, 20))
        try join.watermark(25)
        try join.right(JoinRow("a", 2, 11), JoinRow("b", 3, 11), JoinRow("a", 4, 1))
        #expect(join.takeLate() == ["3"])
        try join.right(JoinRow("b", 5, 17), JoinRow("b", 6, 16))
        #expect(join.takeLate().isEmpty)
        #expect(
            try join.watermark(29) == [
                "- | b 5 [16, 27) @26", "- | b 6 [16, 27) @26", "a 1 | a 4 [1, 30) @29",
                "a 1 | a 2 [1, 30) @29",
            ])
    }

    @Test func aSessionFiresAgainWithinTheLatenessAndLaterIfItHasGrown() throws {
        let join = try JoinFixture(
            .left, .session(gap: 10), lateness: 20, emission: .onWindowEnd)
        try join.left(JoinRow("a", 1, 0))
        #expect(try join.watermark(10) == ["a 1 | - [0, 10) @9"])
        #expect(try join.right(JoinRow("a", 2, 0)) == ["a 1 | a 2 [0, 10) @9"])
        #expect(try join.right(JoinRow("a", 3, 5)).isEmpty)
        #expect(
            try join.watermark(14) == ["a 1 | a 2 [0, 15) @14", "a 1 | a 3 [0, 15) @14"])
        #expect(try join.watermark(34).isEmpty)
        #expect(join.stateSize.rowCount == 0)
        try join.left(JoinRow("a", 4, 4))
        #expect(join.takeLate() == ["4"])
    }
}
