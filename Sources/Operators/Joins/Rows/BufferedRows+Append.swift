internal import StreamCore

/// The rows of a batch that a join takes, with what it knows of each; by position, `0 ..< count`.
struct IncomingRows {
    let side: JoinSide
    let count: Int
    /// Row numbers in the batch.
    let rows: UnsafePointer<Int32>
    let keys: UnsafePointer<ByteSlice>
    let hashes: UnsafePointer<UInt64>
    /// Event times, milliseconds since the epoch.
    let times: UnsafePointer<Int64>
    /// Bytes of each row in its codec.
    let byteCounts: UnsafePointer<Int>
    /// Bound to the batch.
    let writer: RowWriter
    /// Takes rows that are found late only when their turn comes.
    let late: LateRowList
}

/// The late rows of a batch, ascending.
final class LateRowList {
    private(set) var rows: UnsafeMutablePointer<Int32>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        rows = .allocate(capacity: capacity)
    }

    deinit { rows.deallocate() }

    /// - Parameter rowCount: Rows that may be added.
    func removeAll(reserving rowCount: Int) {
        count = 0
        guard rowCount > capacity else { return }
        rows.deallocate()
        capacity = rowCount
        rows = .allocate(capacity: capacity)
    }

    @inline(__always)
    func append(_ row: Int32) {
        assert(count < capacity)
        rows[count] = row
        count &+= 1
    }
}

/// More rows than a join can buffer.
struct BufferFull: Error {
    /// Of the page in docs/errors.md.
    let code: String
    /// Of the row in ``IncomingRows``.
    let position: Int
    let message: String
}

extension BufferedRows {
    /// Appends one row to its slice.
    ///
    /// - Returns: The row's reference and its entry, valid until the next call.
    // hot
    @inline(__always)
    func append(
        _ position: Int, of incoming: IncomingRows, to slice: SlicePointer
    ) throws(BufferFull) -> (
        row: RowChunks.Reference, entry: UnsafeMutablePointer<SliceTable.Entry>
    ) {
        let entry = slice.pointee.table.findOrInsert(
            incoming.keys[position], incoming.hashes[position], &slice.pointee.keys)
        let side = slice.pointee[incoming.side]
        let header = layout.frame.headerByteCount
        guard let entry,
            let reference = side.pointee.rows.append(header &+ incoming.byteCounts[position])
        else { throw full(position) }
        let row = side.pointee.rows.address(reference)
        writeHeader(
            row, previous: entry.pointee[incoming.side], key: entry.pointee.key,
            time: incoming.times[position] &- slice.pointee.start)
        incoming.writer.write(Int(incoming.rows[position]), to: row + header)
        entry.pointee[incoming.side] = reference
        side.pointee.rowCount &+= 1
        return (reference, entry)
    }

    /// The slice of a row's time, made if there is none.
    @inline(__always)
    func slice(
        of position: Int, _ incoming: IncomingRows
    ) throws(BufferFull) -> SlicePointer {
        let time = incoming.times[position]
        if let last = lastSlice(covering: time) { return last }
        guard let slice = sliceOrInsert(at: layout.sliceStart(of: time)) else {
            throw BufferFull(
                code: "E2202", position: position,
                message:
                    "\(BufferedRows.sliceCountMax) windows are open and another would be needed; "
                    + "the watermark is far behind the rows, or the window is too small for them")
        }
        return slice
    }

    @inline(__always)
    func writeHeader(
        _ row: UnsafeMutableRawPointer, previous: RowChunks.Reference, key: RowChunks.Reference,
        time: Int64
    ) {
        row.storeBytes(of: previous, as: UInt32.self)
        row.storeBytes(of: key, toByteOffset: 4, as: UInt32.self)
        if layout.frame.keepsTimes {
            row.storeBytes(
                of: UInt32(truncatingIfNeeded: time), toByteOffset: 8, as: UInt32.self)
        }
    }

    @inline(never)
    func full(_ position: Int) -> BufferFull {
        BufferFull(
            code: "E2201", position: position,
            message:
                "the rows of one window fill \(RowChunks.countMax) chunks of memory; raise the "
                + "parallelism or make the window smaller")
    }
}
