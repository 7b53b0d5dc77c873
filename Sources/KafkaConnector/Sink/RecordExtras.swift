internal import StreamAPI
internal import StreamCore

/// What one batch's records have besides key and value, by position in its selection: headers,
/// timestamp, partition, and whether they are tombstones. Only what the sink asks for is computed.
///
/// - Threading: one thread. Reused from batch to batch.
final class RecordExtras {
    /// A partition that is left to the key.
    static let partitionByKey: Int32 = -1

    private let encoding: KafkaRecordEncoding
    private let operatorID: OperatorID
    private let headerEncoder: HeaderEncoder?
    private let deadLetterEncoder: DeadLetterEncoder?
    private var capacity = 0
    private var headerRoom = UnsafeMutablePointer<ByteSlice>.allocate(capacity: 1)
    private var timestampRoom = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
    private var partitionRoom = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    private var tombstoneRoom = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

    /// Laid out by ``RecordHeaders``; nil: no record has headers.
    private(set) var headers: UnsafePointer<ByteSlice>?
    /// Milliseconds since the epoch, 0: the client's clock; nil: every record has that.
    private(set) var timestamps: UnsafePointer<Int64>?
    /// ``partitionByKey`` or a partition of the topic; nil: all go by their keys.
    private(set) var partitions: UnsafePointer<Int32>?
    /// 1 for a record without a value; nil: there is none.
    private(set) var tombstones: UnsafePointer<UInt8>?

    /// - Parameter operatorID: The sink's, for messages.
    init(_ encoding: KafkaRecordEncoding, operatorID: OperatorID) {
        self.encoding = encoding
        self.operatorID = operatorID
        (headerEncoder, deadLetterEncoder) =
            switch encoding.headers {
            case .none, .origin: (nil, nil)
            case .fields(let fields): (HeaderEncoder(fields), nil)
            case .deadLetter(let origin): (nil, DeadLetterEncoder(origin))
            }
    }

    deinit {
        headerRoom.deallocate()
        timestampRoom.deallocate()
        partitionRoom.deallocate()
        tombstoneRoom.deallocate()
    }

    /// Fills what there is from `batch`; valid until the next call, and while the batch is.
    ///
    /// - Parameter partitionCount: Of the output topic.
    /// - Throws: ``RecordError`` for a row without a value, a partition that the topic has not, or a
    ///   timestamp that cannot be written.
    func fill(from batch: RecordBatch, partitionCount: Int32) throws {
        reserve(batch.selection.count)
        try fillHeaders(batch)
        if let timestamp = encoding.timestamp { try fillTimestamps(timestamp, batch) }
        if case .column(let column) = encoding.partitioner {
            try fillPartitions(column, batch, partitionCount)
        }
        if let tombstone = encoding.tombstone { try fillTombstones(tombstone, batch) }
    }

    private func fillHeaders(_ batch: RecordBatch) throws {
        switch encoding.headers {
        case .none: break
        case .fields:
            headerEncoder?.recycle()
            try headerEncoder?.encode(batch, into: headerRoom)
            headers = UnsafePointer(headerRoom)
        case .deadLetter:
            deadLetterEncoder?.recycle()
            deadLetterEncoder?.encode(batch, into: headerRoom)
            headers = UnsafePointer(headerRoom)
        case .origin:
            guard let source = batch.origin.headers else { return headers = nil }
            let rows = batch.selection.rows
            for index in 0..<batch.selection.count { headerRoom[index] = source[Int(rows[index])] }
            headers = UnsafePointer(headerRoom)
        }
    }

    private func fillTimestamps(_ value: any ColumnEvaluator, _ batch: RecordBatch) throws {
        let column = try value.evaluate(batch)
        let rows = batch.selection.rows
        for index in 0..<batch.selection.count {
            let row = Int(rows[index])
            let isNull = column.isNull(row)
            // 0 is the client library's word for "now", so the epoch itself cannot be written.
            guard isNull || column.integers[row] > 0 else {
                throw badTimestamp(column.integers[row], row, batch)
            }
            timestampRoom[index] = isNull ? 0 : column.integers[row]
        }
        timestamps = UnsafePointer(timestampRoom)
    }

    private func fillPartitions(
        _ value: any ColumnEvaluator, _ batch: RecordBatch, _ partitionCount: Int32
    ) throws {
        let column = try value.evaluate(batch)
        let rows = batch.selection.rows
        for index in 0..<batch.selection.count {
            let row = Int(rows[index])
            guard !column.isNull(row) else {
                partitionRoom[index] = Self.partitionByKey
                continue
            }
            let partition = column.integers[row]
            guard partition >= 0, partition < Int64(partitionCount) else {
                throw badPartition(partition, partitionCount, row, batch)
            }
            partitionRoom[index] = Int32(truncatingIfNeeded: partition)
        }
        partitions = UnsafePointer(partitionRoom)
    }

    private func fillTombstones(_ value: any ColumnEvaluator, _ batch: RecordBatch) throws {
        let column = try value.evaluate(batch)
        let rows = batch.selection.rows
        for index in 0..<batch.selection.count {
            let row = Int(rows[index])
            tombstoneRoom[index] = column.isNull(row) ? 0 : column.booleans[row]
        }
        tombstones = UnsafePointer(tombstoneRoom)
    }

    private func badPartition(
        _ partition: Int64, _ count: Int32, _ row: Int, _ batch: RecordBatch
    ) -> RecordError {
        error(
            "E2301", row, batch,
            "the partition is to be \(partition), but the topic has partitions 0 to \(count - 1)")
    }

    private func badTimestamp(_ timestamp: Int64, _ row: Int, _ batch: RecordBatch) -> RecordError {
        error(
            "E2302", row, batch,
            "the timestamp is to be \(timestamp) ms since 1970; Kafka has none before 1970, and the "
                + "client library takes 0 for the present. NULL gives the present time")
    }

    private func error(
        _ code: String, _ row: Int, _ batch: RecordBatch, _ message: String
    ) -> RecordError {
        RecordError(
            code: code, place: batch.place(ofRow: row), operatorID: operatorID, message: message,
            canBeDropped: false)
    }

    private func reserve(_ count: Int) {
        guard count > capacity else { return }
        capacity = max(count, RecordBatch.rowCapacityDefault)
        Self.replace(&headerRoom, capacity)
        Self.replace(&timestampRoom, capacity)
        Self.replace(&partitionRoom, capacity)
        Self.replace(&tombstoneRoom, capacity)
    }

    private static func replace<T>(
        _ pointer: inout UnsafeMutablePointer<T>, _ capacity: Int
    ) {
        pointer.deallocate()
        pointer = .allocate(capacity: capacity)
    }
}
