package import StreamCore

/// An expression compiled to kernels: evaluates a batch at a time.
///
/// - Threading: not `Sendable`; owned and called by one subtask.
package final class CompiledExpression {
    /// The longest STRING that a function may build; longer ones are an ``EvaluationError``.
    package static let valueByteCountMax = 16 << 20

    package let typed: TypedExpression
    package var type: LogicalType { typed.type }

    private let program: KernelProgram

    /// - Parameter environment: The clock and the random bits of functions like NOW and UUID.
    package init(_ typed: TypedExpression, environment: EvaluationEnvironment = .system) {
        self.typed = typed
        program = KernelProgram(typed, environment: environment)
    }

    /// Computes the selected rows of `batch`.
    ///
    /// - Returns: A column with row `r`'s value at `r`; rows that are not selected hold anything
    ///   (they may be computed where that can neither fail nor read a text).
    ///   It belongs to this expression and is valid until the next call. A bare column reference
    ///   gives the batch's own column. Slices stay valid as long as ``chunks`` and those of the
    ///   batch are retained.
    /// - Throws: ``EvaluationError`` for selected rows without a value. The batch is unchanged:
    ///   remove the failed rows from its selection and call again, or fail.
    /// - Complexity: O(selected rows); one dynamic call per kernel, no allocation per row.
    package func evaluate(batch: RecordBatch) throws(EvaluationError) -> Column {
        try program.evaluate(batch: batch)
    }

    /// What holds the bytes of the last column's slices, beside the batch's own chunks. Empty if
    /// no bytes were made. Add these to the `chunks` of the batch that carries the column.
    package func takeChunks() -> [ByteChunk] { program.takeChunks() }
}
