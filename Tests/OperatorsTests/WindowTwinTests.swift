import StreamAPI
import StreamCore
import Testing

@testable import Operators

/// Windowed aggregates against a twin that handles one record after the other and keeps them all: out
/// of order, late, with NULLs and selections; with a snapshot, a restore and another parallelism
/// between half of all batches.
@Suite struct WindowTwinTests {
    private static let shapes: [WindowDefinition.Shape] = [
        .hopping(sizeMilliseconds: 10, slideMilliseconds: 10, offsetMilliseconds: 0),
        .hopping(sizeMilliseconds: 10, slideMilliseconds: 10, offsetMilliseconds: -3),
        .hopping(sizeMilliseconds: 12, slideMilliseconds: 4, offsetMilliseconds: 1),
        .hopping(sizeMilliseconds: 10, slideMilliseconds: 4, offsetMilliseconds: 0),
        .session(gapMilliseconds: 3), .session(gapMilliseconds: 8),
    ]
    private static let select = [
        "window_start", "window_end", "COUNT(*)", "SUM(n)", "MAX(s)", "COUNT(DISTINCT n)",
        "ARRAY_AGG(n)", "ARRAY_AGG(DISTINCT s)",
    ]

    @Test(arguments: 0..<72 as Range<UInt64>)
    func whatComesOutIsWhatALoopOverRecordsGives(seed: UInt64) throws {
        var random = AggregateRandom(state: seed)
        let emission = WindowDefinition.Emission.allCases[Int(seed / 6) % 3]
        let window = WindowDefinition(
            Self.shapes[Int(seed % 6)],
            allowedLatenessMilliseconds: [0, 0, 7, 30][Int.random(in: 0..<4, using: &random)],
            emission: emission)
        let cluster = try WindowCluster(window, select: Self.select)
        var twin = NaiveWindows(window)
        var now: Int64 = -40
        for round in 0..<40 {
            // Or on with what closed windows have left behind.
            if Bool.random(using: &random) {
                try cluster.restore(parallelism: [1, 2, 5][(round + Int(seed)) % 3])
            }
            let rows = (0..<Int.random(in: 1...30, using: &random)).map { _ in
                row(around: now, &random)
            }
            let selected = rows.indices.filter { _ in Int.random(in: 0..<5, using: &random) > 0 }
            try cluster.process(rows, selected: selected)
            for index in selected { twin.add(rows[index]) }
            if Int.random(in: 0..<3, using: &random) > 0 {
                now += Int64.random(in: 0...15, using: &random)
                try cluster.advance(to: now - 5)
                twin.advance(to: now - 5)
            }
            expectSame(cluster.output.take(), twin.take(), "round \(round)")
        }
        try cluster.advance(to: .max)
        twin.advance(to: .max)
        expectSame(cluster.output.take(), twin.take(), "end")
        #expect(cluster.output.late.map(\.time).sorted() == twin.late.map(\.time).sorted())
    }

    /// Subtasks interleave: only which rows, and how often, is the same.
    private func expectSame(
        _ actual: [WindowOutput.TimedRowOut], _ expected: [WindowOutput.TimedRowOut],
        _ place: String
    ) {
        var rest = Dictionary(expected.map { ($0, 1) }, uniquingKeysWith: +)
        for row in actual { rest[row, default: 0] -= 1 }
        let wrong = rest.filter { $0.value != 0 }
        #expect(wrong.isEmpty, "\(place): missing above zero, too many below: \(wrong)")
    }

    private func row(around now: Int64, _ random: inout AggregateRandom) -> TimedRow {
        let time = now + Int64.random(in: -25...12, using: &random)
        let number = Int64.random(in: -5...5, using: &random)
        let text = "text-\(Int.random(in: 0..<20, using: &random))"
        return TimedRow(
            time, "key-\(Int.random(in: 0..<6, using: &random))", number,
            Bool.random(using: &random) ? text : nil)
    }
}

