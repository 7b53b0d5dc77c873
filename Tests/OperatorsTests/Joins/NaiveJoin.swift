import StreamCore

@testable import Operators

/// The join by its definition: nested loops over all rows that ever came.
struct NaiveJoin {
    struct Row {
        let side: JoinSide
        let row: JoinRow
        let arrival: Int
        /// Of an interval join: it has a partner, or has come out.
        var isSettled = false
        /// Of a session join: its session is over.
        var isClosed = false
    }

    let kind: JoinDefinition.Kind
    let window: JoinDefinition.Window
    let lateness: Int64
    let emission: JoinDefinition.Emission
    let residual: (Int64, Int64) -> Bool
    private let layout: BufferedRowsLayout
    private var rows: [Row] = []
    private var watermark = Int64.min
    private(set) var late: [String] = []

    init(_ definition: JoinDefinition, residual: @escaping (Int64, Int64) -> Bool) {
        kind = definition.kind
        window = definition.window
        lateness = definition.allowedLatenessMilliseconds
        emission = definition.emission
        self.residual = residual
        layout = JoinLayout(definition).rows
    }

    private var fireDelay: Int64 { emission == .onWindowClose ? lateness : 0 }
    private var firesAgain: Bool { emission == .onWindowEnd && lateness > 0 }

    mutating func takeLate() -> [String] {
        defer { late = [] }
        return late
    }

    mutating func send(_ side: JoinSide, _ incoming: [JoinRow]) -> [String] {
        incoming.flatMap { row -> [String] in
            if row.key == nil, !kind.preserves(side) { return [] }
            switch window {
            case .sliding(let size, let slide, let offset):
                return addToWindows(side, row, starts(row.time, size, slide, offset), size)
            case .session(let gap): return addToSession(side, row, gap)
            case .interval(let lower, let upper): return meet(side, row, lower, upper)
            }
        }
    }

    mutating func advance(to time: Int64) -> [String] {
        guard time > watermark else { return [] }
        defer { watermark = time }
        switch window {
        case .sliding(let size, let slide, let offset): return fire(time, size, slide, offset)
        case .session(let gap): return fireSessions(time, gap)
        case .interval(let lower, let upper): return emitAlone(time, lower, upper)
        }
    }

    private mutating func append(_ side: JoinSide, _ row: JoinRow) {
        rows.append(Row(side: side, row: row, arrival: rows.count))
    }

    // MARK: Pairs

    /// What a window has of one key.
    private func pairs(_ key: String?, _ members: [Row], _ window: JoinWindowSpan) -> [String] {
        let sorted = members.sorted {
            (layout.sliceStart(of: $0.row.time), $0.arrival)
                < (layout.sliceStart(of: $1.row.time), $1.arrival)
        }
        let left = sorted.filter { $0.side == .left }
        let right = sorted.filter { $0.side == .right }
        var texts: [String] = []
        var matched: Set<Int> = []
        for l in left {
            for r in right where key != nil && residual(l.row.number, r.row.number) {
                texts.append("\(text(l)) | \(text(r))")
                matched.formUnion([l.arrival, r.arrival])
            }
            if kind.preserves(.left), !matched.contains(l.arrival) {
                texts.append("\(text(l)) | -")
            }
        }
        for r in right where kind.preserves(.right) && !matched.contains(r.arrival) {
            texts.append("- | \(text(r))")
        }
        return texts.map { "\($0) [\(window.start), \(window.end)) @\(window.end - 1)" }
    }

    private func text(_ row: Row) -> String { "\(row.row.key ?? "NULL") \(row.row.number)" }

