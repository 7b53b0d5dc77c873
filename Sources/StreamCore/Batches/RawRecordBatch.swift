/// Records as a transport hands them over: the unit of every source, whatever its client library.
///
/// Rows are in arrival order; rows of one partition are in offset order. Keys and values are slices
/// into ``chunks``. Fixed capacity, reused: after `init` only chunks are allocated, and once the
/// column of headers where somebody asks for it.
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
    /// The topics that rows may come from, at least one and at most ``topicCountMax``: the reader's
    /// table. One of rows from several topics is only ever appended to.
    public var topics = [""]
    /// By row, a position in ``topics``. Undefined, and not read, while there is one topic.
    public let topicIndices: UnsafeMutablePointer<UInt16>
    /// By row, the record's headers as ``RecordHeaders`` lays them out, absent for a record without
    /// any. Nil: nobody asked for headers.
    public private(set) var headers: UnsafeMutablePointer<ByteSlice>?
    /// By row, the number of the line of its file on which a record begins, from 1; 0 where it is not
    /// known. Nil: the records are not of files, and nothing is kept or copied.
    public private(set) var lines: UnsafeMutablePointer<Int64>?
    /// False where no row is a record of a source, since each was made of several: places are the
    /// operator's own then, and keys and values absent.
    public var holdsRecords = true
    /// What keeps the slices alive.
    public var chunks: [ByteChunk] = []

    /// Topics of one reader, at most.
    public static let topicCountMax = 1 << 16

    public init(rowCapacity: Int) {
        precondition(rowCapacity > 0)
        self.rowCapacity = rowCapacity
        keys = .allocate(capacity: rowCapacity)
        values = .allocate(capacity: rowCapacity)
        partitions = .allocate(capacity: rowCapacity)
        offsets = .allocate(capacity: rowCapacity)
        timestamps = .allocate(capacity: rowCapacity)
        topicIndices = .allocate(capacity: rowCapacity)
    }

    deinit {
        keys.deallocate()
        values.deallocate()
        partitions.deallocate()
        offsets.deallocate()
        timestamps.deallocate()
        topicIndices.deallocate()
        headers?.deallocate()
        lines?.deallocate()
    }

    public func removeAll() {
        rowCount = 0
        chunks.removeAll(keepingCapacity: true)
    }

    /// The column of headers, made at the first call with every row's absent.
    public func makeHeaders() -> UnsafeMutablePointer<ByteSlice> {
        if let headers { return headers }
        let made = UnsafeMutablePointer<ByteSlice>.allocate(capacity: rowCapacity)
        made.initialize(repeating: .absent, count: rowCapacity)
        headers = made
        return made
    }

    /// The column of line numbers, made at the first call with every row's unknown.
    public func makeLines() -> UnsafeMutablePointer<Int64> {
        if let lines { return lines }
        let made = UnsafeMutablePointer<Int64>.allocate(capacity: rowCapacity)
        made.initialize(repeating: 0, count: rowCapacity)
        lines = made
        return made
    }

    /// The topic of rows that all come from one: the first in ``topics``.
    public var topic: String {
        get { topics[0] }
        set { topics = [newValue] }
    }

    public func topic(ofRow row: Int) -> String {
        topics.count == 1 ? topics[0] : topics[Int(topicIndices[row])]
    }

    /// Copies a row over another one: to close the gaps that removed rows leave, front to back.
    @inline(__always)
    public func moveRow(_ source: Int, to target: Int) {  // hot
        copyRow(source, of: self, to: target)
    }

    /// Copies a row of another batch, whose ``topics`` and ``chunks`` the caller takes over too.
    @inline(__always)
    public func copyRow(_ source: Int, of other: RawRecordBatch, to target: Int) {  // hot
        keys[target] = other.keys[source]
        values[target] = other.values[source]
        partitions[target] = other.partitions[source]
        offsets[target] = other.offsets[source]
        timestamps[target] = other.timestamps[source]
        topicIndices[target] = other.topicIndices[source]
        if let headers, let otherHeaders = other.headers { headers[target] = otherHeaders[source] }
        if let lines, let otherLines = other.lines { lines[target] = otherLines[source] }
    }

    /// Where a row came from, for messages: `events[3]@42`, `/data/a.csv:17 (offset 812)`.
    public func place(ofRow row: Int) -> RecordPlace {
        RecordPlace(
            topic: topic(ofRow: row), partition: PartitionIndex(rawValue: partitions[row]),
            offset: Offset(rawValue: offsets[row]), line: line(ofRow: row))
    }

    /// The line of its file on which a record begins, from 1; nil if it is not of a file.
    public func line(ofRow row: Int) -> Int64? {
        guard let lines, lines[row] > 0 else { return nil }
        return lines[row]
    }
}

/// A record's address: `topic[partition]@offset`, of a file's `path:line (offset n)`.
public struct RecordPlace: Hashable, Sendable, CustomStringConvertible {
    /// Or the path of a file.
    public let topic: String
    /// 0 of a file.
    public let partition: PartitionIndex
    /// Bytes in a file.
    public let offset: Offset
    /// Of a file, from 1.
    public let line: Int64?

    public init(topic: String, partition: PartitionIndex, offset: Offset, line: Int64? = nil) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.line = line
    }

    public var description: String {
        guard let line else { return "\(topic)[\(partition.rawValue)]@\(offset.rawValue)" }
        return "\(topic):\(line) (offset \(offset.rawValue))"
    }
}
