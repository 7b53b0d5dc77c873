import StreamAPI
import StreamCore
import Testing

@testable import Operators

private func session(
    _ gap: Int64, lateness: Int64 = 0, _ emission: WindowDefinition.Emission = .onWindowClose
) -> WindowDefinition {
    WindowDefinition(
        .session(gapMilliseconds: gap), allowedLatenessMilliseconds: lateness, emission: emission)
}

/// Small cases by hand.
@Suite struct SessionAggregateTests {
    private let bounds = ["window_start", "window_end", "COUNT(*)"]

    @Test func aSessionEndsWhenTheGapHasPassed() throws {
        let cluster = try WindowCluster(session(10), select: bounds)
        let rows = [TimedRow(0, "a"), TimedRow(9, "a"), TimedRow(20, "a"), TimedRow(5, "b")]
        #expect(try cluster.step(rows, watermark: 13).isEmpty)
        #expect(
            try cluster.step([], watermark: 14) == [
                out(14, "b", .integer(5), .integer(15), .integer(1))
            ])
        #expect(
            try cluster.step([], watermark: 18) == [
                out(18, "a", .integer(0), .integer(19), .integer(2))
            ])
        #expect(
            try cluster.step([], watermark: .max) == [
                out(29, "a", .integer(20), .integer(30), .integer(1))
            ])
    }

    /// Flink: windows that touch are one.
    @Test func rowsExactlyOneGapApartAreOneSession() throws {
        let cluster = try WindowCluster(session(10), select: bounds)
        let rows = [TimedRow(0, "a"), TimedRow(10, "a"), TimedRow(0, "b"), TimedRow(11, "b")]
        #expect(
            Set(try cluster.step(rows, watermark: .max)) == [
                out(19, "a", .integer(0), .integer(20), .integer(2)),
                out(9, "b", .integer(0), .integer(10), .integer(1)),
                out(20, "b", .integer(11), .integer(21), .integer(1)),
            ])
    }

    @Test func aRowBetweenTwoSessionsMakesThemOne() throws {
        let calls = [
            "window_start", "window_end", "COUNT(*)", "SUM(n)", "MIN(n)", "LISTAGG(s)",
            "COUNT(DISTINCT n)", "FIRST_VALUE(s)", "LAST_VALUE(s)", "AVG(n)", "VAR_POP(n)",
            "ARRAY_AGG(n)", "ARRAY_AGG(DISTINCT n)", "LISTAGG(DISTINCT s)",
            "LAST_VALUE(DISTINCT n)",
        ]
        for order in [[0, 1, 2], [1, 0, 2]] {
            let cluster = try WindowCluster(session(10), select: calls)
            let rows = [
                TimedRow(0, "a", 4, "x"), TimedRow(20, "a", 6, "z"), TimedRow(10, "a", 5, "y"),
            ]
            for index in order { try cluster.process([rows[index]]) }
            // The row in between comes last, behind both.
            #expect(
                try cluster.step([], watermark: .max) == [
                    out(
                        29, "a", .integer(0), .integer(30), .integer(3), .integer(15), .integer(4),
                        .text("x,z,y"), .integer(3), .text("x"), .text("y"), .integer(5),
                        .double(2.0 / 3), .text("[4,6,5]"), .text("[4,6,5]"), .text("x,z,y"),
                        .integer(5))
                ])
            #expect(try cluster.step([TimedRow(40, "a")]).isEmpty)
        }
    }

    @Test func severalSessionsOfAKeyGrowSideBySide() throws {
        let cluster = try WindowCluster(session(5), select: bounds)
        for start in [0, 100, 50, 200, 150] as [Int64] {
            for step in 0..<3 as Range<Int64> { try cluster.process([TimedRow(start + step, "a")]) }
        }
        let expected = [0, 50, 100, 150, 200].map {
            out($0 + 6, "a", .integer($0), .integer($0 + 7), .integer(3))
        }
        for row in expected { #expect(try cluster.step([], watermark: row.time) == [row]) }
        #expect(
            try cluster.step([TimedRow(300, "a")], watermark: .max) == [
                out(304, "a", .integer(300), .integer(305), .integer(1))
            ])
    }

    @Test func aKeyThatIsDoneLeavesNoState() throws {
        let cluster = try WindowCluster(session(5), select: ["LISTAGG(s)"])
        for key in 0..<50 {
            try cluster.process([TimedRow(0, "key-\(key)", 1, "x"), TimedRow(90, "key-\(key)")])
        }
        let instance = try #require(cluster.subtasks[0] as? SessionAggregateOperator)
        #expect(instance.stateSize.sessionCount == 100)
        try cluster.advance(to: 4)
        // The first level has the keys' second sessions still to count.
        #expect(cluster.output.take().count == 50)
        try cluster.advance(to: 94)
        #expect(cluster.output.take().count == 50)
        #expect(instance.stateSize.sessionCount == 0)
        #expect(try cluster.snapshot().groups.values.allSatisfy(\.isEmpty))
    }

    // MARK: Late rows

    @Test func aRowIsLateOnlyIfItsSessionWouldBeClosed() throws {
        let cluster = try WindowCluster(session(10, lateness: 5), select: bounds)
        try cluster.advance(to: 20)
        // [5, 15) closes at 14 + 5, [6, 16) at 20.
        _ = try cluster.step([TimedRow(5, "a"), TimedRow(6, "a"), TimedRow(7, "b")])
        #expect(cluster.output.late == [TimedRow(5, "a"), TimedRow(6, "a")])
        // Alone [4, 14) would be closed, but it touches [7, 17), which is not.
        _ = try cluster.step([TimedRow(4, "b")])
        #expect(cluster.output.late.count == 2)
        #expect(
            try cluster.step([], watermark: 21) == [
                out(16, "b", .integer(4), .integer(17), .integer(2))
            ])
        _ = try cluster.step([TimedRow(7, "b")])
        #expect(cluster.output.late.count == 3)
        try cluster.advance(to: .max)
        #expect(cluster.output.take().isEmpty)
    }

    // MARK: Emission

    @Test func onWindowEndFiresAgainForLateRowsAndForLongerSessions() throws {
        let cluster = try WindowCluster(session(10, lateness: 100, .onWindowEnd), select: bounds)
        #expect(
            try cluster.step([TimedRow(0, "a")], watermark: 9) == [
                out(9, "a", .integer(0), .integer(10), .integer(1))
            ])
        // The session's end moves, but stays behind the watermark.
        #expect(
            try cluster.step([TimedRow(-5, "a")]) == [
                out(9, "a", .integer(-5), .integer(10), .integer(2))
            ])
        // It moves beyond the watermark: the session is open again.
        #expect(try cluster.step([TimedRow(8, "a")], watermark: 16).isEmpty)
        #expect(
            try cluster.step([], watermark: 17) == [
                out(17, "a", .integer(-5), .integer(18), .integer(3))
            ])
    }

    @Test func everyRowEmitsTheSessionSoFar() throws {
        let cluster = try WindowCluster(session(10, .everyRow), select: bounds)
        let rows = [TimedRow(0, "a"), TimedRow(15, "a"), TimedRow(8, "a")]
        #expect(
            try cluster.step(rows, watermark: .max) == [
                out(9, "a", .integer(0), .integer(10), .integer(1)),
                out(24, "a", .integer(15), .integer(25), .integer(1)),
                out(24, "a", .integer(0), .integer(25), .integer(3)),
            ])
    }

    // MARK: Bounds and errors

    @Test func oneSessionTooManyIsAnErrorOfTheRecord() throws {
        let cluster = try WindowCluster(session(1))
        let rows = (0...Int64(SessionAggregateOperator.sessionsPerKeyMax)).map {
            TimedRow($0 * 10, "a")
        }
        let error = #expect(throws: RecordError.self) { try cluster.process(rows) }
        #expect(error?.code == "E2202")
    }

    @Test func aRowThatWouldMergeTwoSumsBeyondTheirTypeFailsAndLeavesBoth() throws {
        let cluster = try WindowCluster(session(10), policy: .drop)
        let rows = [
            TimedRow(0, "a", .max), TimedRow(20, "a", 1), TimedRow(10, "a", 0),
        ]
        #expect(
            try cluster.step(rows, watermark: .max) == [
                out(9, "a", .integer(1), .integer(.max)), out(29, "a", .integer(1), .integer(1)),
            ])
        #expect(cluster.dropped == 1)
    }
}
