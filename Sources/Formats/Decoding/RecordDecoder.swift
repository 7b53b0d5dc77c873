package import StreamAPI
package import StreamCore

/// Rows whose columns come of several parts of a record: its key and its value.
///
/// Each part has a decoder of its own; their columns are put side by side, nothing is copied. A record
/// that fails in any part is one failed record.
///
/// - Threading: one thread; one instance per source subtask.
package final class RecordDecoder: BatchDecoder {
    /// A decoder, and where its columns stand in the rows.
    package struct Part {
        package let decoder: any BatchDecoder
        package let columns: [Int]
        /// - Parameter columns: By column of the decoder's batches.
        package init(_ decoder: any BatchDecoder, columns: [Int]) {
            self.decoder = decoder
            self.columns = columns
        }
    }

    package let schema: RowSchema
    private let parts: [Part]
    private let failed: FailedRecords
    private let batch: RecordBatch

    /// - Parameters:
    ///   - schema: Of the rows; each column belongs to one part.
    ///   - parts: In the order in which a batch is decoded; the first one reads the part of the record
    ///     that `failed` expects first.
    ///   - failed: The one that all parts were made with.
    package init(schema: RowSchema, parts: [Part], failed: FailedRecords) {
        precondition(
            parts.flatMap(\.columns).sorted() == Array(schema.fields.indices),
            "each column belongs to one part")
        self.schema = schema
        self.parts = parts
        self.failed = failed
        batch = RecordBatch(
            schema: schema, columns: schema.fields.map { Column(type: $0.type, capacity: 1) },
            origin: RawRecordBatch(rowCapacity: 1), rowCapacity: failed.rowCapacity)
    }

    package func takeErrors() -> [RecordBatch] { failed.takeErrors() }

    package func decode(_ raw: RawRecordBatch) throws -> RecordBatch {
        batch.rowCount = raw.rowCount
        batch.origin = raw
        batch.chunks.removeAll(keepingCapacity: true)
        for part in parts {
            let decoded = try part.decoder.decode(raw)
            for (column, place) in zip(decoded.columns, part.columns) {
                batch.columns[place] = column
            }
            batch.chunks.append(contentsOf: decoded.chunks)
        }
        failed.select(batch)
        return batch
    }
}
