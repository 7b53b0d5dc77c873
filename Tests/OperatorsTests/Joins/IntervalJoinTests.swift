import StreamCore
import Testing

@testable import Operators

/// Small cases by hand: `right.time BETWEEN left.time + lower AND left.time + upper`.
@Suite struct IntervalJoinTests {
    @Test func pairsComeOutWithTheLaterRowAndItsTime() throws {
        let join = try JoinFixture(.inner, .interval(lower: -5, upper: 10))
        #expect(try join.left(JoinRow("a", 1, 100)).isEmpty)
        #expect(
            try join.right(
                JoinRow("a", 2, 94), JoinRow("a", 3, 95), JoinRow("a", 4, 110),
                JoinRow("a", 5, 111), JoinRow("b", 6, 100))
                == ["a 1 | a 3 @100", "a 1 | a 4 @110"])
        #expect(
            try join.left(JoinRow("a", 7, 101), JoinRow("b", 8, 90), JoinRow("b", 9, 89))
                == ["a 7 | a 4 @110", "a 7 | a 5 @111", "b 8 | b 6 @100"])
    }

    @Test func partnersComeByArrivalWithinASliceOfTime() throws {
        let join = try JoinFixture(.inner, .interval(lower: 0, upper: 10))
        try join.left(JoinRow("a", 1, 5), JoinRow("a", 2, 3), JoinRow("a", 3, 5))
        #expect(
            try join.right(JoinRow("a", 4, 7))
                == ["a 1 | a 4 @7", "a 2 | a 4 @7", "a 3 | a 4 @7"])
    }

    @Test func nullKeysMatchNothing() throws {
        let join = try JoinFixture(.inner, .interval(lower: 0, upper: 10))
        try join.left(JoinRow(nil, 1, 5))
        #expect(try join.right(JoinRow(nil, 2, 5)).isEmpty)
        #expect(join.stateSize.rowCount == 0)
    }

    @Test func aRowIsLateBehindTheWatermarkAndNotAtIt() throws {
        let join = try JoinFixture(.inner, .interval(lower: 0, upper: 10))
        try join.left(JoinRow("a", 1, 100))
        try join.watermark(110)
        #expect(try join.right(JoinRow("a", 2, 109)).isEmpty)
        #expect(join.takeLate() == ["2"])
        #expect(try join.right(JoinRow("a", 3, 110)) == ["a 1 | a 3 @110"])
    }

    @Test func outerRowsComeOutWhenTheWatermarkHasPassedTheirLastPartner() throws {
        let join = try JoinFixture(.full, .interval(lower: -5, upper: 10))
        try join.left(JoinRow("a", 1, 100), JoinRow(nil, 2, 100), JoinRow("b", 3, 99))
        #expect(
            try join.right(JoinRow("a", 4, 100), JoinRow("c", 5, 103)) == ["a 1 | a 4 @100"])
        #expect(try join.watermark(108).isEmpty)
        #expect(try join.watermark(109) == ["- | c 5 @103"])
        #expect(try join.watermark(110) == ["b 3 | - @99"])
        #expect(try join.watermark(111) == ["NULL 2 | - @100"])
        #expect(try join.watermark(.max).isEmpty)
        #expect(join.stateSize.rowCount == 0)
    }

    @Test func outerRowsOfOneWatermarkComeByTimeThenLeftThenKey() throws {
        let join = try JoinFixture(.full, .interval(lower: 0, upper: 0))
        try join.right(JoinRow("a", 1, 7), JoinRow("b", 2, 6))
        try join.left(JoinRow("c", 3, 7), JoinRow("a", 4, 8), JoinRow("b", 5, 7))
        #expect(
            try join.watermark(50) == [
                "- | b 2 @6", "b 5 | - @7", "c 3 | - @7", "- | a 1 @7", "a 4 | - @8",
            ])
    }

    @Test func aRowWhosePairsFailTheConditionComesOutAlone() throws {
        let join = try JoinFixture(.left, .interval(lower: 0, upper: 10), residual: "v < w")
        try join.left(JoinRow("a", 5, 0), JoinRow("a", 1, 0))
        #expect(try join.right(JoinRow("a", 3, 5)) == ["a 1 | a 3 @5"])
        #expect(try join.watermark(11) == ["a 5 | - @0"])
    }

    @Test func boundsOnOneSideOfZeroAreThoseOfTheOtherSideMirrored() throws {
        let join = try JoinFixture(.inner, .interval(lower: 5, upper: 6))
        try join.right(JoinRow("a", 1, 14), JoinRow("a", 2, 15), JoinRow("a", 3, 17))
        #expect(try join.left(JoinRow("a", 4, 10)) == ["a 4 | a 2 @15"])
        let mirrored = try JoinFixture(.inner, .interval(lower: -6, upper: -5))
        try mirrored.left(JoinRow("a", 1, 14), JoinRow("a", 2, 15), JoinRow("a", 3, 17))
        #expect(try mirrored.right(JoinRow("a", 4, 10)) == ["a 2 | a 4 @15"])
    }

    @Test func rowsAreFreedOnceNoPartnerCanCome() throws {
        let join = try JoinFixture(.inner, .interval(lower: 0, upper: 5000))
        for time in stride(from: Int64(0), to: 100_000, by: 500) {
            try join.left(JoinRow("a", time, time))
            try join.right(JoinRow("a", time, time))
            try join.watermark(time - 1)
        }
        // 10 left rows can still meet, in slices of 10; right rows wait for none that is earlier.
        #expect(join.stateSize.rowCount <= 40)
    }
}
