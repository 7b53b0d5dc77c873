internal import Expression
internal import StreamAPI
internal import StreamCore

/// One input of a join: its keys, and which rows of a batch go where.
///
/// - Threading: one subtask's. Everything is of the batch processed last.
final class JoinInput {
    /// Bytes of a key, at most: those of keyed state elsewhere.
    static let keyByteCountMax = 1 << 20

    enum Fate {
        case taken, late
        /// In no window.
        case unmatchable
    }

    let side: JoinSide
    let selector: KeySelector
    private let writer: RowWriter
    private var capacity = 0
    private var rows: UnsafeMutablePointer<Int32>
    private var keys: UnsafeMutablePointer<ByteSlice>
    private var hashes: UnsafeMutablePointer<UInt64>
    private var times: UnsafeMutablePointer<Int64>
    private var byteCounts: UnsafeMutablePointer<Int>
    private let late: LateRowList
    private var count = 0
    private(set) var tooLong: [Int32] = []

    init(_ side: JoinSide, keys: [JoinDefinition.Key], codec: RowCodec, maxParallelism: Int) {
        self.side = side
        selector = KeySelector(
            keys.map { side == .left ? $0.left : $0.right }, maxParallelism: maxParallelism)
        writer = RowWriter(codec)
        capacity = RecordBatch.rowCapacityDefault
        rows = .allocate(capacity: capacity)
        self.keys = .allocate(capacity: capacity)
        hashes = .allocate(capacity: capacity)
        times = .allocate(capacity: capacity)
        byteCounts = .allocate(capacity: capacity)
        late = LateRowList(capacity: capacity)
    }

    deinit { deallocate() }

    private func deallocate() {
        rows.deallocate()
        keys.deallocate()
        hashes.deallocate()
        times.deallocate()
        byteCounts.deallocate()
    }

    private func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        deallocate()
        capacity = wanted
        rows = .allocate(capacity: capacity)
        keys = .allocate(capacity: capacity)
        hashes = .allocate(capacity: capacity)
        times = .allocate(capacity: capacity)
        byteCounts = .allocate(capacity: capacity)
    }

    /// The rows that are taken.
    var incoming: IncomingRows {
        IncomingRows(
            side: side, count: count, rows: rows, keys: keys, hashes: hashes, times: times,
            byteCounts: byteCounts, writer: writer, late: late)
    }

    /// Sorts the selected rows of `batch`, whose keys the selector has.
    ///
    /// - Parameter fate: Asked for each row, by its time and the watermark that holds for its key.
    // hot
    @inline(__always)
    func split(
        _ batch: RecordBatch, _ parts: JoinParts, _ watermark: Int64,
        _ fate: (_ time: Int64, _ reached: Int64) -> Fate
    ) {
        guard let eventTimes = batch.eventTimes?.integers else {
            preconditionFailure("a join's inputs have event time: lint proves it")
        }
        reserve(batch.selection.count)
        writer.bind(batch)
        count = 0
        late.removeAll(reserving: batch.selection.count)
        tooLong.removeAll(keepingCapacity: true)
        let dropsNullKeys = parts.dropsNullKeys(side)
        let limit = BufferedRowsLayout.timeMax
        for index in 0..<batch.selection.count {
            let row = batch.selection.rows[index]
            if dropsNullKeys, parts.isNull(selector.keys[index]) { continue }
            let time = min(max(eventTimes[Int(row)], -limit), limit)
            let reached = parts.rows.watermark(ofHash: selector.hashes[index], watermark)
            switch fate(time, reached) {
            case .taken: take(index, row, time)
            case .late: late.append(row)
            case .unmatchable: break
            }
        }
    }

    @inline(__always)
    private func take(_ index: Int, _ row: Int32, _ time: Int64) {
        let byteCount = writer.byteCount(Int(row))
        let key = selector.keys[index]
        guard byteCount <= RowChunks.recordByteCountMax, key.count <= JoinInput.keyByteCountMax
        else { return tooLong.append(row) }
        rows[count] = row
        keys[count] = key
        hashes[count] = selector.hashes[index]
        times[count] = time
        byteCounts[count] = byteCount
        count &+= 1
    }

    /// Leaves the late rows selected.
    ///
    /// - Returns: Whether there are any.
    func selectLate(_ batch: RecordBatch) -> Bool {
        batch.selection.rows.update(from: late.rows, count: late.count)
        batch.selection.count = late.count
        return late.count > 0
    }
}
