internal import CSimdJSON
internal import StreamAPI
package import StreamCore

/// `format: string`: the record's part as one column, checked to be UTF-8: STRING, or another type
/// that a text stands for. Absent is NULL, empty is the empty string.
///
/// - Threading: one thread; one instance per source subtask.
/// - Cost: one pass over the bytes; a STRING is a slice of the record.
package final class StringDecoder: BatchDecoder {
    package let schema: RowSchema
    private let part: RecordPart
    private let absent: AbsentPart
    private let failed: FailedRecords
    private let message: FailureMessage
    private let batch: RecordBatch
    private let column: StagedColumn
    private let ownColumns: [Column]
    private let arena = ByteArena()

    /// - Parameters:
    ///   - part: The half of the record that is read.
    ///   - absent: What a record without it gives.
    /// - Throws: For a type that no text stands for.
    package init(
        field: Field, part: RecordPart = .value, absent: AbsentPart = .isNull,
        failed: FailedRecords
    ) throws(FormatError) {
        self.part = part
        self.absent = absent
        self.failed = failed
        schema = RowSchema([field])
        batch = RecordBatch(schema: schema, rowCapacity: failed.rowCapacity)
        ownColumns = batch.columns
        message = FailureMessage(
            format: "string", part: part,
            columns: [DecodedColumn(name: field.name, type: field.type)], wanted: "a text")
        guard let column = StagedColumn(ownColumns[0], isNullable: field.isNullable) else {
            throw FormatError("column \(field.name): format string has no text for \(field.type)")
        }
        self.column = column
    }

    // hot
    package func takeErrors() -> [RecordBatch] { failed.takeErrors() }

    package func decode(_ raw: RawRecordBatch) throws -> RecordBatch {
        precondition(raw.rowCount <= batch.rowCapacity)
        failed.begin(part)
        batch.rowCount = raw.rowCount
        batch.origin = raw
        batch.columns = ownColumns
        let records = raw.slices(of: part)
        for row in 0..<raw.rowCount where !failed.isOut(row) {
            let text = records[row]
            column.column.validity[row] = text.isAbsent ? 0 : 1
            column.texts[row] = text
            guard let code = check(text) else { continue }
            failed.add(RecordFailure(row: Int32(truncatingIfNeeded: row), code: code))
        }
        column.convert(raw.rowCount, 0, failed, arena, absent, in: records)
        batch.chunks = column.column.type == .bytes ? arena.takeChunks() : []
        try failed.settle(batch, raw, message)
        return batch
    }

    private func check(_ text: ByteSlice) -> RecordFailureCode? {
        guard !text.isAbsent else { return absent == .fails ? .noValue : nil }
        return csimdjson_is_utf8(text.base, text.count) == 0 ? .notUTF8 : nil
    }
}
