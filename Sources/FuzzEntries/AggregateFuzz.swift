internal import Expression
internal import Operators
internal import StateBackends
internal import StreamAPI
internal import StreamCore

/// Items of an aggregate's `select`, accumulated from rows of extreme values.
///
/// Invariants: nothing traps; an operator that was restored from a snapshot gives for the next rows what the
/// one that went on gives, to the bit.
enum AggregateFuzz {
    private static let groupCount = 4

    /// - Returns: How many rows came out of the first batch; 0 for what is no such item.
    static func rowCount(_ syntax: SyntaxNode) -> Int {
        guard let definition = definition(syntax) else { return 0 }
        let going = open(definition, nil)
        let first = process(going)
        let restored = open(definition, snapshot(of: going))
        let (next, again) = (process(going), process(restored))
        precondition(
            !isDeterministic(definition) || next == again, "a restored operator goes on otherwise")
        return first.count
    }

    private static func definition(_ syntax: SyntaxNode) -> AggregateDefinition? {
        let scope = SchemaScope(ExtremeRows.schema)
        guard let key = try? ExpressionChecker.check(ExpressionParser.parse("f"), in: scope),
            let item = try? ExpressionChecker.checkAggregate(
                syntax, in: scope, keys: [Field(name: "f", type: .boolean)]),
            item.calls.count <= AggregateItem.callCountMax
        else { return nil }
        return AggregateDefinition(
            keys: [.init(name: "f", expression: key)], items: [.init(name: "v", aggregate: item)])
    }

    private static func isDeterministic(_ definition: AggregateDefinition) -> Bool {
        definition.items.allSatisfy { item in
            item.aggregate.result.isDeterministic
                && item.aggregate.calls.allSatisfy {
                    $0.argument?.isDeterministic != false && $0.filter?.isDeterministic != false
                }
        }
    }

    private static func open(
        _ definition: AggregateDefinition, _ restored: RestoredState?
    ) -> AggregateOperator {
        let aggregate = AggregateOperator(
            definition, maxParallelism: groupCount, errorPolicy: .drop,
            backend: HeapStateBackend(), counters: RecordCounters())
        let context = OperatorContext(
            operatorID: OperatorID(rawValue: "fuzz"), subtaskIndex: 0, parallelism: 1,
            maxParallelism: groupCount)
        do {
            try aggregate.open(context, restored: restored)
        } catch {
            preconditionFailure("a snapshot cannot be read: \(error)")
        }
        return aggregate
    }

    private static func process(_ aggregate: AggregateOperator) -> [[UInt8]] {
        let batch = ExtremeRows.batch
        batch.selection.selectAll(batch.rowCount)
        let output = BytesOutput()
        do {
            try aggregate.process(batch, into: output)
        } catch {
            preconditionFailure("a record that is dropped fails the job: \(error)")
        }
        return output.rows
    }

    private static func snapshot(of aggregate: AggregateOperator) -> RestoredState? {
        let barrier = CheckpointBarrier(
            id: CheckpointID(attempt: Attempt(rawValue: 1), sequence: 1), kind: .checkpoint)
        guard let snapshot = try? aggregate.snapshot(barrier).keyed else { return nil }
        defer { snapshot.release() }
        var groups: [Int: [UInt8]] = [:]
        for group in 0..<groupCount {
            var writer = ByteWriter()
            try? snapshot.write(keyGroup: group, into: &writer)
            groups[group] = writer.bytes
        }
        let all = groups
        return RestoredState(items: [], stateSchema: snapshot.stateSchema) { all[$0] }
    }
}

/// Collects the selected rows as bytes.
final class BytesOutput: OperatorOutput {
    private(set) var rows: [[UInt8]] = []

    func emit(_ batch: RecordBatch) {
        for index in 0..<batch.selection.count {
            let row = Int(batch.selection.rows[index])
            rows.append(batch.columns.flatMap { Self.bytes($0, row) })
        }
    }

    private static func bytes(_ column: Column, _ row: Int) -> [UInt8] {
        guard !column.isNull(row) else { return [0] }
        guard column.physical != .slice else { return [1] + column.slices[row].buffer }
        let stride = column.physical.stride
        return [1]
            + UnsafeRawBufferPointer(start: column.values + row * stride, count: stride)
    }

    func emit(_ batch: RecordBatch, to port: OutputPort) {}
    func isConsumed(_ port: OutputPort) -> Bool { false }
}
