import Expression
import StateBackends
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Operators

/// Columns of the windows' test input, beside the event time.
let windowInput = RowSchema([
    Field(name: "k", type: .string), Field(name: "n", type: .bigint),
    Field(name: "s", type: .string),
])

/// A row, and its event time.
struct TimedRow: Hashable {
    let time: Int64
    let cells: [Cell]
    init(_ time: Int64, _ key: String?, _ number: Int64? = 1, _ text: String? = nil) {
        self.time = time
        cells = [
            key.map { .text($0) } ?? .null, number.map { .integer($0) } ?? .null,
            text.map { .text($0) } ?? .null,
        ]
    }
}

func timedBatch(_ rows: [TimedRow], selected: [Int]? = nil) -> RecordBatch {
    let made = batch(windowInput, rows.map(\.cells), selected: selected)
    let times = Column(type: .timestampLTZ, capacity: max(1, rows.count))
    for (index, row) in rows.enumerated() { times.integers[index] = row.time }
    made.eventTimes = times
    return made
}

/// Collects what a windowed operator emits.
final class WindowOutput: OperatorOutput {
    private(set) var rows: [TimedRowOut] = []
    private(set) var late: [TimedRow] = []
    /// What the late rows were late for, a batch.
    private(set) var lateness: [Lateness?] = []
    /// What came out of the port `errors`: `E2102 windows events[1]@1000`.
    private(set) var errors: [String] = []
    private(set) var errorMessages: [String] = []
    var isLateConsumed = true
    var batchSizes: [Int] = []

    struct TimedRowOut: Hashable, CustomStringConvertible {
        let time: Int64
        let cells: [Cell]
        var description: String { "\(time): \(cells)" }
    }

    func emit(_ batch: RecordBatch) {
        batchSizes.append(batch.selection.count)
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            let time = batch.eventTimes?.integers[row] ?? .min
            rows.append(TimedRowOut(time: time, cells: batch.columns.map { Cell($0, row) }))
        }
    }

    func emit(_ batch: RecordBatch, to port: OutputPort) {
        guard port == .late else {
            #expect(port == .errors)
            return takeErrors(batch)
        }
        lateness.append(batch.lateness)
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            let cells = batch.columns.map { Cell($0, row) }
            guard case .text(let key) = cells[0], case .integer(let number) = cells[1] else {
                Issue.record("a late row without key or number")
                continue
            }
            late.append(TimedRow(batch.eventTimes?.integers[row] ?? .min, key, number))
        }
    }

    private func takeErrors(_ batch: RecordBatch) {
        for row in 0..<batch.rowCount {
            let texts = batch.columns.map { $0.isNull(row) ? "NULL" : $0.slices[row].text }
            let place = batch.origin.holdsRecords ? "" : "not a record: "
            errors.append("\(texts[0]) \(texts[2]) \(place)\(batch.place(ofRow: row))")
            errorMessages.append(texts[1])
        }
    }

    func isConsumed(_ port: OutputPort) -> Bool { isLateConsumed }

    /// What came since the last call.
    func take() -> [TimedRowOut] {
        defer { rows = [] }
        return rows
    }
}

/// A windowed aggregate, or one with a `state_ttl`, at some parallelism, made of texts as in a pipeline file. Rows are routed as
/// the exchange does; each subtask is told every watermark.
final class WindowCluster {
    static let groupCount = 16
    let select: [String]
    let window: WindowDefinition?
    let stateTTL: Int64?
    let policy: ErrorPolicy
    let output = WindowOutput()
    private(set) var counters = RecordCounters()
    private(set) var subtasks: [any StreamOperator] = []
    private(set) var watermark = Watermark.min

    init(
        _ window: WindowDefinition?, stateTTL: Int64? = nil,
        select: [String] = ["COUNT(*)", "SUM(n)"], policy: ErrorPolicy = .fail, parallelism: Int = 1
    ) throws {
        self.stateTTL = stateTTL
        self.select = select
        self.window = window
        self.policy = policy
        try open(parallelism: parallelism, restored: nil)
    }

    private func definition() throws -> AggregateDefinition {
        let scope = SchemaScope(windowInput)
        let key = try ExpressionChecker.check(ExpressionParser.parse("k"), in: scope)
        let windowFields = window == nil ? [] : WindowDefinition.fields
        let fields = [Field(name: "k", type: .string)] + windowFields
        return AggregateDefinition(
            keys: [AggregateDefinition.Key(name: "k", expression: key)],
            items: try select.map { text in
                AggregateDefinition.Item(
                    name: text,
                    aggregate: try ExpressionChecker.checkAggregate(
                        ExpressionParser.parse(text), in: scope, keys: fields,
                        isWindowed: window != nil))
            }, window: window, stateTTLMilliseconds: stateTTL)
    }

