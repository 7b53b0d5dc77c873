public import StreamCore

/// Computes one column of a batch: an expression, for those who know no expressions.
///
/// - Threading: the subtask's.
public protocol ColumnEvaluator: AnyObject {
    /// Computes the selected rows.
    ///
    /// - Returns: A column with row `r`'s value at `r`, valid until the next call; it may be one of
    ///   the batch's own.
    /// - Throws: ``RecordError`` for the first row without a value.
    /// - Complexity: One call a batch; allocates nothing per row.
    func evaluate(_ batch: RecordBatch) throws -> Column
    /// What owns the bytes of the last column's slices, beside the batch's own chunks.
    func takeChunks() -> [ByteChunk]
}
