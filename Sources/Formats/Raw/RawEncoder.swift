package import StreamCore

/// `format: raw` of a sink: one STRING or BYTES column as it is; NULL is a tombstone. Nothing is
/// copied: the slices are the batch's own, and its chunks are handed on with them.
///
/// - Threading: one thread; one instance per sink subtask.
package final class RawEncoder: RowEncoder {
    private let column: Int

    /// - Parameter column: The index of the column in the batches' schema.
    package init(column: Int) { self.column = column }

    package func encode(_ batch: RecordBatch, into output: EncodedRows) {
        precondition(batch.selection.count <= output.capacity)
        let column = batch.columns[column]
        precondition(column.physical == .slice, "format raw writes a STRING or BYTES column")
        passSlices(column, batch, to: output)
    }
}
