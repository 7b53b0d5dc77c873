import Expression
import StreamAPI
import StreamCore
import Testing

@testable import Operators

/// Columns of the tests' input.
let unnestInput = RowSchema([
    Field(name: "id", type: .bigint),
    Field(name: "tags", type: .array(.string)),
    Field(
        name: "lines",
        type: .array(
            .row([
                Field(name: "sku", type: .string),
                Field(name: "n", type: .bigint, isNullable: false),
                Field(name: "price", type: .decimal(precision: 8, scale: 2)),
                Field(name: "at", type: .timestamp),
            ]))),
    Field(name: "attributes", type: .map(.string, .int)),
    Field(name: "numbered", type: .map(.int, .string)),
    Field(name: "nested", type: .array(.array(.bigint))),
])

/// An unnest or flat_map, made of texts as in a pipeline file.
final class UnnestFixture {
    let counters = RecordCounters()
    let output = WindowOutput()
    let errors = CollectingOutput()
    let unnest: UnnestOperator

    /// - Parameters:
    ///   - names: One: the whole element; nil: by default.
    ///   - passing: The input columns that go on, before the element's; not with `select`.
    init(
        _ collection: String, as names: [String]? = nil, isWhole: Bool = false,
        hasOrdinality: Bool = false, keepsEmpty: Bool = false, passing: [String] = ["id"],
        select: [String]? = nil, policy: ErrorPolicy = .fail
    ) throws {
        let input = SchemaScope(unnestInput)
        let typed = try ExpressionChecker.check(ExpressionParser.parse(collection), in: input)
        let unnesting = try #require(Unnesting(typed))
        var parts = unnesting.parts(isWhole: isWhole)
        var called = names ?? parts.compactMap(\.defaultName)
        if hasOrdinality {
            parts.append(unnesting.ordinality)
            called.append("position")
        }
        try #require(parts.count == called.count)
        let elements = try zip(called, parts).map {
            UnnestDefinition.Column(
                name: $0, expression: try unnesting.expression(for: $1, timeZone: .utc))
        }
        let fields = elements.map { Field(name: $0.name, type: $0.expression.type) }
        let scope = ElementScope(RowSchema(fields), over: input)
        let selected = try select?.map {
            UnnestDefinition.Column(
                name: $0,
                expression: try ExpressionChecker.check(ExpressionParser.parse($0), in: scope))
        }
        if select == nil { for name in passing { _ = scope.resolve([.field(name)]) } }
        let passed = scope.inputColumns.enumerated().map {
            UnnestDefinition.Column(
                name: $1.field.name, expression: Unnesting.inputColumn($0, $1.field))
        }
        unnest = UnnestOperator(
            UnnestDefinition(
                collection: typed, keepsEmpty: keepsEmpty,
                inputColumns: scope.inputColumns.map(\.index),
                columns: select == nil ? passed + elements : elements + passed, select: selected),
            errorPolicy: policy, counters: counters)
        try unnest.open(MapFixture.context("lines"), restored: nil)
    }

    /// The rows that come out of these, as texts: `1 a NULL`.
    func process(_ rows: [[Cell]], selected: [Int]? = nil) throws -> [String] {
        try process(Self.batch(rows, selected: selected))
    }

    func process(_ batch: RecordBatch) throws -> [String] {
        try unnest.process(batch, into: UnnestOutput(output, errors))
        return output.take().map { row in
            row.cells.map { cell in
                if case .text(let text) = cell { text } else { "\(cell)" }
            }.joined(separator: " ")
        }
    }

    /// Row `r` came from `events[1]@1000+r`, and its event time is `100 r`.
    static func batch(_ rows: [[Cell]], selected: [Int]? = nil) -> RecordBatch {
        let made = OperatorsTests.batch(unnestInput, rows, selected: selected)
        let times = Column(type: .timestampLTZ, capacity: max(1, rows.count))
        for row in rows.indices { times.integers[row] = Int64(100 * row) }
        made.eventTimes = times
        return made
    }

    /// A row in which one column has a value, beside the id.
    static func row(_ id: Int64, _ column: String, _ value: Cell) -> [Cell] {
        unnestInput.fields.map { field in
            field.name == "id" ? .integer(id) : field.name == column ? value : .null
        }
    }
}

/// Rows to the one, failed records to the other.
private final class UnnestOutput: OperatorOutput {
    let rows: WindowOutput
    let errors: CollectingOutput

    init(_ rows: WindowOutput, _ errors: CollectingOutput) {
        self.rows = rows
        self.errors = errors
    }

    func emit(_ batch: RecordBatch) throws {
        for index in 0..<batch.selection.count {
            errors.places.append(batch.place(ofRow: Int(batch.selection.rows[index])).description)
        }
        rows.emit(batch)
    }
    func emit(_ batch: RecordBatch, to port: OutputPort) throws {
        errors.emit(batch, to: port)
    }
    func isConsumed(_ port: OutputPort) -> Bool { true }
}
