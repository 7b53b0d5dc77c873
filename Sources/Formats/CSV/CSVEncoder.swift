package import StreamCore

/// `format: csv` of a sink: one row a record, without a line end, columns in order.
///
/// A NULL is the null literal, or an empty field where there is none (as in Flink); a STRING is quoted
/// where the reader would take it for something else.
///
/// - Threading: one thread; one instance per sink subtask.
/// - Cost: one pass over the selected rows; allocates chunks of a megabyte only.
package final class CSVEncoder: RowEncoder {
    private let indices: [Int]
    private let writers: [ScalarWriter]
    private let quoting: CSVQuoting
    private let nullText: [UInt8]
    private let arena = ByteArena()
    /// Bytes of a row whose slices are all empty, at most.
    private let fixedByteCountMax: Int
    private let hasSlices: Bool

    /// - Parameters:
    ///   - columns: The row's fields, in order: index of the column in every batch to come, and its
    ///     type. At least one; types that ``CSVEncoder/canWrite(_:)``.
    ///   - dialect: With a quote character.
    package init(columns: [(index: Int, type: LogicalType)], dialect: CSVDialect) {
        precondition(!columns.isEmpty)
        indices = columns.map(\.index)
        writers = columns.compactMap { ScalarWriter($0.type) }
        precondition(writers.count == columns.count, "a column has no form in CSV")
        nullText = dialect.nullLiteral ?? []
        quoting = CSVQuoting(dialect, isOnlyColumn: columns.count == 1)
        hasSlices = writers.contains(where: \.isSlice)
        let nullByteCount = nullText.count
        // A delimiter, quotes, and each byte twice.
        fixedByteCountMax = writers.reduce(0) { $0 + 2 * max($1.byteCountMax, nullByteCount) + 3 }
    }

    package static func canWrite(_ type: LogicalType) -> Bool { ScalarWriter(type) != nil }

    // hot
    package func encode(_ batch: RecordBatch, into output: EncodedRows) {
        let selected = batch.selection.rows
        let count = batch.selection.count
        precondition(count <= output.capacity)
        let columns = indices.map { batch.columns[$0] }
        for index in 0..<count {
            let row = Int(selected[index])
            let bound = fixedByteCountMax + (hasSlices ? sliceByteCountMax(columns, row) : 0)
            let room = arena.reserve(atLeast: bound)
            // `reserve` never gives an empty buffer for a bound above 0.
            let start = room.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
            let end = write(columns, row, to: start)
            output.slices[index] = ByteSlice(base: start, count: end - start)
            arena.commit(end - start)
        }
        output.count = count
        output.chunks = arena.takeChunks()
    }

    @inline(__always)
    private func sliceByteCountMax(_ columns: [Column], _ row: Int) -> Int {
        var bound = 0
        for (column, writer) in zip(columns, writers) where writer.isSlice && !column.isNull(row) {
            // Each byte may be a quote.
            bound &+= writer.byteCount(ofSlice: column.slices[row].count) &* 2
        }
        return bound
    }

    @inline(__always)
    private func write(
        _ columns: [Column], _ row: Int, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var out = start
        for index in 0..<columns.count {
            if index > 0 {
                out[0] = quoting.delimiter
                out += 1
            }
            let column = columns[index]
            if column.isNull(row) {
                for byte in nullText {
                    out[0] = byte
                    out += 1
                }
            } else if writers[index].kind == .text {
                out = quoting.write(column.slices[row], isFirst: index == 0, to: out)
            } else {
                out = quoting.writePlain(writers[index], column.values, row, to: out)
            }
        }
        return out
    }
}
