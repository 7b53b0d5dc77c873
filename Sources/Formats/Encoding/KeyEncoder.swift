package import StreamCore

/// A record's key as the text of one column: STRING, BYTES, ROW and ARRAY as they are (slices of the
/// batch, not copied), numbers as ``JSONEncoder`` writes them, `true` and `false`. NULL is an absent
/// key.
///
/// - Threading: one thread; one instance per sink subtask.
package final class KeyEncoder: RowEncoder {
    private let column: Int
    private let arena = ByteArena()

    /// - Parameter column: The index of the key's column in the batches' schema.
    package init(column: Int) { self.column = column }

    // hot
    package func encode(_ batch: RecordBatch, into output: EncodedRows) {
        precondition(batch.selection.count <= output.capacity)
        let column = batch.columns[column]
        output.count = batch.selection.count
        guard column.physical != .slice else { return passSlices(column, batch, to: output) }
        let rows = batch.selection.rows
        for index in 0..<batch.selection.count {
            let row = Int(rows[index])
            output.slices[index] = column.isNull(row) ? .absent : text(column, row)
        }
        output.chunks = arena.takeChunks()
    }

    private func text(_ column: Column, _ row: Int) -> ByteSlice {
        // The longest is a double, at most 34 bytes.
        let room = arena.reserve(atLeast: 64)
        let start = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
        let end =
            switch column.physical {
            case .int64: DecimalText.write(column.integers[row], to: start)
            case .float64: JSONText.writeUnquoted(column.doubles[row], to: start)
            case .int128: preconditionFailure("DECIMAL keys have no text form yet")
            case .bool8, .slice: JSONText.write(column.booleans[row] != 0, to: start)
            }
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
