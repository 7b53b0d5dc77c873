/// Records as a transport hands them over: the unit of every source, whatever its client library.
///
/// Rows are in arrival order; rows of one partition are in offset order. Keys and values are slices
/// into ``chunks``. Fixed capacity, reused: after `init` only chunks are allocated.
public final class RawRecordBatch {
    public let rowCapacity: Int
    public var rowCount = 0
    /// Absent (`isAbsent`) for a record without a key.
    public let keys: UnsafeMutablePointer<ByteSlice>
    /// Absent for a tombstone.
    public let values: UnsafeMutablePointer<ByteSlice>
    public let partitions: UnsafeMutablePointer<Int32>
    public let offsets: UnsafeMutablePointer<Int64>
    /// Kafka's record timestamp, milliseconds since the epoch; -1 where there is none.
    public let timestamps: UnsafeMutablePointer<Int64>
    /// The topic that all rows come from.
    public var topic = ""
    /// What keeps the slices alive.
    public var chunks: [ByteChunk] = []

    public init(rowCapacity: Int) {
        precondition(rowCapacity > 0)
        self.rowCapacity = rowCapacity
        keys = .allocate(capacity: rowCapacity)
        values = .allocate(capacity: rowCapacity)
        partitions = .allocate(capacity: rowCapacity)
        offsets = .allocate(capacity: rowCapacity)
        timestamps = .allocate(capacity: rowCapacity)
    }

    deinit {
        keys.deallocate()
        values.deallocate()
        partitions.deallocate()
        offsets.deallocate()
        timestamps.deallocate()
    }

    public func removeAll() {
        rowCount = 0
        chunks.removeAll(keepingCapacity: true)
    }

    /// Where a row came from, for messages: `events[3]@42`.
    public func place(ofRow row: Int) -> RecordPlace {
        RecordPlace(
            topic: topic, partition: PartitionIndex(rawValue: partitions[row]),
            offset: Offset(rawValue: offsets[row]))
    }
}

/// A record's address: `topic[partition]@offset`.
public struct RecordPlace: Hashable, Sendable, CustomStringConvertible {
    public let topic: String
    public let partition: PartitionIndex
    public let offset: Offset
    public init(topic: String, partition: PartitionIndex, offset: Offset) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }
    public var description: String { "\(topic)[\(partition.rawValue)]@\(offset.rawValue)" }
}
