/// Typed rows between operators: columns, the selected rows, and where each row came from.
///
/// Only rows in ``selection`` are alive. Row `r` of every column, and row `r` of ``origin``, belong
/// together. A batch is valid until its producer is called again; who keeps slices longer retains
/// ``chunks``.
public final class RecordBatch {
    public let schema: RowSchema
    public let rowCapacity: Int
    /// Rows written, selected or not.
    public var rowCount = 0
    /// One per field of `schema`. Operators may replace a column by one that they computed.
    public var columns: [Column]
    public let selection: SelectionVector
    /// Each row's event time (TIMESTAMP_LTZ(3), never NULL); nil in a stream without event time
    /// (Flink's `StreamRecord` timestamp). Operators that pass rows on pass it on.
    public var eventTimes: Column?
    /// Of a batch of late rows: what they came too late for. Nil for all others.
    public var lateness: Lateness?
    /// The source records of these rows: place for messages, timestamp, raw bytes. Behind a
    /// repartitioning the keys and values are absent, unless something behind it asks for them; the
    /// places remain.
    public var origin: RawRecordBatch
    /// What keeps the slices of ``columns`` alive, beside `origin.chunks`.
    public var chunks: [ByteChunk] = []

    public init(schema: RowSchema, columns: [Column], origin: RawRecordBatch, rowCapacity: Int) {
        precondition(schema.fields.count == columns.count)
        self.schema = schema
        self.columns = columns
        self.origin = origin
        self.rowCapacity = rowCapacity
        selection = SelectionVector(capacity: rowCapacity)
    }

    /// A batch with fresh columns of `rowCapacity` rows.
    public convenience init(schema: RowSchema, rowCapacity: Int) {
        self.init(
            schema: schema,
            columns: schema.fields.map { Column(type: $0.type, capacity: rowCapacity) },
            origin: RawRecordBatch(rowCapacity: rowCapacity), rowCapacity: rowCapacity)
    }

    /// Where a row came from, for messages.
    public func place(ofRow row: Int) -> RecordPlace { origin.place(ofRow: row) }

    /// Rows in one batch, at most.
    public static let rowCapacityDefault = 2048
}

/// Why rows are late: an operator was further in event time than they are.
public struct Lateness: Hashable, Sendable {
    public let operatorID: OperatorID
    /// The operator's watermark when they came.
    public let watermark: Watermark

    public init(operatorID: OperatorID, watermark: Watermark) {
        self.operatorID = operatorID
        self.watermark = watermark
    }
}
