internal import CSimdJSON
package import StreamAPI
package import StreamCore

/// Makes typed rows of JSON documents: one object a record, one column a wanted path.
///
/// Only the wanted values are converted; the whole document is checked. Strings without escapes, and
/// ROW, ARRAY, MAP and JSON values, are slices of the document; nothing is copied. What counts as an
/// error, and where Flink is more lenient, is in docs/json.md.
///
/// - Threading: one thread; one instance per source subtask.
/// - Cost: one C call a batch; allocates nothing but chunks for strings with escapes.
package final class JSONDecoder: BatchDecoder {
    /// Levels of objects and arrays that a document may have.
    package static let depthMax = CSIMDJSON_DEPTH_MAX
    /// Bytes of a document, at most.
    package static let documentByteCountMax = CSIMDJSON_DOCUMENT_BYTES_MAX
    /// Characters of a number, at most.
    package static let numberByteCountMax = CSIMDJSON_NUMBER_BYTES_MAX

    package let columns: [JSONColumn]
    package let schema: RowSchema
    let part: RecordPart
    let absent: AbsentPart
    let failed: FailedRecords
    let message: FailureMessage
    let plan: JSONPlan
    let batch: RecordBatch
    /// The batch's own columns: operators may have put others in their place.
    let ownColumns: [Column]
    let arena = ByteArena()
    /// Whether this batch has strings in the arena.
    var hasUnescaped = false
    /// By column: where it arrives as text; nil: as its value.
    let staged: [StagedColumn?]
    let targets: UnsafeMutablePointer<csimdjson_column>
    let hasNulls: UnsafeMutablePointer<UInt8>
    let failures: UnsafeMutablePointer<csimdjson_failure>

    /// Of the records' values.
    ///
    /// - Parameters:
    ///   - columns: In the order of the batch's columns. Two may not have the same path.
    ///   - operatorID: The source's, for messages.
    ///   - counters: Receives what `errorPolicy` drops.
    ///   - rowCapacity: Rows of the largest raw batch.
    package convenience init(
        columns: [JSONColumn], operatorID: OperatorID, errorPolicy: ErrorPolicy,
        counters: RecordCounters, rowCapacity: Int
    ) throws(FormatError) {
        try self.init(
            columns: columns,
            failed: FailedRecords(
                operatorID: operatorID, errorPolicy: errorPolicy, counters: counters,
                rowCapacity: rowCapacity))
    }

    /// - Parameters:
    ///   - columns: In the order of the batch's columns. Two may not have the same path.
    ///   - part: The half of the record that is read.
    ///   - absent: What a record without it gives.
    package init(
        columns: [JSONColumn], part: RecordPart = .value, absent: AbsentPart = .fails,
        failed: FailedRecords
    ) throws(FormatError) {
        plan = try JSONPlan(columns)
        self.columns = columns
        self.part = part
        self.absent = absent
        self.failed = failed
        schema = RowSchema(columns.map(\.field))
        message = FailureMessage(
            format: "json", part: part,
            columns: columns.map { DecodedColumn(name: $0.pathText, type: $0.field.type) },
            wanted: "a JSON object")
        batch = RecordBatch(schema: schema, rowCapacity: failed.rowCapacity)
        ownColumns = batch.columns
        failures = .allocate(capacity: failed.rowCapacity)
        targets = .allocate(capacity: columns.count)
        hasNulls = .allocate(capacity: columns.count)
        staged = zip(ownColumns, columns).map { column, planned in
            csimdjson_type(planned.field.type)?.isStaged == true
                ? StagedColumn(column, isNullable: planned.field.isNullable) : nil
        }
        for (index, column) in ownColumns.enumerated() {
            let texts = staged[index].map { UnsafeMutableRawPointer($0.texts) }
            targets[index] = csimdjson_column(
                values: texts ?? column.values, validity: column.validity)
        }
    }

    deinit {
        failures.deallocate()
        targets.deallocate()
        hasNulls.deallocate()
    }
}

/// A format that cannot be set up as asked for; found before the first record.
package struct FormatError: Error, Sendable, CustomStringConvertible {
    /// What, which column, and what to do.
    package let message: String
    package init(_ message: String) { self.message = message }
    package var description: String { message }
}
