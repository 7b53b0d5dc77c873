import Expression
import Formats
import Operators
import StateBackends
import StreamAPI
import StreamCore

/// What a record goes through: decoding, operators, encoding. `copy`, `project` and `count` are those of
/// `Benchmarks/pipelines`; the others differ from them in one thing each.
enum Workload: String, CaseIterable {
    case copy, project, count
    /// `project` in CSV.
    case csv
    /// `count` with amounts as DECIMAL.
    case decimal
    /// `count` in tumbling windows of 10 s, of records that are a millisecond apart.
    case window

    var text: InputRecords.Text { self == .csv ? .csv : .json }
    private var isProjection: Bool { self == .project || self == .csv }

    // MARK: Decoding

    private var schema: RowSchema {
        func field(_ name: String, _ type: LogicalType) -> Field {
            Field(name: name, type: type, isNullable: false)
        }
        let user = field("user", .string)
        let amount = field(
            "amount", self == .decimal ? .decimal(precision: 12, scale: 2) : .double)
        guard isProjection else {
            return RowSchema(
                self == .window ? [user, amount, field("ts", .bigint)] : [user, amount])
        }
        return RowSchema([
            field("id", .bigint), field("color", .string), user, amount, field("ts", .bigint),
        ])
    }

    func decoder() throws -> any BatchDecoder {
        let failed = FailedRecords(
            operatorID: OperatorID(rawValue: "events"), errorPolicy: .fail,
            counters: RecordCounters(), rowCapacity: RecordBatch.rowCapacityDefault)
        switch self {
        case .copy: return RawDecoder(rowCapacity: RecordBatch.rowCapacityDefault)
        case .csv:
            return try CSVDecoder(
                columns: schema.fields.enumerated().map { CSVColumn(field: $1, index: $0) },
                fieldCount: InputRecords.fieldCount, dialect: CSVDialect(), failed: failed)
        case .project, .count, .decimal, .window:
            return try JSONDecoder(columns: schema.fields.map { JSONColumn($0) }, failed: failed)
        }
    }

    /// The batch's column of event times; nil: there are none.
    var eventTimeColumn: Int? { self == .window ? 2 : nil }

    // MARK: Operators

    func operators() throws -> [any StreamOperator] {
        switch self {
        case .copy: []
        case .project, .csv: try [filter(), map()]
        case .count, .decimal, .window: [try aggregate()]
        }
    }

    private func filter() throws -> FilterOperator {
        FilterOperator(
            predicate: try typed("color <> 'red'"), errorPolicy: .fail, counters: RecordCounters())
    }

    private func map() throws -> MapOperator {
        let columns = [("id", "id"), ("user", "user"), ("gross", "amount * 1.2"), ("ts", "ts")]
        return MapOperator(
            columns: try columns.map { ($0.0, try typed($0.1)) }, errorPolicy: .fail,
            counters: RecordCounters())
    }

    private func typed(_ text: String) throws -> TypedExpression {
        try ExpressionChecker.check(ExpressionParser.parse(text), in: SchemaScope(schema))
    }

    private func aggregate() throws -> any StreamOperator {
        let definition = try definition()
        let made: any StreamOperator =
            definition.window == nil
            ? AggregateOperator(
                definition, maxParallelism: 128, errorPolicy: .fail, backend: HeapStateBackend(),
                counters: RecordCounters())
            : WindowAggregateOperator(
                definition, maxParallelism: 128, errorPolicy: .fail, backend: HeapStateBackend(),
                counters: RecordCounters())
        let context = OperatorContext(
            operatorID: OperatorID(rawValue: "counts"), subtaskIndex: 0, parallelism: 1,
            maxParallelism: 128)
        try made.open(context, restored: nil)
        return made
    }

    private func definition() throws -> AggregateDefinition {
        let key = AggregateDefinition.Key(name: "user", expression: try typed("user"))
        let fields = [Field(name: "user", type: key.expression.type)]
        let tumbling = WindowDefinition(
            .hopping(
                sizeMilliseconds: 10_000, slideMilliseconds: 10_000, offsetMilliseconds: 0))
        let window = self == .window ? tumbling : nil
        let items = try ["COUNT(*)", "SUM(amount)"].map { text in
            AggregateDefinition.Item(
                name: text,
                aggregate: try ExpressionChecker.checkAggregate(
                    ExpressionParser.parse(text), in: SchemaScope(schema),
                    keys: fields + (window == nil ? [] : WindowDefinition.fields),
                    isWindowed: window != nil))
        }
        return AggregateDefinition(keys: [key], items: items, window: window)
    }

    // MARK: Encoding

    /// Of the operators' output.
    func encoders(_ schema: RowSchema) -> [any RowEncoder] {
        switch self {
        case .copy: return [RawEncoder(column: 0)]
        case .csv:
            let columns = schema.fields.enumerated().map { (index: $0, type: $1.type) }
            return [CSVEncoder(columns: columns, dialect: CSVDialect()), key(schema, column: 1)]
        case .project: return [JSONEncoder(schema: schema), key(schema, column: 1)]
        case .count, .decimal, .window:
            return [JSONEncoder(schema: schema), key(schema, column: 0)]
        }
    }

    private func key(_ schema: RowSchema, column: Int) -> KeyEncoder {
        KeyEncoder(column: column, type: schema.fields[column].type)
    }
}
