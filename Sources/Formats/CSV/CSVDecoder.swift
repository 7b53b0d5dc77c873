internal import CSimdJSON
internal import StreamAPI
package import StreamCore

/// A column that a field of CSV fills.
package struct CSVColumn: Hashable, Sendable {
    /// The column's name and type in the batch.
    package let field: Field
    /// The field's place in the row, from 0.
    package let index: Int

    package init(field: Field, index: Int) {
        self.field = field
        self.index = index
    }
}

/// `format: csv`: one row a record, columns by position.
///
/// All fields are checked for their quotes and counted; only the wanted ones are converted. STRING
/// values are slices of the record unless quotes or escapes had to be undone. What Flink takes
/// otherwise is in docs/csv.md. ARRAYs, ROWs and JSON are checked and become the JSON that their columns
/// carry.
///
/// - Threading: one thread; one instance per source subtask.
/// - Cost: one pass over a record's bytes; allocates nothing but chunks for what had to be undone.
package final class CSVDecoder: BatchDecoder {
    package let schema: RowSchema
    private let part: RecordPart
    private let absent: AbsentPart
    private let failed: FailedRecords
    private let message: FailureMessage
    private let batch: RecordBatch
    private let columns: [StagedColumn]
    /// Of ARRAY, ROW and JSON columns.
    private let collections: [CSVCollectionReader?]
    private let ownColumns: [Column]
    private let indices: [Int]
    private let scanner: CSVScanner

    /// - Parameters:
    ///   - columns: The wanted ones, in the order of the batch's columns.
    ///   - fieldCount: Fields of a row, at least 1.
    ///   - part: The half of the record that is read.
    ///   - absent: What a record without it gives.
    package init(
        columns: [CSVColumn], fieldCount: Int, dialect: CSVDialect, part: RecordPart = .value,
        absent: AbsentPart = .fails, failed: FailedRecords
    ) throws(FormatError) {
        self.part = part
        self.absent = absent
        self.failed = failed
        schema = RowSchema(columns.map(\.field))
        message = FailureMessage(
            format: "csv", part: part,
            columns: columns.map { DecodedColumn(name: $0.field.name, type: $0.field.type) },
            wanted: "a row of \(fieldCount) fields")
        batch = RecordBatch(schema: schema, rowCapacity: failed.rowCapacity)
        ownColumns = batch.columns
        indices = columns.map(\.index)
        scanner = CSVScanner(fieldCount: fieldCount, wanted: Set(indices), dialect: dialect)
        self.columns = try Self.staged(schema, ownColumns)
        collections = columns.map { CSVCollectionReader($0.field.type, dialect) }
    }

    private static func staged(
        _ schema: RowSchema, _ columns: [Column]
    ) throws(FormatError) -> [StagedColumn] {
        var staged: [StagedColumn] = []
        for (field, column) in zip(schema.fields, columns) {
            guard let type = CSVForm.field(field.type),
                let made = StagedColumn(column, isNullable: field.isNullable, as: type)
            else {
                throw FormatError("column \(field.name): format csv has no text for \(field.type)")
            }
            staged.append(made)
        }
        return staged
    }

    // hot
    package func takeErrors() -> [RecordBatch] { failed.takeErrors() }

    package func decode(_ raw: RawRecordBatch) throws -> RecordBatch {
        precondition(raw.rowCount <= batch.rowCapacity)
        failed.begin(part)
        batch.rowCount = raw.rowCount
        batch.origin = raw
        batch.columns = ownColumns
        batch.chunks.removeAll(keepingCapacity: true)
        let records = raw.slices(of: part)
        for row in 0..<raw.rowCount where !failed.isOut(row) { scan(records[row], row) }
        for (index, column) in columns.enumerated() {
            column.convert(raw.rowCount, index, failed, scanner.arena, absent, in: records)
            if let reader = collections[index] { read(reader, column, index, raw, records) }
            if column.column.type == .bytes { scanner.hasUndone = true }
        }
        if scanner.hasUndone { batch.chunks = scanner.arena.takeChunks() }
        scanner.hasUndone = false
        try failed.settle(batch, raw, message)
        return batch
    }

    private func read(
        _ reader: CSVCollectionReader, _ column: StagedColumn, _ index: Int,
        _ raw: RawRecordBatch, _ records: UnsafePointer<ByteSlice>
    ) {
        for row in 0..<raw.rowCount where !failed.isOut(row) && column.column.validity[row] != 0 {
            if let code = reader.read(&column.texts[row], scanner.arena) {
                column.fail(row, index, code, failed, records)
            }
        }
        scanner.hasUndone = true
    }

    private func scan(_ record: ByteSlice, _ row: Int) {
        if record.isAbsent, absent != .fails { return setNull(row) }
        if scanner.isComment(record) { return failed.leaveOut(row: row) }
        guard let code = check(record) else { return fill(record, row) }
        failed.add(RecordFailure(row: Int32(truncatingIfNeeded: row), code: code))
    }

    private func check(_ record: ByteSlice) -> RecordFailureCode? {
        // One empty field is an empty record.
        if record.isAbsent || (record.count == 0 && scanner.fieldCount > 1) { return .noValue }
        if record.count > JSONDecoder.documentByteCountMax { return .tooLong }
        return csimdjson_is_utf8(record.base, record.count) == 0 ? .notUTF8 : nil
    }

    private func fill(_ record: ByteSlice, _ row: Int) {
        let reason = scanner.scan(record)
        guard reason == .none else {
            return failed.add(
                RecordFailure(
                    row: Int32(truncatingIfNeeded: row), code: .malformed,
                    position: scanner.position, reason: reason))
        }
        for (column, index) in zip(columns, indices) {
            let text = scanner.fields[index]
            column.column.validity[row] = text.isAbsent ? 0 : 1
            column.texts[row] = text
        }
    }

    private func setNull(_ row: Int) {
        for column in columns { column.column.validity[row] = 0 }
    }
}