    private static func precedes(_ a: String?, _ b: String?) -> Bool {
        guard let a, let b else { return a == nil && b != nil }
        return Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8))
    }

    // MARK: Windows

    private func starts(
        _ time: Int64, _ size: Int64, _ slide: Int64, _ offset: Int64
    ) -> [Int64] {
        let last = time - ((time - offset) % slide + slide) % slide
        return stride(from: last, to: time - size, by: Int(-slide)).reversed()
    }

    private mutating func addToWindows(
        _ side: JoinSide, _ row: JoinRow, _ starts: [Int64], _ size: Int64
    ) -> [String] {
        let end = starts.last.map { $0 + size - 1 } ?? row.time
        guard end + lateness > watermark else {
            late.append("\(row.number)")
            return []
        }
        guard !starts.isEmpty else { return [] }
        append(side, row)
        guard firesAgain else { return [] }
        return starts.filter {
            $0 + size - 1 <= watermark && $0 + size - 1 + lateness > watermark
        }.flatMap { start in
            let members = rows.filter {
                $0.row.key == row.key && $0.row.time >= start && $0.row.time < start + size
            }
            return pairs(row.key, members, JoinWindowSpan(start: start, end: start + size))
        }
    }

    private func fire(
        _ time: Int64, _ size: Int64, _ slide: Int64, _ offset: Int64
    ) -> [String] {
        var windows: [Int64: [Row]] = [:]
        for row in rows {
            for start in starts(row.row.time, size, slide, offset) {
                let fireTime = start + size - 1 + fireDelay
                if fireTime > watermark, fireTime <= time {
                    windows[start, default: []].append(row)
                }
            }
        }
        return windows.sorted { $0.key < $1.key }.flatMap { start, members in
            byKey(members).flatMap {
                pairs($0.key, $0.rows, JoinWindowSpan(start: start, end: start + size))
            }
        }
    }

    private func byKey(_ members: [Row]) -> [(key: String?, rows: [Row])] {
        Dictionary(grouping: members) { $0.row.key }
            .sorted { Self.precedes($0.key, $1.key) }.map { ($0.key, $0.value) }
    }

    // MARK: Sessions

    private func sessions(_ gap: Int64) -> [(key: String?, window: JoinWindowSpan, rows: [Row])] {
        byKey(rows.filter { !$0.isClosed }).flatMap { key, members in
            var sessions: [[Row]] = []
            for row in members.sorted(by: { $0.row.time < $1.row.time }) {
                if let last = sessions.last?.last, row.row.time - last.row.time <= gap {
                    sessions[sessions.count - 1].append(row)
                } else {
                    sessions.append([row])
                }
            }
            return sessions.map { session in
                (
                    key,
                    JoinWindowSpan(
                        start: session[0].row.time, end: session[session.count - 1].row.time + gap),
                    session
                )
            }
        }
    }

    private mutating func addToSession(
        _ side: JoinSide, _ row: JoinRow, _ gap: Int64
    ) -> [String] {
        let hasNeighbour = rows.contains {
            !$0.isClosed && $0.row.key == row.key && abs($0.row.time - row.time) <= gap
        }
        guard row.time + gap - 1 + lateness > watermark || hasNeighbour else {
            late.append("\(row.number)")
            return []
        }
        append(side, row)
        guard firesAgain else { return [] }
        return sessions(gap).filter {
            $0.rows.contains { $0.arrival == rows.count - 1 } && $0.window.end - 1 <= watermark
        }.flatMap { pairs($0.key, $0.rows, $0.window) }
    }

    private mutating func fireSessions(_ time: Int64, _ gap: Int64) -> [String] {
        let all = sessions(gap)
        let due = all.filter {
            let fireTime = $0.window.end - 1 + fireDelay
            return fireTime > watermark && fireTime <= time
        }.sorted {
            if $0.window != $1.window {
                return ($0.window.end, $0.window.start) < ($1.window.end, $1.window.start)
            }
            return Self.precedes($0.key, $1.key)
        }
        for session in all where session.window.end - 1 + lateness <= time {
            for row in session.rows { rows[row.arrival].isClosed = true }
        }
        return due.flatMap { pairs($0.key, $0.rows, $0.window) }
    }

    // MARK: Intervals

    private mutating func meet(
        _ side: JoinSide, _ row: JoinRow, _ lower: Int64, _ upper: Int64
    ) -> [String] {
        guard row.time >= watermark else {
            late.append("\(row.number)")
            return []
        }
        append(side, row)
        guard row.key != nil else { return [] }
        let own = rows.count - 1
        let partners = rows.indices.filter { index in
            let other = rows[index]
            guard other.side != side, other.row.key == row.key else { return false }
            let (l, r) = side == .left ? (row, other.row) : (other.row, row)
            return r.time >= l.time + lower && r.time <= l.time + upper
                && residual(l.number, r.number)
        }.sorted {
            (layout.sliceStart(of: rows[$0].row.time), $0)
                < (layout.sliceStart(of: rows[$1].row.time), $1)
        }
        return partners.map { other in
            rows[own].isSettled = true
            rows[other].isSettled = true
            let (l, r) = side == .left ? (own, other) : (other, own)
            return "\(text(rows[l])) | \(text(rows[r])) @\(max(row.time, rows[other].row.time))"
        }
    }

    private mutating func emitAlone(_ time: Int64, _ lower: Int64, _ upper: Int64) -> [String] {
        func last(_ row: Row) -> Int64 {
            row.row.time + (row.side == .left ? max(0, upper) : max(0, -lower))
        }
        let due = rows.filter { !$0.isSettled && kind.preserves($0.side) && last($0) < time }
            .sorted { a, b in
                if last(a) != last(b) { return last(a) < last(b) }
                if a.side != b.side { return a.side == .left }
                if a.row.key != b.row.key { return Self.precedes(a.row.key, b.row.key) }
                return a.arrival < b.arrival
            }
        for row in due { rows[row.arrival].isSettled = true }
        return due.map {
            ($0.side == .left ? "\(text($0)) | -" : "- | \(text($0))") + " @\($0.row.time)"
        }
    }
}
