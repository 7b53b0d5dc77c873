package import Expression
package import StreamAPI
package import StreamCore

/// Unites the rows of several inputs whose columns are the same by name and type.
///
/// The batches of different inputs may hold their columns in different places, so each input has a
/// list of where the output's columns are. Rows keep their origin and their event time.
///
/// - Threading: one subtask.
/// - Source: Flink `DataStream.union`.
package final class UnionOperator: MultipleInputOperator {
    private let inputs: [MapOperator]

    /// - Parameter columns: For each input, the output's columns in order, as column references.
    package init(
        columns: [[(name: String, expression: TypedExpression)]], counters: RecordCounters
    ) {
        precondition(columns.count > 1)
        inputs = columns.map { MapOperator(columns: $0, errorPolicy: .fail, counters: counters) }
    }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        for input in inputs { try input.open(context, restored: restored) }
    }

    package func process(
        _ batch: RecordBatch, input: Int, into output: any OperatorOutput
    ) throws {
        try inputs[input].process(batch, into: output)
    }
}
