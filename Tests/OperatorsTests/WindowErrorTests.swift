import StreamAPI
import StreamCore
import Testing

@testable import Operators

/// `on_error: side_output` of windowed aggregates: which record leaves, and what of it is known.
@Suite struct WindowErrorTests {
    private func tumbling(
        _ size: Int64, _ emission: WindowDefinition.Emission = .onWindowClose
    ) -> WindowDefinition {
        hopping(size, size, emission)
    }

    private func hopping(
        _ size: Int64, _ slide: Int64, _ emission: WindowDefinition.Emission = .onWindowClose
    ) -> WindowDefinition {
        WindowDefinition(
            .hopping(sizeMilliseconds: size, slideMilliseconds: slide, offsetMilliseconds: 0),
            emission: emission)
    }

    @Test func aRecordThatFailsInAnArgumentLeavesAsItCameAndChangesNothing() throws {
        let cluster = try WindowCluster(
            tumbling(10), select: ["COUNT(*)", "SUM(10 / n)"], policy: .sideOutput)
        let rows = [
            TimedRow(1, "a", 5), TimedRow(2, "a", 0), TimedRow(3, "b", 0), TimedRow(4, "b", 2),
        ]
        // With the batch, whose bytes are gone when the window closes.
        try cluster.process(rows)
        #expect(
            cluster.output.errors == [
                "E2101 windows events[1]@1001", "E2101 windows events[1]@1002",
            ])
        #expect(
            try cluster.step([], watermark: 9) == [
                out(9, "a", .integer(1), .integer(2)), out(9, "b", .integer(1), .integer(5)),
            ])
        #expect(cluster.dropped == 0)
        // They are told once, with their own batch.
        _ = try cluster.step([TimedRow(11, "a", 1)], watermark: 30)
        #expect(cluster.output.errors.count == 2)
    }

    @Test func aSumThatOverflowsInSeveralWindowsIsOneError() throws {
        let cluster = try WindowCluster(hopping(20, 10), policy: .sideOutput)
        let rows = [TimedRow(5, "a", .max), TimedRow(6, "a", 1), TimedRow(15, "a", 1)]
        _ = try cluster.step(rows, watermark: .max)
        #expect(
            cluster.output.errors == [
                "E2102 windows events[1]@1001", "E2102 windows events[1]@1002",
            ])
    }

    /// A row made of many records has no record: its place says which window it is of.
    @Test func aFailureOfWhatIsMadeOfTheWindowNamesTheWindow() throws {
        let cluster = try WindowCluster(
            tumbling(10), select: ["COUNT(*)", "10 / SUM(n)"], policy: .sideOutput)
        let rows = [TimedRow(1, "a", 0), TimedRow(2, "b", 5), TimedRow(11, "c", 0)]
        #expect(
            try cluster.step(rows, watermark: 19) == [out(9, "b", .integer(1), .integer(2))])
        #expect(
            cluster.output.errors == [
                "E2101 windows not a record: windows.window[0]@0",
                "E2101 windows not a record: windows.window[0]@10",
            ])
    }

    /// What goes out with each record fails with that record, and once for all of its windows.
    @Test func aFailureOfWhatGoesOutAtOnceIsOfTheRecordThatCame() throws {
        let cluster = try WindowCluster(
            hopping(20, 10, .everyRow), select: ["10 / SUM(n)"], policy: .sideOutput)
        let rows = [TimedRow(5, "a", 0), TimedRow(6, "a", 5)]
        #expect(
            try cluster.step(rows) == [out(9, "a", .integer(2)), out(19, "a", .integer(2))])
        #expect(cluster.output.errors == ["E2101 windows events[1]@1000"])
    }

    @Test func lateRowsAndErrorsOfOneBatchEachGoTheirOwnWay() throws {
        let cluster = try WindowCluster(
            tumbling(10), select: ["SUM(10 / n)"], policy: .sideOutput)
        try cluster.advance(to: 19)
        let rows = [
            TimedRow(9, "a", 0), TimedRow(20, "a", 0), TimedRow(19, "b", 1), TimedRow(20, "b", 1),
        ]
        #expect(try cluster.step(rows, watermark: 29) == [out(29, "b", .integer(10))])
        #expect(cluster.output.late == [TimedRow(9, "a", 0), TimedRow(19, "b", 1)])
        #expect(cluster.output.errors == ["E2101 windows events[1]@1001"])
        let windows = OperatorID(rawValue: "windows")
        #expect(
            cluster.output.lateness == [
                Lateness(operatorID: windows, watermark: Watermark(rawValue: 19))
            ])
    }

    @Test func aSessionsErrorsAreThoseOfItsRecordsAndOfItsRow() throws {
        let session = WindowDefinition(.session(gapMilliseconds: 10))
        let cluster = try WindowCluster(
            session, select: ["SUM(10 / n)", "1 / (COUNT(*) - 1)"], policy: .sideOutput)
        let rows = [
            TimedRow(0, "a", 1), TimedRow(5, "a", 0), TimedRow(30, "a", 1), TimedRow(31, "a", 2),
        ]
        #expect(
            try cluster.step(rows, watermark: .max) == [
                out(40, "a", .integer(15), .integer(1))
            ])
        #expect(
            cluster.output.errors == [
                "E2101 windows events[1]@1001", "E2101 windows not a record: windows.window[0]@0",
            ])
    }

    @Test func aMergeThatOverflowsIsAnErrorOfTheRecordBetweenTheSessions() throws {
        let session = WindowDefinition(.session(gapMilliseconds: 10))
        let cluster = try WindowCluster(session, policy: .sideOutput)
        let rows = [TimedRow(0, "a", .max), TimedRow(20, "a", 1), TimedRow(10, "a", 0)]
        _ = try cluster.step(rows, watermark: .max)
        #expect(cluster.output.errors == ["E2102 windows events[1]@1002"])
    }
}
