package import Expression
package import StreamAPI
package import StreamCore

/// Makes a new row of each row: one column for each of a list of named expressions.
///
/// A bare column reference costs nothing: the output batch carries the input's column. The output
/// keeps the input's origin, so messages and raw bytes still name the source record, and its event
/// times.
///
/// - Threading: one subtask.
/// - Source: Flink `StreamMap`.
package final class MapOperator: StreamOperator {
    /// The columns of the batches that it emits.
    package let outputSchema: RowSchema
    private let expressions: [CompiledExpression]
    private var failures: RowFailures
    private var outputBatch: RecordBatch?

    /// - Parameters:
    ///   - columns: Name and value of each output column, in order; at least one. `extend` and
    ///     `drop` are written as such a list by the planner.
    ///   - errorPolicy: What to do with a record for which an expression has no value.
    ///   - counters: The subtask's; dropped records are added to it.
    package init(
        columns: [(name: String, expression: TypedExpression)], errorPolicy: ErrorPolicy,
        counters: RecordCounters
    ) {
        precondition(!columns.isEmpty, "a map gives at least one column")
        outputSchema = Self.schema(of: columns)
        expressions = columns.map { CompiledExpression($0.expression) }
        failures = RowFailures(policy: errorPolicy, counters: counters)
    }

    /// The schema that a map of these columns gives.
    package static func schema(of columns: [(name: String, expression: TypedExpression)])
        -> RowSchema
    {
        RowSchema(
            columns.map {
                Field(name: $0.name, type: $0.expression.type, isNullable: $0.expression.isNullable)
            })
    }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        failures.operatorID = context.operatorID
    }

    /// Rows are those of elements from now on: errors name the element by its number, which this column
    /// has in the same row.
    func nameElements(by numbers: Column) { failures.elementNumbers = numbers }

    package func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        try evaluate(batch, into: output)
        try failures.emit(into: output)
    }

    private func evaluate(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard batch.selection.count > 0 else { return }
        let result = emptyOutput(for: batch)
        for (index, expression) in expressions.enumerated() {
            result.columns[index] = try evaluate(expression, on: batch)
            result.chunks += expression.takeChunks()
        }
        guard batch.selection.count > 0 else { return }
        result.selection.copy(from: batch.selection)
        try output.emit(result)
    }

    /// One column. Rows that fail are dropped, or fail the job; columns already computed stay
    /// right, because the selection only shrinks.
    private func evaluate(
        _ expression: CompiledExpression, on batch: RecordBatch
    ) throws -> Column {
        // Ends: every turn but the last removes a row.
        while true {
            do {
                return try expression.evaluate(batch: batch)
            } catch {
                try failures.resolve(error, in: batch)
            }
        }
    }

    /// The reused output batch, with the rows and the memory of `batch`.
    private func emptyOutput(for batch: RecordBatch) -> RecordBatch {
        let result: RecordBatch
        if let reused = outputBatch, reused.rowCapacity >= batch.rowCapacity {
            result = reused
        } else {
            result = RecordBatch(
                schema: outputSchema,
                columns: outputSchema.fields.map { Column(type: $0.type, capacity: 1) },
                origin: batch.origin, rowCapacity: batch.rowCapacity)
            outputBatch = result
        }
        result.rowCount = batch.rowCount
        result.origin = batch.origin
        result.eventTimes = batch.eventTimes
        result.chunks.removeAll(keepingCapacity: true)
        result.chunks += batch.chunks
        return result
    }
}
