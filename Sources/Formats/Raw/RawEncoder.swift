package import StreamCore

/// `format: raw` of a sink: one STRING or BYTES column as it is; NULL is a tombstone. Nothing is
/// copied: the slices are the batch's own.
package final class RawEncoder: RowEncoder {
    package init(column: Int) {}
    package func encode(_ batch: RecordBatch, into output: EncodedRows) {}
}
