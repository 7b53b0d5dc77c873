package import StreamCore

/// A record's key as the text of one column: STRING, BYTES, and types that are carried as JSON text,
/// as they are (slices of the batch, not copied); numbers, dates and times as in JSON, without
/// quotes; `true` and `false`. NULL is an absent key, an empty STRING an empty one.
///
/// - Threading: one thread; one instance per sink subtask.
package final class KeyEncoder: RowEncoder {
    private let column: Int
    private let writer: ScalarWriter?
    private let arena = ByteArena()

    /// - Parameters:
    ///   - column: The index of the key's column in the batches' schema.
    ///   - type: Its type; no INTERVAL.
    package init(column: Int, type: LogicalType) {
        self.column = column
        let isSlice = type.physical == .slice
        writer = isSlice ? nil : ScalarWriter(type)
        precondition(isSlice || writer != nil, "an INTERVAL has no text form")
    }

    // hot
    package func encode(_ batch: RecordBatch, into output: EncodedRows) {
        precondition(batch.selection.count <= output.capacity)
        let column = batch.columns[column]
        output.count = batch.selection.count
        guard let writer else { return passSlices(column, batch, to: output) }
        let rows = batch.selection.rows
        for index in 0..<batch.selection.count {
            let row = Int(rows[index])
            output.slices[index] = column.isNull(row) ? .absent : text(column, row, writer)
        }
        output.chunks = arena.takeChunks()
    }

    private func text(_ column: Column, _ row: Int, _ writer: ScalarWriter) -> ByteSlice {
        let room = arena.reserve(atLeast: writer.byteCountMax)
        // `reserve` never gives an empty buffer for a bound above 0.
        let start = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
        let end = writer.write(column.values, row, to: start)
        arena.commit(end - start)
        return ByteSlice(base: start, count: end - start)
    }
}

/// Hands out a column's slices as they are, absent for NULL.
func passSlices(_ column: Column, _ batch: RecordBatch, to output: EncodedRows) {
    let rows = batch.selection.rows
    let source = column.slices
    let slices = output.slices
    for index in 0..<batch.selection.count {
        let row = Int(rows[index])
        slices[index] = column.isNull(row) ? .absent : source[row]
    }
    output.count = batch.selection.count
    output.chunks = batch.chunks + batch.origin.chunks
}
