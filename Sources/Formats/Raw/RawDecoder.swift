internal import StreamAPI
package import StreamCore

/// `format: raw`: the record's bytes, untouched, as the columns `value` and `key`. Nothing is copied,
/// and nothing can fail; a tombstone's `value`, and an absent `key`, are NULL.
///
/// - Threading: one thread; one instance per source subtask.
package final class RawDecoder: BatchDecoder {
    package enum Part: String, Sendable, CaseIterable { case value, key }

    package let schema: RowSchema
    private let parts: [Part]
    private let batch: RecordBatch
    private let ownColumns: [Column]

    /// - Parameter parts: The wanted columns, in order; BYTES each.
    package init(parts: [Part] = [.value, .key], rowCapacity: Int) {
        self.parts = parts
        schema = RowSchema(parts.map { Field(name: $0.rawValue, type: .bytes) })
        batch = RecordBatch(schema: schema, rowCapacity: rowCapacity)
        ownColumns = batch.columns
    }

    package func decode(_ raw: RawRecordBatch) -> RecordBatch {
        precondition(raw.rowCount <= batch.rowCapacity)
        batch.rowCount = raw.rowCount
        batch.origin = raw
        batch.columns = ownColumns
        batch.selection.selectAll(raw.rowCount)
        for (part, column) in zip(parts, ownColumns) {
            fill(column, from: part == .value ? raw.values : raw.keys, raw.rowCount)
        }
        return batch
    }

    private func fill(_ column: Column, from source: UnsafePointer<ByteSlice>, _ count: Int) {
        column.slices.update(from: source, count: count)
        let validity = column.validity
        var absent: UInt8 = 0
        for row in 0..<count {
            let isAbsent: UInt8 = source[row].base == nil ? 1 : 0
            validity[row] = 1 &- isAbsent
            absent |= isAbsent
        }
        column.hasNulls = absent != 0
    }
}
