import StreamAPI
import StreamCore
import Testing

@testable import Operators

/// The examples of Flink's page "Windowing table-valued functions", row by row.
@Suite struct FlinkWindowExamplesTests {
    private static let minute: Int64 = 60_000
    private static func clock(_ hour: Int64, _ minutes: Int64) -> Int64 {
        // 2020-04-15 00:00:00 UTC.
        1_586_908_800_000 + (hour * 60 + minutes) * minute
    }

    /// Prices in cents; the item is the text.
    private let bids = [
        (5, 400, "C"), (7, 200, "A"), (9, 500, "D"), (11, 300, "B"), (13, 100, "E"),
        (17, 600, "F"),
    ].map { TimedRow(clock(8, $0.0), "all", $0.1, $0.2) }

    private func sums(_ window: WindowDefinition, _ rows: [TimedRow]) throws -> [[Cell]] {
        let cluster = try WindowCluster(window, select: ["window_start", "window_end", "SUM(n)"])
        return try cluster.step(rows, watermark: .max).map(\.cells)
    }

    private func row(_ key: String, _ from: Int64, _ until: Int64, _ cents: Int64) -> [Cell] {
        [
            .text(key), .integer(Self.clock(8, from)), .integer(Self.clock(8, until)),
            .integer(cents),
        ]
    }

    @Test func tumbling() throws {
        let window = WindowDefinition(
            .hopping(
                sizeMilliseconds: 10 * Self.minute, slideMilliseconds: 10 * Self.minute,
                offsetMilliseconds: 0))
        #expect(try sums(window, bids) == [row("all", 0, 10, 1100), row("all", 10, 20, 1000)])
    }

    @Test func hopping() throws {
        let window = WindowDefinition(
            .hopping(
                sizeMilliseconds: 10 * Self.minute, slideMilliseconds: 5 * Self.minute,
                offsetMilliseconds: 0))
        #expect(
            try sums(window, bids) == [
                row("all", 0, 10, 1100), row("all", 5, 15, 1500), row("all", 10, 20, 1000),
                row("all", 15, 25, 600),
            ])
    }

    @Test func sessions() throws {
        let rows = [(7, 400, "A"), (6, 200, "A"), (9, 500, "B"), (8, 300, "A"), (17, 100, "B")]
            .map { TimedRow(Self.clock(8, $0.0), $0.2, $0.1) }
        let window = WindowDefinition(.session(gapMilliseconds: 5 * Self.minute))
        #expect(
            Set(try sums(window, rows)) == [
                row("A", 6, 13, 900), row("B", 9, 14, 500), row("B", 17, 22, 100),
            ])
    }
}
