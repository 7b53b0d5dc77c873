internal import StreamCore

/// A column whose values arrive as texts, row by row, and are converted at the end of the batch.
///
/// Whoever fills it sets `column.validity` of every row that is not out, and the text of every row
/// that is valid.
final class StagedColumn {
    let column: Column
    /// By row. For STRING these are the column's own values.
    let texts: UnsafeMutablePointer<ByteSlice>
    private let parser: ScalarParser
    private let isNullable: Bool
    private var ownsTexts: Bool { parser.kind != .string }

    /// - Parameter type: What the texts are converted to, where that is not the column's own type:
    ///   STRING for a column of texts that somebody else converts.
    /// - Returns: Nil for a type that no text stands for.
    init?(_ column: Column, isNullable: Bool, as type: LogicalType? = nil) {
        guard let parser = ScalarParser(type ?? column.type) else { return nil }
        self.column = column
        self.parser = parser
        self.isNullable = isNullable
        texts =
            parser.kind == .string ? column.slices : .allocate(capacity: column.capacity)
    }

    deinit { if ownsTexts { texts.deallocate() } }

    /// Converts the texts of `rowCount` rows.
    ///
    /// - Parameters:
    ///   - index: The column's, for failures.
    ///   - absent: Whether a record without the part may lack a NOT NULL column.
    ///   - records: What the texts were found in.
    // hot
    func convert(
        _ rowCount: Int, _ index: Int, _ failed: FailedRecords, _ arena: ByteArena,
        _ absent: AbsentPart, in records: UnsafePointer<ByteSlice>
    ) {
        var hasNulls = false
        for row in 0..<rowCount where !failed.isOut(row) {
            if column.validity[row] == 0 {
                hasNulls = true
                if isNullable || (absent == .isRow && records[row].isAbsent) { continue }
                fail(row, index, .missingField, failed, records)
            } else if ownsTexts, let code = parser.parse(texts[row], to: column, row, arena) {
                fail(row, index, code, failed, records)
            }
        }
        column.hasNulls = hasNulls
    }

    /// Counts one row's text as a failure.
    func fail(
        _ row: Int, _ index: Int, _ code: RecordFailureCode, _ failed: FailedRecords,
        _ records: UnsafePointer<ByteSlice>
    ) {
        failed.add(
            RecordFailure(
                row: Int32(truncatingIfNeeded: row), code: code, column: index,
                position: code == .missingField ? 0 : position(of: texts[row], in: records[row])))
    }

    /// Where in its record a text stands; 0 for one that was unescaped elsewhere.
    private func position(of text: ByteSlice, in record: ByteSlice) -> Int {
        guard let base = text.base, let start = record.base, base >= start,
            base <= start + record.count
        else { return 0 }
        return base - start
    }
}
