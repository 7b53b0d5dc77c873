package import StreamCore

/// A record's key as the text of one column: STRING and BYTES as they are, numbers in decimal,
/// `true` and `false`; NULL is an absent key.
package final class KeyEncoder: RowEncoder {
    private let column: Int
    private let arena = ByteArena()

    /// - Parameter column: The index of the key's column in the batches' schema.
    package init(column: Int) { self.column = column }

    package func encode(_ batch: RecordBatch, into output: EncodedRows) {
    }
}
