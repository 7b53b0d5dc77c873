import Expression
import StreamAPI
import StreamCore
import Testing

@testable import Operators

/// A row of either input: key, number, event time.
struct JoinRow: Hashable {
    let key: String?
    let number: Int64
    let time: Int64
    init(_ key: String?, _ number: Int64, _ time: Int64) {
        self.key = key
        self.number = number
        self.time = time
    }
}

/// Rows that came out, as text: `a 1 | a 2 | [0, 10) @9`, with `-` for a missing side.
final class JoinOutput: OperatorOutput {
    var rows: [String] = []
    var late: [String] = []
    var lateness: [Lateness?] = []
    var errors: [String] = []

    func emit(_ batch: RecordBatch) {
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            let cells = batch.columns.map { Cell($0, row) }
            let window = cells[4] == .null ? "" : " [\(cells[4]), \(cells[5]))"
            let time = batch.eventTimes.map { "\($0.integers[row])" } ?? "?"
            rows.append(
                "\(Self.side(cells[0], cells[1])) | \(Self.side(cells[2], cells[3]))"
                    + "\(window) @\(time)")
        }
    }

    /// A NULL key with a number is a row; without one, none.
    private static func side(_ key: Cell, _ number: Cell) -> String {
        guard number != .null else { return "-" }
        if case .text(let text) = key { return "\(text) \(number)" }
        return "NULL \(number)"
    }

    func emit(_ batch: RecordBatch, to port: OutputPort) {
        guard port == .late else {
            for row in 0..<batch.rowCount {
                let place = batch.origin.holdsRecords ? "\(batch.place(ofRow: row))" : "a pair"
                errors.append("\(batch.columns[0].slices[row].text) \(place)")
            }
            return
        }
        lateness.append(batch.lateness)
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            late.append("\(Cell(batch.columns[1], row))")
        }
    }
    var readsLate = true
    func isConsumed(_ port: OutputPort) -> Bool { readsLate }
}

/// A join of `(lk, v)` and `(rk, w)` on `lk = rk`, in one or several subtasks.
final class JoinFixture {
    static let groupCount = 16
    static let left = RowSchema([
        Field(name: "lk", type: .string), Field(name: "v", type: .bigint),
    ])
    static let right = RowSchema([
        Field(name: "rk", type: .string), Field(name: "w", type: .bigint),
    ])
    let definition: JoinDefinition
    private let policy: ErrorPolicy
    let counters = RecordCounters()
    private(set) var subtasks: [JoinOperator] = []
    let output = JoinOutput()
    private var partitioners: [KeySelector] = []

    init(
        _ kind: JoinDefinition.Kind, _ window: JoinDefinition.Window, lateness: Int64 = 0,
        emission: JoinDefinition.Emission = .onWindowClose, residual: String? = nil,
        leftKey: String = "lk", policy: ErrorPolicy = .fail, parallelism: Int = 1
    ) throws {
        self.policy = policy
        definition = try Self.definition(kind, window, lateness, emission, residual, leftKey)
        try open(parallelism, restored: nil)
    }

    private static func definition(
        _ kind: JoinDefinition.Kind, _ window: JoinDefinition.Window, _ lateness: Int64,
        _ emission: JoinDefinition.Emission, _ residual: String?, _ leftKey: String
    ) throws -> JoinDefinition {
        let columns = [
            JoinDefinition.Column(isLeft: true, index: 0, field: left.fields[0]),
            JoinDefinition.Column(isLeft: true, index: 1, field: left.fields[1]),
            JoinDefinition.Column(isLeft: false, index: 0, field: right.fields[0]),
            JoinDefinition.Column(isLeft: false, index: 1, field: right.fields[1]),
        ]
        let pair = SchemaScope(
            RowSchema(
                [
                    Field(name: "window_start", type: .timestampLTZ),
                    Field(name: "window_end", type: .timestampLTZ),
                ] + columns.map { Field(name: $0.field.name, type: $0.field.type) }))
        let names = ["lk", "v", "rk", "w", "window_start", "window_end"]
        return JoinDefinition(
            kind: kind, window: window, allowedLatenessMilliseconds: lateness, emission: emission,
            keys: [
                .init(
                    left: try check(leftKey, in: SchemaScope(left)),
                    right: try check("rk", in: SchemaScope(right)))
            ], columns: columns, residual: try residual.map { try check($0, in: pair) },
            outputs: try names.map { ($0, try check($0, in: pair)) })
    }

    private static func check(
        _ text: String, in scope: any ExpressionScope
    ) throws -> TypedExpression {
        try ExpressionChecker.check(ExpressionParser.parse(text), in: scope)
    }

