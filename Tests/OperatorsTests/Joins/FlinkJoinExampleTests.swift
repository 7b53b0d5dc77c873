import Testing

@testable import Operators

/// The examples of Flink's documentation, row by row.
@Suite struct FlinkJoinExampleTests {
    /// Minutes after 12:00, in milliseconds.
    private func at(_ minute: Int64) -> Int64 { minute * 60_000 }

    /// "Window JOIN", INNER/LEFT/RIGHT/FULL OUTER: tumbling windows of 5 minutes, joined on `num`.
    @Test(arguments: [
        (JoinDefinition.Kind.full, ["1 1 | -", "- | 2 2", "3 3 | 3 3", "2 2 | -", "- | 4 4"]),
        (.left, ["1 1 | -", "3 3 | 3 3", "2 2 | -"]),
        (.right, ["- | 2 2", "3 3 | 3 3", "- | 4 4"]), (.inner, ["3 3 | 3 3"]),
    ])
    func windowJoin(_ kind: JoinDefinition.Kind, _ expected: [String]) throws {
        let join = try JoinFixture(
            kind, .sliding(size: at(5), slide: at(5), offset: 0))
        // L1, L2, L3 and R2, R3, R4, as (num, id, row_time).
        try join.left(
            JoinRow("1", 1, at(2)), JoinRow("2", 2, at(6)), JoinRow("3", 3, at(3)))
        try join.right(
            JoinRow("2", 2, at(1)), JoinRow("3", 3, at(4)), JoinRow("4", 4, at(5)))
        let rows = try join.watermark(.max).map { String($0.prefix { $0 != "[" }.dropLast()) }
        #expect(rows == expected)
    }

    /// "Joining", interval join: `orange.intervalJoin(green).between(-2 ms, +1 ms)`: a green element
    /// is joined if `orange.ts - 2 <= green.ts <= orange.ts + 1`.
    @Test func intervalJoin() throws {
        let join = try JoinFixture(.inner, .interval(lower: -2, upper: 1))
        var rows: [String] = []
        let elements: [(JoinSide, Int64)] = [
            (.left, 0), (.right, 0), (.right, 1), (.left, 2), (.left, 3), (.left, 4), (.left, 5),
            (.right, 6), (.left, 7), (.right, 7),
        ]
        for (side, time) in elements {
            rows += try join.send(side, [JoinRow("k", time, time)])
            try join.watermark(time)
        }
        #expect(
            rows == [
                "k 0 | k 0 @0", "k 0 | k 1 @1", "k 2 | k 0 @2", "k 2 | k 1 @2", "k 3 | k 1 @3",
                "k 5 | k 6 @6", "k 7 | k 6 @7", "k 7 | k 7 @7",
            ])
    }

    /// "Joining", session window join, gap 1 ms: sessions span both streams, and one without an
    /// element of one of them gives nothing.
    @Test func sessionWindowJoin() throws {
        let join = try JoinFixture(.inner, .session(gap: 1))
        for time: Int64 in [1, 2, 5, 6] { try join.left(JoinRow("k", time, time)) }
        for time: Int64 in [0, 4, 8] { try join.right(JoinRow("k", time, time)) }
        let rows = try join.watermark(.max)
        #expect(
            rows == [
                "k 1 | k 0 [0, 3) @2", "k 2 | k 0 [0, 3) @2", "k 5 | k 4 [4, 7) @6",
                "k 6 | k 4 [4, 7) @6",
            ])
    }
}
