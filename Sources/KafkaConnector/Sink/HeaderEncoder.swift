internal import StreamAPI
internal import StreamCore

/// Makes the headers of a sink's records of columns: a NULL leaves its header out.
///
/// - Threading: one thread; one instance per sink subtask.
/// - Cost: One copy of each name and value; allocates chunks of a megabyte only.
final class HeaderEncoder {
    private let arena = ByteArena()
    /// The names' bytes, which live as long as this does.
    private let names: [ByteSlice]
    private let nameArena = ByteArena()
    private let nameChunks: [ByteChunk]
    private let values: [any ColumnEvaluator]
    private var columns: [Column] = []

    init(_ fields: [(name: String, value: any ColumnEvaluator)]) {
        names = fields.map { [nameArena] field in
            var name = field.name
            return name.withUTF8 { utf8 in
                utf8.baseAddress.map { nameArena.append($0, utf8.count) } ?? .absent
            }
        }
        nameChunks = nameArena.takeChunks()
        values = fields.map(\.value)
    }

    /// Writes the headers of every selected row, in selection order; absent for a row without any.
    ///
    /// - Parameter slices: Room for the batch's selected rows.
    /// - Throws: ``RecordError`` of an expression.
    func encode(_ batch: RecordBatch, into slices: UnsafeMutablePointer<ByteSlice>) throws {
        columns.removeAll(keepingCapacity: true)
        for value in values { columns.append(try value.evaluate(batch)) }
        let rows = batch.selection.rows
        for index in 0..<batch.selection.count { slices[index] = headers(of: Int(rows[index])) }
        // The bytes were copied, and the client copies them again: nothing need be kept.
        for value in values { _ = value.takeChunks() }
    }

    /// Forgets the headers written so far.
    func recycle() {
        arena.recycle()
    }

    private func headers(of row: Int) -> ByteSlice {
        let count = byteCount(of: row)
        guard count > 0 else { return .absent }
        let start = arena.allocate(count)
        var end = UnsafeMutableRawPointer(start)
        for (name, column) in zip(names, columns) where !column.isNull(row) {
            end = RecordHeaders.write(name: name, value: column.slices[row], to: end)
        }
        return ByteSlice(base: start, count: count)
    }

    private func byteCount(of row: Int) -> Int {
        var count = 0
        for (name, column) in zip(names, columns) where !column.isNull(row) {
            count += RecordHeaders.byteCount(name: name.count, value: column.slices[row])
        }
        return count
    }
}
