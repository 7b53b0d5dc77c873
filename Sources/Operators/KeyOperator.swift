package import Expression
package import StreamAPI
package import StreamCore

/// Passes rows on as they came, behind an exchange that has sent them to the subtask of their key.
///
/// Only the key is computed here, once more: a row that has none went to key group 0, and is dropped or
/// fails the job with its place.
///
/// - Threading: one subtask.
/// - Source: Flink `DataStream.keyBy`, whose partitioning stays although no operator uses the key.
package final class KeyOperator: StreamOperator {
    private let selector: KeySelector
    private var failures: RowFailures

    /// - Parameters:
    ///   - keys: At least one.
    ///   - maxParallelism: The number of key groups.
    ///   - errorPolicy: For a record whose key has no value.
    ///   - counters: The subtask's; dropped records are added to it.
    package init(
        keys: [TypedExpression], maxParallelism: Int, errorPolicy: ErrorPolicy,
        counters: RecordCounters
    ) {
        selector = KeySelector(keys, maxParallelism: maxParallelism)
        failures = RowFailures(policy: errorPolicy, counters: counters)
    }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        failures.operatorID = context.operatorID
    }

    package func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        try failures.retrying(batch) { () throws(EvaluationError) in try selector.evaluate(batch) }
        if batch.selection.count > 0 { try output.emit(batch) }
        try failures.emit(into: output)
    }
}
