public import StreamCore

/// Records that `on_error: side_output` left out of one batch, until they are passed to
/// ``OutputPort/errors``.
///
/// - Threading: one subtask's.
/// - Cost: Off the record path; allocates for each record.
public final class RecordErrors {
    /// The columns of `<id>.errors`.
    public static let schema = RowSchema([
        Field(name: "error_code", type: .string, isNullable: false),
        Field(name: "error_message", type: .string, isNullable: false),
        Field(name: "error_operator", type: .string, isNullable: false),
        Field(name: "error_field", type: .string),
    ])

    private struct Failure {
        let code: String
        let message: String
        let operatorID: String
        let field: String?
        let row: Int
        let origin: RawRecordBatch
    }

    private var failures: [Failure] = []
    /// What holds the origins' bytes, beside their own chunks.
    private var chunks: [ByteChunk] = []

    public init() {}

    /// Whether there is anything to take.
    public var isEmpty: Bool { failures.isEmpty }

    /// Notes a record.
    ///
    /// - Parameters:
    ///   - code: As `E2001`.
    ///   - field: The column concerned, where it is known.
    ///   - row: Its row in `origin`, whose bytes stay valid until ``takeBatch()``.
    ///   - chunks: What else holds those bytes.
    public func add(
        code: String, message: String, operatorID: OperatorID, field: String? = nil, row: Int,
        of origin: RawRecordBatch, chunks: [ByteChunk] = []
    ) {
        if failures.isEmpty { self.chunks = origin.chunks + chunks }
        failures.append(
            Failure(
                code: code, message: message, operatorID: operatorID.rawValue, field: field,
                row: row,
                origin: origin))
    }

    /// The records noted since the last call, in the order of their rows, each with its raw record as
    /// origin; nil if there are none. A record that failed several times is there once, with its
    /// first failure.
    ///
    /// All of them are of one batch: its origin is the same for all.
    public func takeBatch() -> RecordBatch? {
        guard let first = failures.first else { return nil }
        let failures = firstFailures()
        defer {
            self.failures.removeAll()
            chunks = []
        }
        let batch = RecordBatch(schema: RecordErrors.schema, rowCapacity: failures.count)
        batch.rowCount = failures.count
        batch.selection.selectAll(failures.count)
        batch.columns[3].hasNulls = true
        batch.origin.topics = first.origin.topics
        batch.origin.holdsRecords = first.origin.holdsRecords
        batch.origin.chunks = chunks
        if first.origin.headers != nil { _ = batch.origin.makeHeaders() }
        if first.origin.lines != nil { _ = batch.origin.makeLines() }
        let arena = ByteArena()
        for (row, failure) in failures.enumerated() {
            batch.origin.copyRow(failure.row, of: failure.origin, to: row)
            write(failure, row, batch, arena)
        }
        batch.origin.rowCount = failures.count
        batch.chunks = arena.takeChunks()
        return batch
    }

    private func firstFailures() -> [Failure] {
        var seen: Set<Int> = []
        return failures.filter { seen.insert($0.row).inserted }.sorted { $0.row < $1.row }
    }

    private func write(
        _ failure: Failure, _ row: Int, _ batch: RecordBatch, _ arena: ByteArena
    ) {
        let texts = [failure.code, failure.message, failure.operatorID, failure.field]
        for (column, text) in zip(batch.columns, texts) {
            column.slices[row] = arena.append(text: text ?? "")
        }
        batch.columns[3].validity[row] = failure.field == nil ? 0 : 1
    }
}

extension ByteArena {
    /// The UTF-8 of a text. Not for the record path.
    public func append(text: String) -> ByteSlice {
        var text = text
        return text.withUTF8 { append(ByteSlice(base: $0.baseAddress, count: $0.count)) }
    }
}
