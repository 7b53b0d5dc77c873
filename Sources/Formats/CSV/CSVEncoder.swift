package import StreamCore

/// `format: csv` of a sink: one row a record, without a line end, columns in order.
///
/// A NULL is the null literal, or an empty field where there is none (as in Flink); a STRING is quoted
/// where the reader would take it for something else. An ARRAY or a ROW is one field.
///
/// - Threading: one thread; one instance per sink subtask.
/// - Cost: one pass over the selected rows; allocates chunks of a megabyte only.
package final class CSVEncoder: RowEncoder {
    private let indices: [Int]
    private let writers: [ScalarWriter]
    /// Of ARRAY and ROW columns.
    private let collections: [CSVCollectionWriter?]
    private let hasCollections: Bool
    /// By column: the row's text of an ARRAY or a ROW.
    private let staged: UnsafeMutablePointer<ByteSlice>
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
        writers = columns.compactMap { CSVForm.field($0.type).flatMap { ScalarWriter($0) } }
        collections = columns.map { CSVCollectionWriter($0.type, dialect) }
        hasCollections = collections.contains { $0 != nil }
        staged = .allocate(capacity: columns.count)
        staged.initialize(repeating: .absent, count: columns.count)
        precondition(writers.count == columns.count, "a column has no form in CSV")
        nullText = dialect.nullLiteral ?? []
        quoting = CSVQuoting(dialect, isOnlyColumn: columns.count == 1)
        hasSlices = writers.contains(where: \.isSlice)
        let nullByteCount = nullText.count
        // A delimiter, quotes, and each byte twice.
        fixedByteCountMax = writers.reduce(0) { $0 + 2 * max($1.byteCountMax, nullByteCount) + 3 }
    }

    deinit { staged.deallocate() }

    package static func canWrite(_ type: LogicalType) -> Bool { CSVForm.field(type) != nil }

    // hot
    package func encode(_ batch: RecordBatch, into output: EncodedRows) {
        let selected = batch.selection.rows
        let count = batch.selection.count
        precondition(count <= output.capacity)
        let columns = indices.map { batch.columns[$0] }
        for index in 0..<count {
            let row = Int(selected[index])
            if hasCollections { stage(columns, row) }
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

    private func stage(_ columns: [Column], _ row: Int) {
        for (index, column) in columns.enumerated() where !column.isNull(row) {
            guard let collection = collections[index] else { continue }
            staged[index] = collection.text(of: column.slices[row])
        }
    }

    @inline(__always)
    private func text(_ index: Int, _ column: Column, _ row: Int) -> ByteSlice {
        hasCollections && collections[index] != nil ? staged[index] : column.slices[row]
    }

    @inline(__always)
    private func sliceByteCountMax(_ columns: [Column], _ row: Int) -> Int {
        var bound = 0
        for index in 0..<columns.count where writers[index].isSlice {
            guard !columns[index].isNull(row) else { continue }
            // Each byte may be a quote.
            bound &+= writers[index].byteCount(ofSlice: text(index, columns[index], row).count) &* 2
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
                out = quoting.write(text(index, column, row), isFirst: index == 0, to: out)
            } else {
                out = quoting.writePlain(writers[index], column.values, row, to: out)
            }
        }
        return out
    }
}
