import Expression
import Formats
import Operators
import StateBackends
import StreamAPI
import StreamCore

/// The engine without Kafka: decodes the same records over and over, works on them and encodes the
/// results, in one thread. The workloads are those of `Benchmarks/pipelines`.
struct EngineBenchmark {
    enum Workload: String, CaseIterable { case copy, project, count }

    let workload: Workload
    let batchCount: Int

    func run() throws {
        let rows = RecordBatch.rowCapacityDefault
        let input = (0..<EngineBenchmark.inputBatchCount).map { InputRecords.batch($0, rows: rows) }
        let decoder = try decoder()
        let operators = try operators()
        let output = EncodedOutput(workload: workload, isJSON: workload != .copy)
        for number in 0..<batchCount {
            let batch = try decoder.decode(input[number % input.count])
            try BenchmarkChain(operators[...], output).emit(batch)
        }
        print(
            "\(workload.rawValue): \(batchCount * rows) records, \(output.byteCount) bytes written")
    }

    /// Batches made up front: 20,480 records, of which the later rounds repeat the keys.
    private static let inputBatchCount = 10

    private func decoder() throws -> any BatchDecoder {
        let rows = RecordBatch.rowCapacityDefault
        guard workload != .copy else { return RawDecoder(rowCapacity: rows) }
        return try JSONDecoder(
            columns: schema.fields.map { JSONColumn($0) },
            operatorID: OperatorID(rawValue: "events"),
            errorPolicy: .fail, counters: RecordCounters(), rowCapacity: rows)
    }

    private var schema: RowSchema {
        func field(_ name: String, _ type: LogicalType) -> Field {
            Field(name: name, type: type, isNullable: false)
        }
        let user = field("user", .string)
        let amount = field("amount", .double)
        guard workload == .project else { return RowSchema([user, amount]) }
        return RowSchema([
            field("id", .bigint), field("color", .string), user, amount, field("ts", .bigint),
        ])
    }

    private func operators() throws -> [any StreamOperator] {
        switch workload {
        case .copy: return []
        case .project:
            let columns = [("id", "id"), ("user", "user"), ("gross", "amount * 1.2"), ("ts", "ts")]
            return [
                FilterOperator(
                    predicate: try typed("color <> 'red'"), errorPolicy: .fail,
                    counters: RecordCounters()),
                MapOperator(
                    columns: try columns.map { ($0.0, try typed($0.1)) }, errorPolicy: .fail,
                    counters: RecordCounters()),
            ]
        case .count: return [try aggregate()]
        }
    }

    private func typed(_ text: String) throws -> TypedExpression {
        try ExpressionChecker.check(ExpressionParser.parse(text), in: SchemaScope(schema))
    }

    private func aggregate() throws -> AggregateOperator {
        let key = AggregateDefinition.Key(name: "user", expression: try typed("user"))
        let fields = [Field(name: "user", type: key.expression.type)]
        let items = try ["COUNT(*)", "SUM(amount)"].map { text in
            AggregateDefinition.Item(
                name: text,
                aggregate: try ExpressionChecker.checkAggregate(
                    ExpressionParser.parse(text), in: SchemaScope(schema), keys: fields))
        }
        let context = OperatorContext(
            operatorID: OperatorID(rawValue: "counts"), subtaskIndex: 0, parallelism: 1,
            maxParallelism: 128)
        let made = AggregateOperator(
            AggregateDefinition(keys: [key], items: items), maxParallelism: 128,
            errorPolicy: .fail, backend: HeapStateBackend(), counters: RecordCounters())
        try made.open(context, restored: nil)
        return made
    }
}

/// Operators in a row, then the output.
final class BenchmarkChain: OperatorOutput {
    private let operators: ArraySlice<any StreamOperator>
    private let output: any BatchOutput

    init(_ operators: ArraySlice<any StreamOperator>, _ output: any BatchOutput) {
        self.operators = operators
        self.output = output
    }

    func emit(_ batch: RecordBatch) throws {
        guard let first = operators.first else { return try output.emit(batch) }
        try first.process(batch, into: BenchmarkChain(operators.dropFirst(), output))
    }

    func emit(_ batch: RecordBatch, to port: OutputPort) {}
    func isConsumed(_ port: OutputPort) -> Bool { false }
}

/// Encodes what comes and drops it.
final class EncodedOutput: BatchOutput {
    private let isJSON: Bool
    private let keyColumn: Int
    private var encoders: [any RowEncoder] = []
    private let rows = EncodedRows(capacity: RecordBatch.rowCapacityDefault)
    private(set) var byteCount = 0

    init(workload: EngineBenchmark.Workload, isJSON: Bool) {
        self.isJSON = isJSON
        keyColumn = workload == .project ? 1 : 0
    }

    func emit(_ batch: RecordBatch) throws {
        if encoders.isEmpty {
            encoders =
                isJSON
                ? [
                    JSONEncoder(schema: batch.schema),
                    KeyEncoder(column: keyColumn, type: batch.schema.fields[keyColumn].type),
                ]
                : [RawEncoder(column: 0)]
        }
        for encoder in encoders {
            encoder.encode(batch, into: rows)
            for row in 0..<rows.count { byteCount &+= rows.slices[row].count }
        }
    }
}