    private func makeOperator() throws -> any StreamOperator {
        let definition = try definition()
        guard let window else {
            return AggregateOperator(
                definition, maxParallelism: Self.groupCount, errorPolicy: policy,
                backend: HeapStateBackend(), counters: counters)
        }
        if case .session = window.shape {
            return SessionAggregateOperator(
                definition, maxParallelism: Self.groupCount, errorPolicy: policy,
                backend: HeapStateBackend(), counters: counters)
        }
        return WindowAggregateOperator(
            definition, maxParallelism: Self.groupCount, errorPolicy: policy,
            backend: HeapStateBackend(), counters: counters)
    }

    private func open(parallelism: Int, restored: RestoredState?) throws {
        subtasks = try (0..<parallelism).map { subtask in
            let instance = try makeOperator()
            let context = OperatorContext(
                operatorID: OperatorID(rawValue: "windows"), subtaskIndex: subtask,
                parallelism: parallelism, maxParallelism: Self.groupCount)
            try instance.open(context, restored: restored)
            // As the chain does, before any batch.
            if watermark > .min { try instance.processWatermark(watermark, into: output) }
            return instance
        }
    }

    func process(_ rows: [TimedRow], selected: [Int]? = nil) throws {
        try process(timedBatch(rows, selected: selected))
    }

    private func process(_ input: RecordBatch) throws {
        guard subtasks.count > 1 else {
            if input.selection.count > 0 { try subtasks[0].process(input, into: output) }
            return
        }
        let count = input.selection.count
        let selector = KeySelector(
            try definition().keys.map(\.expression), maxParallelism: Self.groupCount)
        let groups = UnsafeMutablePointer<UInt16>.allocate(capacity: max(1, count))
        defer { groups.deallocate() }
        selector.assignKeyGroups(of: input, into: groups)
        for (subtask, instance) in subtasks.enumerated() {
            let rows = (0..<count).filter {
                KeyGroup.subtask(
                    ofGroup: Int(groups[$0]), groupCount: Self.groupCount,
                    parallelism: subtasks.count) == subtask
            }.map { input.selection.rows[$0] }
            guard !rows.isEmpty else { continue }
            let part = rows.withUnsafeBufferPointer { input.copy(rows: $0) }
            try instance.process(part, into: output)
        }
    }

    func advance(to time: Int64) throws {
        watermark = max(watermark, Watermark(rawValue: time))
        for instance in subtasks { try instance.processWatermark(watermark, into: output) }
    }

    /// Rows, then a watermark; what came out.
    func step(_ rows: [TimedRow], watermark: Int64? = nil) throws -> [WindowOutput.TimedRowOut] {
        try process(rows)
        if let watermark { try advance(to: watermark) }
        return output.take()
    }

    /// The state of all subtasks as a restore sees it.
    func snapshot() throws -> KeyedSnapshot { try keyedSnapshot(of: subtasks) }

    /// A snapshot of all, and new subtasks made of it.
    func restore(parallelism: Int) throws { try take(over: self, parallelism: parallelism) }

    /// New subtasks made of another's snapshot.
    func take(over other: WindowCluster, parallelism: Int = 1) throws {
        let (schema, groups) = try other.snapshot()
        watermark = other.watermark
        try open(
            RestoredState(
                items: [], stateSchema: schema, watermark: watermark > .min ? watermark : nil
            ) { groups[$0] }, parallelism: parallelism)
    }

    func open(_ restored: RestoredState?, parallelism: Int = 1) throws {
        try open(parallelism: parallelism, restored: restored)
    }

    var dropped: Int { counters.dropped.load(ordering: .relaxed) }
    var lateDropped: Int { counters.lateDropped.load(ordering: .relaxed) }
}

/// `key count sum at` of a row that came out.
func out(_ time: Int64, _ key: String?, _ values: Cell...) -> WindowOutput.TimedRowOut {
    WindowOutput.TimedRowOut(time: time, cells: [key.map { .text($0) } ?? .null] + values)
}

typealias KeyedSnapshot = (schema: [UInt8], groups: [Int: [UInt8]])

/// The keyed state of all subtasks of an operator, as a restore sees it.
func keyedSnapshot(of subtasks: [any StreamOperator]) throws -> KeyedSnapshot {
    let barrier = CheckpointBarrier(
        id: CheckpointID(attempt: Attempt(rawValue: 1), sequence: 1), kind: .checkpoint)
    var groups: [Int: [UInt8]] = [:]
    var schema: [UInt8] = []
    for instance in subtasks {
        let snapshot = try #require(try instance.snapshot(barrier).keyed)
        schema = snapshot.stateSchema
        for group in snapshot.keyGroups.lower..<snapshot.keyGroups.upper {
            var writer = ByteWriter()
            try snapshot.write(keyGroup: group, into: &writer)
            groups[group] = writer.bytes
        }
        snapshot.release()
    }
    return (schema, groups)
}
