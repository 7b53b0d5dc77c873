package import Expression
internal import StreamAPI
package import StreamCore

/// A checked expression as a column of a sink's records. A row for which it has no value fails the
/// job: a sink leaves nothing out.
///
/// - Threading: one subtask.
package final class ExpressionColumn: ColumnEvaluator {
    private let expression: CompiledExpression
    private let operatorID: OperatorID

    /// - Parameter operatorID: The sink's, for messages.
    package init(_ expression: TypedExpression, operatorID: OperatorID) {
        self.expression = CompiledExpression(expression)
        self.operatorID = operatorID
    }

    package func evaluate(_ batch: RecordBatch) throws -> Column {
        do {
            return try expression.evaluate(batch: batch)
        } catch {
            throw RecordError(
                code: error.code.rawValue, place: batch.place(ofRow: error.row),
                operatorID: operatorID, message: error.message, canBeDropped: false)
        }
    }

    package func takeChunks() -> [ByteChunk] { expression.takeChunks() }
}