/// Keeps the records of each window, and computes everything from them when it is asked.
private struct NaiveWindows {
    private struct Window {
        let key: Cell
        var start: Int64
        var end: Int64
        var rows: [[Cell]]
    }
    private let window: WindowDefinition
    private var windows: [Window] = []
    private var watermark = Int64.min
    private var emitted: [WindowOutput.TimedRowOut] = []
    private(set) var late: [TimedRow] = []

    init(_ window: WindowDefinition) { self.window = window }

    mutating func take() -> [WindowOutput.TimedRowOut] {
        defer { emitted = [] }
        return emitted
    }

    private func isClosed(_ end: Int64) -> Bool {
        end - 1 + window.allowedLatenessMilliseconds <= watermark
    }

    mutating func add(_ row: TimedRow) {
        switch window.shape {
        case .hopping(let size, let slide, let offset):
            addHopping(row, size, slide, offset)
        case .session(let gap): addSession(row, gap)
        }
    }

    /// Every start that could cover the row is tried.
    private mutating func addHopping(
        _ row: TimedRow, _ size: Int64, _ slide: Int64, _ offset: Int64
    ) {
        var isIn = false
        for start in row.time - size + 1...row.time
        where (start - offset) % slide == 0 && !isClosed(start + size) {
            isIn = true
            let known = windows.firstIndex { $0.key == row.cells[0] && $0.start == start }
            let index = known ?? windows.count
            if known == nil {
                windows.append(
                    Window(key: row.cells[0], start: start, end: start + size, rows: []))
            }
            windows[index].rows.append(row.cells)
            emitAtOnce(windows[index])
        }
        if !isIn { late.append(row) }
    }

    private mutating func addSession(_ row: TimedRow, _ gap: Int64) {
        var merged = Window(
            key: row.cells[0], start: row.time, end: row.time + gap, rows: [])
        let touched = windows.filter {
            $0.key == merged.key && $0.start <= merged.end && $0.end >= merged.start
        }
        // What began first counts as the first.
        for other in touched.sorted(by: { $0.start < $1.start }) {
            merged.start = min(merged.start, other.start)
            merged.end = max(merged.end, other.end)
            merged.rows += other.rows
        }
        merged.rows.append(row.cells)
        guard !isClosed(merged.end) else { return late.append(row) }
        windows = windows.filter { other in
            !touched.contains { $0.key == other.key && $0.start == other.start }
        }
        windows.append(merged)
        emitAtOnce(merged)
    }

    private mutating func emitAtOnce(_ window: Window) {
        switch self.window.emission {
        case .everyRow: emit(window)
        case .onWindowEnd: if window.end - 1 <= watermark { emit(window) }
        case .onWindowClose: break
        }
    }

    mutating func advance(to time: Int64) {
        let before = watermark
        watermark = max(watermark, time)
        for candidate in windows {
            let isDue =
                switch window.emission {
                case .everyRow: false
                case .onWindowEnd: candidate.end - 1 > before && candidate.end - 1 <= watermark
                case .onWindowClose: isClosed(candidate.end)
                }
            if isDue { emit(candidate) }
        }
        windows = windows.filter { !isClosed($0.end) }
    }

    private mutating func emit(_ window: Window) {
        let numbers = window.rows.compactMap { row -> Int64? in
            if case .integer(let value) = row[1] { value } else { nil }
        }
        let texts = window.rows.compactMap { row -> String? in
            if case .text(let value) = row[2] { value } else { nil }
        }
        let all = window.rows.map { row in
            if case .text(let value) = row[2] { "\"\(value)\"" } else { "null" }
        }
        let distinct = all.enumerated().filter { !all[..<$0.offset].contains($0.element) }
        emitted.append(
            WindowOutput.TimedRowOut(
                time: window.end - 1,
                cells: [
                    window.key, .integer(window.start), .integer(window.end),
                    .integer(Int64(window.rows.count)), .integer(numbers.reduce(0, +)),
                    texts.max().map { .text($0) } ?? .null, .integer(Int64(Set(numbers).count)),
                    .text("[\(numbers.map { "\($0)" }.joined(separator: ","))]"),
                    .text("[\(distinct.map(\.element).joined(separator: ","))]"),
                ]))
    }
}
