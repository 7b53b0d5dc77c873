package import Expression
package import StreamAPI
package import StreamCore

/// Keeps the rows for which a condition is TRUE; a batch with rows left is passed on as it came.
///
/// The selection of the input batch is narrowed in place: whoever gives one batch to several
/// operators gives each its own selection.
///
/// - Threading: one subtask.
/// - Source: Flink `StreamFilter`.
package final class FilterOperator: StreamOperator {
    private let predicate: CompiledPredicate
    private var failures: RowFailures

    /// - Parameters:
    ///   - predicate: A BOOLEAN expression over the input's columns.
    ///   - errorPolicy: What to do with a record for which the condition has no value.
    ///   - counters: The subtask's; dropped records are added to it.
    package init(predicate: TypedExpression, errorPolicy: ErrorPolicy, counters: RecordCounters) {
        self.predicate = CompiledPredicate(predicate)
        failures = RowFailures(policy: errorPolicy, counters: counters)
    }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        failures.operatorID = context.operatorID
    }

    package func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        // Ends: every turn but the last removes a row.
        for _ in 0...batch.rowCount {
            do {
                try predicate.apply(to: batch)
                break
            } catch {
                try failures.resolve(error, in: batch)
            }
        }
        if batch.selection.count > 0 { try output.emit(batch) }
        try failures.emit(into: output)
    }
}
