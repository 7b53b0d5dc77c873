internal import Expression
internal import StreamCore

/// The items of an aggregate, compiled: from keys and call results to output columns.
///
/// - Threading: one subtask.
final class AggregateItems {
    private let definition: AggregateDefinition
    /// Of the items that are more than one call.
    private let expressions: [CompiledExpression?]
    /// One a call; whoever accumulates fills them.
    let callResults: [Column]
    /// Key columns and call results: what the expressions are evaluated on.
    private let intermediate: RecordBatch

    init(_ definition: AggregateDefinition, rowCapacity: Int) {
        self.definition = definition
        expressions = definition.items.map { item in
            item.aggregate.singleCall == nil ? CompiledExpression(item.aggregate.result) : nil
        }
        callResults = definition.calls.map { Column(type: $0.type, capacity: rowCapacity) }
        let keyFields = Array(definition.outputSchema.fields.prefix(definition.keys.count))
        let windowFields = definition.window == nil ? [] : WindowDefinition.fields
        let callFields = definition.calls.enumerated().map { index, call in
            Field(name: "\(index)", type: call.type, isNullable: call.isNullable)
        }
        intermediate = RecordBatch.shell(
            RowSchema(keyFields + windowFields + callFields), rowCapacity)
    }

    /// Before a batch: no result is NULL.
    func resetResults() { for result in callResults { result.hasNulls = false } }

    /// The items' columns, at the row numbers of ``callResults``.
    ///
    /// - Parameters:
    ///   - keys: The key's columns, and a window's start and end, at the same row numbers.
    ///   - batch: Gives rows, origin and chunks, which grow by what the expressions make; rows
    ///     without a value leave its selection.
    func columns(
        keys: [Column], _ batch: RecordBatch, _ failures: RowFailures
    ) throws -> [Column] {
        var columns: [Column] = []
        var call = 0
        intermediate.rowCount = batch.rowCount
        intermediate.origin = batch.origin
        for (index, item) in definition.items.enumerated() {
            let calls = call..<call + item.aggregate.calls.count
            call = calls.upperBound
            guard let expression = expressions[index] else {
                columns.append(callResults[calls.lowerBound])
                continue
            }
            // Each item's expression numbers the columns as: the key's, then the results of its calls.
            intermediate.columns = keys + callResults[calls]
            intermediate.chunks = batch.chunks
            columns.append(
                try failures.retrying(batch) { () throws(EvaluationError) in
                    intermediate.selection.copy(from: batch.selection)
                    return try expression.evaluate(batch: intermediate)
                })
            batch.chunks += expression.takeChunks()
        }
        return columns
    }
}

extension RecordBatch {
    /// A batch whose columns and origin are put in place for each batch of input.
    static func shell(_ schema: RowSchema, _ rowCapacity: Int) -> RecordBatch {
        RecordBatch(
            schema: schema, columns: schema.fields.map { Column(type: $0.type, capacity: 1) },
            origin: RawRecordBatch(rowCapacity: 1), rowCapacity: rowCapacity)
    }
}
