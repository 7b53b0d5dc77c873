internal import Formats
package import StreamAPI
package import StreamCore

/// What its source knows of a record besides its value.
package enum MetadataColumn: Hashable, Sendable {
    /// STRING.
    case topic
    /// INT.
    case partition
    /// BIGINT.
    case offset
    /// BIGINT: the line of its file on which the record begins, from 1.
    case line
    /// TIMESTAMP_LTZ(3): when the record was made, or appended; NULL for a record without.
    case timestamp
    /// BYTES; NULL for a record without a key.
    case key
    /// MAP<STRING, BYTES>; empty for a record without headers.
    case headers
    /// BYTES of the last header of this name; NULL if there is none, or if it is null.
    case header(String)

    /// Whether the source must read headers for it.
    package var needsHeaders: Bool {
        switch self {
        case .headers, .header: true
        default: false
        }
    }
}

/// Adds metadata columns to the rows of a format's decoder, which knows nothing of them.
///
/// Only the columns that the pipeline uses are here, and each costs what it is: numbers are copied,
/// keys and single headers are slices of the record, the map of all headers is written as text.
///
/// - Threading: one thread; one instance per source subtask.
package final class MetadataDecoder: BatchDecoder {
    /// Where a column of the batch comes from.
    package enum Part: Hashable, Sendable {
        /// A column of the format's decoder, by index.
        case value(Int)
        case metadata(MetadataColumn)

        package var isMetadata: Bool { if case .metadata = self { true } else { false } }
    }

    private let values: any BatchDecoder
    private let parts: [Part]
    private let batch: RecordBatch
    private let filler = MetadataFiller()
    /// By part; a value part's own is never looked at.
    private let ownColumns: [Column]

    /// - Parameters:
    ///   - values: Decodes the value columns.
    ///   - parts: One for each field of `schema`.
    ///   - rowCapacity: Rows of the largest raw batch.
    package init(
        around values: any BatchDecoder, parts: [Part], schema: RowSchema, rowCapacity: Int
    ) {
        precondition(parts.count == schema.fields.count)
        self.values = values
        self.parts = parts
        ownColumns = zip(parts, schema.fields).map { part, field in
            Column(type: field.type, capacity: part.isMetadata ? rowCapacity : 1)
        }
        batch = RecordBatch(
            schema: schema, columns: ownColumns,
            origin: RawRecordBatch(rowCapacity: 1), rowCapacity: rowCapacity)
    }

    package func takeErrors() -> [RecordBatch] { values.takeErrors() }

    package func decode(_ raw: RawRecordBatch) throws -> RecordBatch {
        let decoded = try values.decode(raw)
        batch.rowCount = decoded.rowCount
        batch.origin = decoded.origin
        batch.selection.copy(from: decoded.selection)
        for (index, part) in parts.enumerated() {
            switch part {
            case .value(let inner): batch.columns[index] = decoded.columns[inner]
            case .metadata(let column):
                batch.columns[index] = ownColumns[index]
                filler.fill(ownColumns[index], with: column, of: decoded.origin)
            }
        }
        batch.chunks = decoded.chunks + filler.takeChunks()
        return batch
    }
}
