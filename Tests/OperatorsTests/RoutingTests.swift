import Expression
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import Operators

/// Keeps each output's rows of one BIGINT column, as texts.
private final class PortCollector: OperatorOutput {
    var rows: [OutputPort: [String]] = [:]
    var errors: [String] = []

    func emit(_ batch: RecordBatch) { rows[.main, default: []] += texts(batch) }

    func emit(_ batch: RecordBatch, to port: OutputPort) {
        guard port != .errors else {
            for row in 0..<batch.rowCount {
                let place = batch.place(ofRow: row)
                let columns = batch.columns.map { $0.isNull(row) ? "NULL" : $0.slices[row].text }
                errors.append("\(place) \(columns[0]) \(columns[2]) \(columns[3])")
                errors.append(batch.origin.values[row].text)
            }
            return
        }
        rows[port, default: []] += texts(batch)
        // As a reader might.
        batch.selection.count = 0
        batch.columns = [Column(type: .string, capacity: 1)]
    }

    func isConsumed(_ port: OutputPort) -> Bool { true }

    private func texts(_ batch: RecordBatch) -> [String] {
        (0..<batch.selection.count).map { index in
            let row = Int(batch.selection.rows[index])
            return batch.columns.map { $0.isNull(row) ? "NULL" : "\($0.integers[row])" }
                .joined(separator: "|")
        }
    }
}

@Suite struct RoutingTests {
    private let counters = RecordCounters()
    private let output = PortCollector()
    private let arena = ByteArena()
    private let context = OperatorContext(
        operatorID: OperatorID(rawValue: "op"), subtaskIndex: 0, parallelism: 1, maxParallelism: 1)

    private func batch(_ names: [String], _ rows: [[Int64?]]) -> RecordBatch {
        let batch = RecordBatch(
            schema: RowSchema(names.map { Field(name: $0, type: .bigint) }),
            rowCapacity: max(1, rows.count))
        for (row, values) in rows.enumerated() {
            for (column, value) in zip(batch.columns, values) {
                column.integers[row] = value ?? 0
                column.validity[row] = value == nil ? 0 : 1
                if value == nil { column.hasNulls = true }
            }
            batch.origin.keys[row] = .absent
            batch.origin.values[row] = arena.append(text: "raw \(row)")
            batch.origin.partitions[row] = 3
            batch.origin.offsets[row] = Int64(row)
            batch.origin.timestamps[row] = 0
        }
        batch.origin.topic = "t"
        batch.origin.chunks = arena.takeChunks()
        batch.rowCount = rows.count
        batch.selection.selectAll(rows.count)
        return batch
    }

    private func typed(_ text: String, _ names: [String] = ["a", "b"]) throws -> TypedExpression {
        let schema = RowSchema(names.map { Field(name: $0, type: .bigint) })
        return try ExpressionChecker.check(ExpressionParser.parse(text), in: SchemaScope(schema))
    }

    private func split(
        _ routes: [(String, String)], hasDefault: Bool = true, policy: ErrorPolicy = .fail
    ) throws -> SplitOperator {
        let made = SplitOperator(
            routes: try routes.map { ($0.0, try typed($0.1)) }, hasDefault: hasDefault,
            errorPolicy: policy, counters: counters)
        try made.open(context, restored: nil)
        return made
    }

    private let rows: [[Int64?]] = [[1, 0], [2, 0], [nil, 0], [4, 0], [50, 0]]

    @Test func `A row goes to the first route that takes it, NULL to none, the rest to default`()
        throws
    {
        try split([("small", "a < 3"), ("even", "a % 2 = 0")]).process(
            batch(["a", "b"], rows), into: output)
        #expect(output.rows[OutputPort("small")] == ["1|0", "2|0"])
        #expect(output.rows[OutputPort("even")] == ["4|0", "50|0"])
        #expect(output.rows[OutputPort("default")] == ["NULL|0"])
        #expect(output.rows[.main] == nil)
    }

