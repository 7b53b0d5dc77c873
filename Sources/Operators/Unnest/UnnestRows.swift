internal import Expression
internal import StreamCore

/// The rows that elements have made and that have not gone out yet; laid out as
/// ``Unnesting/leadingSchema`` and the input's columns behind it.
///
/// - Threading: one subtask; its memory is reused from batch to batch.
final class UnnestRows {
    private let rowCapacity: Int
    /// For each row, that of the input which it comes from.
    private let sources: UnsafeMutablePointer<Int32>
    private var count = 0
    private var input: RecordBatch?
    private var batch: RecordBatch?
    /// What holds the elements' bytes, and names that had escapes.
    private var chunks: [ByteChunk] = []

    init(rowCapacity: Int) {
        self.rowCapacity = rowCapacity
        sources = .allocate(capacity: rowCapacity)
    }

    deinit { sources.deallocate() }

    var isFull: Bool { count == rowCapacity }

    /// Before the rows of another input batch; there are none left of the last one.
    ///
    /// - Parameter chunks: What holds the collections, beside the batch's own chunks.
    func begin(_ input: RecordBatch, _ definition: UnnestDefinition, chunks: [ByteChunk]) {
        self.input = input
        self.chunks = input.chunks + chunks
        count = 0
        guard batch == nil else { return }
        let fields = definition.inputColumns.map { index in
            Field(name: "\(index)", type: input.columns[index].type)
        }
        batch = RecordBatch(
            schema: RowSchema(Unnesting.leadingSchema.fields + fields), rowCapacity: rowCapacity)
    }

    /// Keeps what holds names until the next input batch: a map may go on in the next rows.
    func keep(_ chunks: [ByteChunk]) {
        for chunk in chunks where self.chunks.last !== chunk { self.chunks.append(chunk) }
    }

    /// - Parameters:
    ///   - key: Of a MAP's member; else absent.
    ///   - element: As JSON; absent: NULL.
    @inline(__always)
    func append(
        _ source: Int32, key: ByteSlice, element: ByteSlice, _ ordinality: Int64
    ) {
        guard let columns = batch?.columns else { return }
        set(columns[0], key)
        set(columns[1], element)
        columns[2].integers[count] = ordinality
        columns[2].validity[count] = 1
        sources[count] = source
        count &+= 1
    }

    /// A row without elements, kept with NULLs.
    func appendEmpty(_ source: Int32) {
        append(source, key: .absent, element: .absent, 0)
        batch?.columns[2].validity[count - 1] = 0
    }

    @inline(__always)
    private func set(_ column: Column, _ slice: ByteSlice) {
        column.slices[count] = slice
        column.validity[count] = slice.isAbsent ? 0 : 1
    }

    /// The rows so far, valid until the next one is appended; nil if there are none.
    func take(_ definition: UnnestDefinition) -> RecordBatch? {
        guard count > 0, let batch, let input else { return nil }
        for column in batch.columns[..<3] {
            column.hasNulls = UnsafeBufferPointer(start: column.validity, count: count).contains(0)
        }
        batch.gather(
            UnsafeBufferPointer(start: sources, count: count), of: input,
            columns: definition.inputColumns, from: Unnesting.leadingSchema.fields.count)
        batch.chunks = chunks
        count = 0
        return batch
    }
}
