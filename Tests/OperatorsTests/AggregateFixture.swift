import Expression
import StateBackends
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Operators

/// Columns of the aggregates' test input.
let aggregateInput = RowSchema([
    Field(name: "k", type: .string), Field(name: "n", type: .bigint),
    Field(name: "d", type: .double), Field(name: "b", type: .boolean), Field(name: "i", type: .int),
    Field(name: "s", type: .string),
])

/// A value of a column, comparable.
enum Cell: Hashable, CustomStringConvertible {
    case null, boolean(Bool), integer(Int64), double(Double), text(String), decimal(Int128)

    init(_ column: Column, _ row: Int) {
        guard !column.isNull(row) else {
            self = .null
            return
        }
        switch column.physical {
        case .bool8: self = .boolean(column.booleans[row] != 0)
        case .int64: self = .integer(column.integers[row])
        case .float64: self = .double(column.doubles[row])
        case .int128: self = .decimal(column.decimals[row])
        case .slice: self = .text(column.slices[row].text)
        }
    }

    var description: String {
        switch self {
        case .null: "NULL"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .text(let value): "'\(value)'"
        case .decimal(let value): "\(value)"
        }
    }
}

/// Fills one row of a column.
func fill(_ column: Column, _ row: Int, _ cell: Cell, _ arena: ByteArena) {
    column.validity[row] = 1
    switch cell {
    case .null:
        column.hasNulls = true
        column.validity[row] = 0
    case .boolean(let value): column.booleans[row] = value ? 1 : 0
    case .integer(let value): column.integers[row] = value
    case .double(let value): column.doubles[row] = value
    case .decimal(let value): column.decimals[row] = value
    case .text(let value):
        let bytes = Array(value.utf8)
        let target = arena.allocate(bytes.count)
        target.update(from: bytes, count: bytes.count)
        column.slices[row] = ByteSlice(base: target, count: bytes.count)
    }
}

/// A batch of `schema` with `rows`, of which those in `selected` are alive; all by default.
func batch(_ schema: RowSchema, _ rows: [[Cell]], selected: [Int]? = nil) -> RecordBatch {
    let batch = RecordBatch(schema: schema, rowCapacity: max(1, rows.count))
    let arena = ByteArena()
    for (row, cells) in rows.enumerated() {
        for (column, cell) in zip(batch.columns, cells) { fill(column, row, cell, arena) }
        batch.origin.partitions[row] = 1
        batch.origin.offsets[row] = Int64(1000 + row)
        batch.origin.timestamps[row] = 5
        batch.origin.keys[row] = .absent
        batch.origin.values[row] = .absent
    }
    batch.rowCount = rows.count
    batch.origin.rowCount = rows.count
    batch.origin.topic = "events"
    batch.chunks = arena.takeChunks()
    batch.selection.selectAll(rows.count)
    if let selected {
        for (index, row) in selected.enumerated() { batch.selection.rows[index] = Int32(row) }
        batch.selection.count = selected.count
    }
    return batch
}

/// Collects the cells of the selected rows.
final class CollectingOutput: OperatorOutput {
    var rows: [[Cell]] = []
    /// What came out of the side outputs.
    var sideRows: [OutputPort: [[Cell]]] = [:]
    var places: [String] = []
    func emit(_ batch: RecordBatch) {
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            rows.append(batch.columns.map { Cell($0, row) })
            places.append(batch.place(ofRow: row).description)
        }
    }
    func emit(_ batch: RecordBatch, to port: OutputPort) {
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            sideRows[port, default: []].append(batch.columns.map { Cell($0, row) })
        }
    }
    func isConsumed(_ port: OutputPort) -> Bool { true }
}

/// An aggregate operator made of texts as in a pipeline file.
final class AggregateFixture {
    static let groupCount = 16
    let definition: AggregateDefinition
    let counters = RecordCounters()
    let aggregate: AggregateOperator
    let output = CollectingOutput()

    init(
        keys: [String] = ["k"], select: [String], of schema: RowSchema = aggregateInput,
        policy: ErrorPolicy = .fail, subtask: Int = 0,
        of parallelism: Int = 1, restored: RestoredState? = nil
    ) throws {
        definition = try Self.definition(keys: keys, select: select, schema)
        aggregate = AggregateOperator(
            definition, maxParallelism: Self.groupCount, errorPolicy: policy,
            backend: HeapStateBackend(), counters: counters)
        let context = OperatorContext(
            operatorID: OperatorID(rawValue: "counts"), subtaskIndex: subtask,
            parallelism: parallelism, maxParallelism: Self.groupCount)
        try aggregate.open(context, restored: restored)
    }

    static func definition(
        keys: [String], select: [String], _ schema: RowSchema
    ) throws -> AggregateDefinition {
        let scope = SchemaScope(schema)
        let checked = try keys.map { text in
            AggregateDefinition.Key(
                name: text,
                expression: try ExpressionChecker.check(ExpressionParser.parse(text), in: scope))
        }
        let fields = checked.map { Field(name: $0.name, type: $0.expression.type) }
        return AggregateDefinition(
            keys: checked,
            items: try select.map { text in
                AggregateDefinition.Item(
                    name: text,
                    aggregate: try ExpressionChecker.checkAggregate(
                        ExpressionParser.parse(text), in: scope, keys: fields))
            })
    }

    var dropped: Int { counters.dropped.load(ordering: .relaxed) }

    /// Processes a batch; the rows that came out.
    func process(_ batch: RecordBatch) throws -> [[Cell]] {
        output.rows.removeAll()
        output.places.removeAll()
        try aggregate.process(batch, into: output)
        return output.rows
    }

    /// The state as a restore sees it, after which the snapshot is released.
    func snapshot() throws -> [Int: [UInt8]] {
        let barrier = CheckpointBarrier(
            id: CheckpointID(attempt: Attempt(rawValue: 1), sequence: 1), kind: .checkpoint)
        let snapshot = try #require(try aggregate.snapshot(barrier).keyed)
        defer { snapshot.release() }
        var groups: [Int: [UInt8]] = [:]
        for group in snapshot.keyGroups.lower..<snapshot.keyGroups.upper {
            var writer = ByteWriter()
            try snapshot.write(keyGroup: group, into: &writer)
            groups[group] = writer.bytes
        }
        schema = snapshot.stateSchema
        return groups
    }

    private(set) var schema: [UInt8] = []
}