    @Test func `Without a default what no route takes is left out and counted`() throws {
        try split([("big", "a > 10")], hasDefault: false).process(
            batch(["a", "b"], rows), into: output)
        #expect(output.rows[OutputPort("big")] == ["50|0"])
        #expect(output.rows.count == 1)
        #expect(counters.dropped.load(ordering: .relaxed) == 4)
    }

    @Test func `A row for which a route fails goes to the errors and to no route`() throws {
        try split([("x", "10 / a > 3"), ("y", "a >= 0")], policy: .sideOutput).process(
            batch(["a", "b"], [[0, 0], [2, 0], [5, 0], [0, 1]]), into: output)
        #expect(output.rows[OutputPort("x")] == ["2|0"])
        #expect(output.rows[OutputPort("y")] == ["5|0"])
        #expect(
            output.errors == [
                "t[3]@0 E2101 op NULL", "raw 0", "t[3]@3 E2101 op NULL", "raw 3",
            ])
    }

    @Test func `A union takes each input's columns by name`() throws {
        let union = UnionOperator(
            columns: [
                [("a", try typed("a")), ("b", try typed("b"))],
                [("a", try typed("a", ["b", "a"])), ("b", try typed("b", ["b", "a"]))],
            ], counters: counters)
        try union.open(context, restored: nil)
        let (first, second) = (batch(["a", "b"], [[1, 2]]), batch(["b", "a"], [[3, 4]]))
        try union.process(first, input: 0, into: output)
        try union.process(second, input: 1, into: output)
        #expect(output.rows[.main] == ["1|2", "4|3"])
    }

    @Test func `Rows that an expression fails for leave by the errors, with their raw records`()
        throws
    {
        let map = MapOperator(
            columns: [("q", try typed("12 / a"))], errorPolicy: .sideOutput, counters: counters)
        try map.open(context, restored: nil)
        try map.process(batch(["a", "b"], [[0, 0], [3, 0]]), into: output)
        let filter = FilterOperator(
            predicate: try typed("12 / a > 1"), errorPolicy: .sideOutput, counters: counters)
        try filter.open(context, restored: nil)
        try filter.process(batch(["a", "b"], [[4, 0], [0, 0]]), into: output)
        #expect(output.rows[.main] == ["4", "4|0"])
        #expect(
            output.errors == [
                "t[3]@0 E2101 op NULL", "raw 0", "t[3]@1 E2101 op NULL", "raw 1",
            ])
        #expect(counters.dropped.load(ordering: .relaxed) == 0)
    }

    /// Whatever the rows, each is in exactly one output, and in that of the first condition.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func `Random rows are routed as one by one`(seed: UInt64) throws {
        var random = AggregateRandom(state: seed)
        let values: [[Int64?]] = (0..<Int.random(in: 1...60, using: &random)).map { _ in
            let isNull = Int.random(in: 0..<8, using: &random) == 0
            return [isNull ? nil : Int64.random(in: 0..<10, using: &random), 0]
        }
        let batch = batch(["a", "b"], values)
        for row in 0..<values.count where Bool.random(using: &random) {
            batch.selection.remove(row: Int32(row))
        }
        let selected = (0..<batch.selection.count).map { values[Int(batch.selection.rows[$0])][0] }
        try split([("x", "a > 6"), ("y", "a % 2 = 0")]).process(batch, into: output)
        func expected(_ isIn: (Int64?) -> Bool) -> [String]? {
            let texts = selected.filter(isIn).map { ($0.map { "\($0)" } ?? "NULL") + "|0" }
            return texts.isEmpty ? nil : texts
        }
        func isX(_ value: Int64?) -> Bool { value.map { $0 > 6 } ?? false }
        func isY(_ value: Int64?) -> Bool { value.map { $0 % 2 == 0 } ?? false }
        #expect(output.rows[OutputPort("x")] == expected(isX), "seed \(seed)")
        #expect(output.rows[OutputPort("y")] == expected { !isX($0) && isY($0) }, "seed \(seed)")
        #expect(
            output.rows[OutputPort("default")] == expected { !isX($0) && !isY($0) }, "seed \(seed)")
    }
}
