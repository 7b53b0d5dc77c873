package import StreamCore

/// `format: json` of a sink: one object a row, with the columns in order and NULL as null.
///
/// - Threading: one thread; one instance per sink subtask.
package final class JSONEncoder: RowEncoder {
    package init(schema: RowSchema) {}
    package func encode(_ batch: RecordBatch, into output: EncodedRows) {}
}
