package import StreamCore

/// Writes rows as the bytes of one Kafka field: its value, or its key.
///
/// - Threading: one thread; one instance per sink subtask.
package protocol RowEncoder: AnyObject {
    /// Encodes every selected row of `batch`, in selection order.
    ///
    /// - Parameter output: Emptied, then filled: one slice a selected row, absent where the field is
    ///   to be null, and the chunks that own the bytes.
    /// - Complexity: O(bytes written); allocates chunks of a megabyte only.
    func encode(_ batch: RecordBatch, into output: EncodedRows)
}

/// One encoded field of a batch's selected rows. Reused from batch to batch.
package final class EncodedRows {
    /// Rows that fit, at most.
    package let capacity: Int
    /// Slices filled: the batch's `selection.count`.
    package internal(set) var count = 0
    /// In selection order; `isAbsent` for null.
    package let slices: UnsafeMutablePointer<ByteSlice>
    /// What owns the bytes of ``slices``. Whoever sends them without a copy retains these.
    package internal(set) var chunks: [ByteChunk] = []

    package init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
        slices = .allocate(capacity: capacity)
    }

    deinit { slices.deallocate() }
}
