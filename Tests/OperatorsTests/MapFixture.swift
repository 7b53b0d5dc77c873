import Expression
import StreamAPI
import StreamCore

/// Keeps what an operator emits, as texts, and the batches themselves.
final class MapOutput: OperatorOutput {
    var rows: [[String]] = []
    var batches: [RecordBatch] = []

    func emit(_ batch: RecordBatch) throws {
        batches.append(batch)
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            rows.append(batch.columns.map { $0.mapText(row) })
        }
    }
    func emit(_ batch: RecordBatch, to port: OutputPort) throws {}
    func isConsumed(_ port: OutputPort) -> Bool { false }
}

extension Column {
    func mapText(_ row: Int) -> String {
        if isNull(row) { return "NULL" }
        return switch physical {
        case .bool8: "\(booleans[row] != 0)"
        case .int64: "\(integers[row])"
        case .float64: "\(doubles[row])"
        case .int128: "\(decimals[row])"
        case .slice: slices[row].text
        }
    }
}

/// Batches and expressions for the tests of filter and map.
enum MapFixture {
    /// Rows of (name STRING, number INT); row `r` came from `events[1]@100+r`.
    static func batch(_ rows: [(String?, Int64?)]) -> RecordBatch {
        let batch = RecordBatch(schema: schema, rowCapacity: max(rows.count, 1))
        let arena = ByteArena()
        batch.columns[0].hasNulls = rows.contains { $0.0 == nil }
        batch.columns[1].hasNulls = rows.contains { $0.1 == nil }
        for (row, (name, number)) in rows.enumerated() {
            batch.columns[0].validity[row] = name == nil ? 0 : 1
            batch.columns[1].validity[row] = number == nil ? 0 : 1
            batch.columns[1].integers[row] = number ?? 0
            let bytes = Array((name ?? "").utf8)
            let target = arena.allocate(bytes.count)
            for (index, byte) in bytes.enumerated() { target[index] = byte }
            batch.columns[0].slices[row] = ByteSlice(
                base: UnsafePointer(target), count: bytes.count)
            batch.origin.partitions[row] = 1
            batch.origin.offsets[row] = 100 + Int64(row)
        }
        batch.origin.topic = "events"
        batch.origin.rowCount = rows.count
        batch.rowCount = rows.count
        batch.chunks = arena.takeChunks()
        batch.selection.selectAll(rows.count)
        return batch
    }

    static let schema = RowSchema([
        Field(name: "name", type: .string), Field(name: "number", type: .int),
    ])

    static func typed(_ text: String, expecting type: LogicalType? = nil) throws -> TypedExpression
    {
        try ExpressionChecker.check(
            try ExpressionParser.parse(text), in: SchemaScope(schema), expecting: type)
    }

    static func context(_ id: String) -> OperatorContext {
        OperatorContext(
            operatorID: OperatorID(rawValue: id), subtaskIndex: 0, parallelism: 1,
            maxParallelism: 128)
    }
}