    private func open(_ parallelism: Int, restored: RestoredState?) throws {
        partitioners = JoinSide.allCases.map { side in
            KeySelector(
                definition.keys.map { side == .left ? $0.left : $0.right },
                maxParallelism: Self.groupCount)
        }
        subtasks = try (0..<parallelism).map { index in
            let join = JoinOperator(
                definition, maxParallelism: Self.groupCount, errorPolicy: policy,
                counters: counters)
            let context = OperatorContext(
                operatorID: OperatorID(rawValue: "paid_orders"), subtaskIndex: index,
                parallelism: parallelism, maxParallelism: Self.groupCount)
            try join.open(context, restored: restored)
            return join
        }
    }

    // MARK: Input

    private func makeBatch(_ side: JoinSide, _ rows: [JoinRow]) -> RecordBatch {
        let made = batch(
            side == .left ? Self.left : Self.right,
            rows.map { [$0.key.map { .text($0) } ?? .null, .integer($0.number)] })
        let times = Column(type: .timestampLTZ, capacity: max(1, rows.count))
        for (index, row) in rows.enumerated() { times.integers[index] = row.time }
        made.eventTimes = times
        return made
    }

    /// What comes out for one batch.
    @discardableResult
    func send(_ side: JoinSide, _ rows: [JoinRow]) throws -> [String] {
        output.rows.removeAll()
        let input = makeBatch(side, rows)
        guard subtasks.count > 1 else {
            try subtasks[0].process(input, input: side.rawValue, into: output)
            return output.rows
        }
        for (subtask, part) in try parts(input, side).enumerated() where !part.isEmpty {
            let copy = part.withUnsafeBufferPointer { input.copy(rows: $0) }
            try subtasks[subtask].process(copy, input: side.rawValue, into: output)
        }
        return output.rows
    }

    /// Rows by subtask, as the exchange sends them.
    private func parts(_ input: RecordBatch, _ side: JoinSide) throws -> [[Int32]] {
        let count = input.selection.count
        let groups = UnsafeMutablePointer<UInt16>.allocate(capacity: max(1, count))
        defer { groups.deallocate() }
        partitioners[side.rawValue].assignKeyGroups(of: input, into: groups)
        var parts = [[Int32]](repeating: [], count: subtasks.count)
        for index in 0..<count {
            let subtask = KeyGroup.subtask(
                ofGroup: Int(groups[index]), groupCount: Self.groupCount,
                parallelism: subtasks.count)
            parts[subtask].append(input.selection.rows[index])
        }
        return parts
    }

    @discardableResult
    func left(_ rows: JoinRow...) throws -> [String] { try send(.left, rows) }
    @discardableResult
    func right(_ rows: JoinRow...) throws -> [String] { try send(.right, rows) }

    /// What comes out when the watermark has reached `time`.
    @discardableResult
    func watermark(_ time: Int64) throws -> [String] {
        output.rows.removeAll()
        for join in subtasks {
            try join.processWatermark(Watermark(rawValue: time), into: output)
        }
        return output.rows
    }

    /// Numbers of the rows that came out late since the last call.
    func takeLate() -> [String] {
        defer { output.late.removeAll() }
        return output.late
    }

    var stateSize: (rowCount: Int, byteCount: Int) {
        subtasks.reduce((0, 0)) { ($0.0 + $1.stateSize.rowCount, $0.1 + $1.stateSize.byteCount) }
    }

    // MARK: Snapshots

    static func write(_ snapshot: any KeyedStateSnapshot) throws -> [Int: [UInt8]] {
        var groups: [Int: [UInt8]] = [:]
        for group in snapshot.keyGroups.lower..<snapshot.keyGroups.upper {
            var writer = ByteWriter()
            try snapshot.write(keyGroup: group, into: &writer)
            groups[group] = writer.bytes
        }
        return groups
    }

    func takeSnapshots() throws -> [any KeyedStateSnapshot] {
        let barrier = CheckpointBarrier(
            id: CheckpointID(attempt: Attempt(rawValue: 1), sequence: 1), kind: .checkpoint)
        return try subtasks.map { try #require(try $0.snapshot(barrier).keyed) }
    }

    func snapshot() throws -> RestoredState {
        let snapshots = try takeSnapshots()
        return try Self.restoredState(snapshots)
    }

    static func restoredState(_ snapshots: [any KeyedStateSnapshot]) throws -> RestoredState {
        var groups: [Int: [UInt8]] = [:]
        for snapshot in snapshots { groups.merge(try write(snapshot)) { first, _ in first } }
        let all = groups
        let schema = snapshots[0].stateSchema
        for snapshot in snapshots { snapshot.release() }
        return RestoredState(items: [], stateSchema: schema) { all[$0] }
    }

    /// Starts over from `restored` with another number of subtasks.
    func restore(_ restored: RestoredState, parallelism: Int) throws {
        try open(parallelism, restored: restored)
    }
}
