/// Copies for channels: rows leave their batch, whose memory its producer reuses.
extension RecordBatch {
    /// A fresh batch that holds copies of some rows, and of nothing else.
    ///
    /// Everything is the copy's own, so it may go to another thread. Rows are numbered anew and all
    /// selected. Of the origin, partitions, offsets, lines, timestamps and topics come along.
    ///
    /// - Parameters:
    ///   - rows: Row numbers of this batch, in the order wanted; at least one.
    ///   - keepsOriginBytes: The source records' keys and values come along too, and their headers
    ///     if they were read; otherwise they are absent in the copy.
    /// - Cost: The values' bytes, and a few allocations a batch; one chunk for all slices.
    public func copy(
        rows: UnsafeBufferPointer<Int32>, keepsOriginBytes: Bool = false
    ) -> RecordBatch {
        precondition(!rows.isEmpty)
        let copy = RecordBatch(schema: schema, rowCapacity: rows.count)
        copy.rowCount = rows.count
        copy.selection.selectAll(rows.count)
        copy.lateness = lateness
        copyOrigin(of: rows, to: copy.origin)
        if let eventTimes {
            let times = Column(type: .timestampLTZ, capacity: rows.count)
            Column.gather(eventTimes.integers, rows, into: times.integers)
            copy.eventTimes = times
        }
        let originByteCount = keepsOriginBytes ? originByteCount(of: rows) : 0
        let chunk = ByteChunk(capacity: sliceByteCount(of: rows) + originByteCount)
        copy.chunks = [chunk]
        var free = chunk.bytes
        for (source, target) in zip(columns, copy.columns) {
            source.copy(rows: rows, to: target, slicesTo: &free)
        }
        if keepsOriginBytes {
            copyOriginBytes(of: rows, to: copy.origin, &free)
            copy.origin.chunks = [chunk]
        }
        return copy
    }

    /// A fresh batch that holds copies of the selected rows.
    ///
    /// - Returns: Nil if none is selected.
    public func copySelected() -> RecordBatch? {
        guard selection.count > 0 else { return nil }
        return copy(rows: UnsafeBufferPointer(start: selection.rows, count: selection.count))
    }

    private func copyOrigin(of rows: UnsafeBufferPointer<Int32>, to target: RawRecordBatch) {
        target.topics = origin.topics
        target.holdsRecords = origin.holdsRecords
        target.rowCount = rows.count
        target.keys.initialize(repeating: .absent, count: rows.count)
        target.values.initialize(repeating: .absent, count: rows.count)
        Column.gather(origin.partitions, rows, into: target.partitions)
        Column.gather(origin.offsets, rows, into: target.offsets)
        Column.gather(origin.timestamps, rows, into: target.timestamps)
        if origin.topics.count > 1 {
            Column.gather(origin.topicIndices, rows, into: target.topicIndices)
        }
        if let lines = origin.lines { Column.gather(lines, rows, into: target.makeLines()) }
    }

    private func originByteCount(of rows: UnsafeBufferPointer<Int32>) -> Int {
        rows.reduce(0) { total, row in
            let headers = origin.headers?[Int(row)].count ?? 0
            return total + origin.keys[Int(row)].count + origin.values[Int(row)].count + headers
        }
    }

    private func copyOriginBytes(
        of rows: UnsafeBufferPointer<Int32>, to target: RawRecordBatch,
        _ free: inout UnsafeMutableRawPointer
    ) {
        for index in 0..<rows.count {
            let row = Int(rows[index])
            target.keys[index] = origin.keys[row].copied(to: &free)
            target.values[index] = origin.values[row].copied(to: &free)
        }
        guard let headers = origin.headers else { return }
        let targetHeaders = target.makeHeaders()
        for index in 0..<rows.count {
            targetHeaders[index] = headers[Int(rows[index])].copied(to: &free)
        }
    }

    /// Bytes of all slices in `rows`.
    private func sliceByteCount(of rows: UnsafeBufferPointer<Int32>) -> Int {
        var total = 0
        for column in columns where column.physical == .slice {
            let slices = column.slices
            for row in rows where !column.isNull(Int(row)) { total += slices[Int(row)].count }
        }
        return total
    }
}

extension RecordBatch {
    /// Writes chosen rows of another batch over this one's first rows: one row may come several times.
    ///
    /// Event times and origins come along whole; slices go on pointing to where they do, so the caller
    /// takes over the other's ``chunks``. All rows are selected.
    ///
    /// - Parameters:
    ///   - rows: Row numbers of `other`, at most ``rowCapacity``.
    ///   - columns: For each of this batch's columns from `first` on, the column of `other` to take.
    /// - Cost: No allocation, but for the columns of event times and headers the first time.
    public func gather(
        _ rows: UnsafeBufferPointer<Int32>, of other: RecordBatch, columns: [Int], from first: Int
    ) {  // hot
        precondition(rows.count <= rowCapacity && first + columns.count <= self.columns.count)
        for (index, source) in columns.enumerated() {
            other.columns[source].gather(rows, into: self.columns[first + index])
        }
        gatherOrigin(rows, of: other.origin)
        eventTimes = other.eventTimes.map { gatheredTimes(rows, $0) }
        rowCount = rows.count
        selection.selectAll(rows.count)
    }

    private func gatheredTimes(_ rows: UnsafeBufferPointer<Int32>, _ times: Column) -> Column {
        let target = eventTimes ?? Column(type: .timestampLTZ, capacity: rowCapacity)
        Column.gather(times.integers, rows, into: target.integers)
        return target
    }

    private func gatherOrigin(_ rows: UnsafeBufferPointer<Int32>, of other: RawRecordBatch) {
        origin.topics = other.topics
        origin.holdsRecords = other.holdsRecords
        origin.chunks = other.chunks
        origin.rowCount = rows.count
        if other.headers != nil {
            _ = origin.makeHeaders()
        } else {
            // What an earlier batch left.
            origin.headers?.update(repeating: .absent, count: rows.count)
        }
        if other.lines != nil {
            _ = origin.makeLines()
        } else {
            origin.lines?.update(repeating: 0, count: rows.count)
        }
        for index in 0..<rows.count { origin.copyRow(Int(rows[index]), of: other, to: index) }
    }
}

extension Column {
    /// Copies `rows` to rows `0 ..< rows.count` of `target`, a column of the same physical type; slices
    /// go on pointing to where they do.
    func gather(_ rows: UnsafeBufferPointer<Int32>, into target: Column) {
        precondition(physical == target.physical && rows.count <= target.capacity)
        target.hasNulls = hasNulls
        if hasNulls { Column.gather(validity, rows, into: target.validity) }
        switch physical {
        case .bool8: Column.gather(booleans, rows, into: target.booleans)
        case .int64: Column.gather(integers, rows, into: target.integers)
        case .float64: Column.gather(doubles, rows, into: target.doubles)
        case .int128: Column.gather(decimals, rows, into: target.decimals)
        case .slice:
            let (source, target) = (slices, target.slices)
            for index in 0..<rows.count { target[index] = source[Int(rows[index])] }
        }
    }

    /// Copies `rows` to rows `0 ..< rows.count` of `target`, a column of the same physical type.
    ///
    /// - Parameter free: Where slices' bytes go; moved behind them.
    func copy(
        rows: UnsafeBufferPointer<Int32>, to target: Column,
        slicesTo free: inout UnsafeMutableRawPointer
    ) {
        precondition(physical == target.physical && rows.count <= target.capacity)
        target.hasNulls = hasNulls
        if hasNulls { Column.gather(validity, rows, into: target.validity) }
        switch physical {
        case .bool8: Column.gather(booleans, rows, into: target.booleans)
        case .int64: Column.gather(integers, rows, into: target.integers)
        case .float64: Column.gather(doubles, rows, into: target.doubles)
        case .int128: Column.gather(decimals, rows, into: target.decimals)
        case .slice: copySlices(rows, to: target.slices, &free)
        }
    }

    private func copySlices(
        _ rows: UnsafeBufferPointer<Int32>, to target: UnsafeMutablePointer<ByteSlice>,
        _ free: inout UnsafeMutableRawPointer
    ) {
        let source = slices
        for index in 0..<rows.count {
            // What a NULL row's slice holds is undefined.
            let isNull = isNull(Int(rows[index]))
            target[index] = isNull ? .absent : source[Int(rows[index])].copied(to: &free)
        }
    }

    @inline(__always)
    static func gather<T: BitwiseCopyable>(
        _ source: UnsafeMutablePointer<T>, _ rows: UnsafeBufferPointer<Int32>,
        into target: UnsafeMutablePointer<T>
    ) {
        for index in 0..<rows.count { target[index] = source[Int(rows[index])] }
    }
}

extension ByteSlice {
    /// A copy of the bytes at `free`, which is moved behind them; the absent value stays absent.
    @inline(__always)
    func copied(to free: inout UnsafeMutableRawPointer) -> ByteSlice {
        guard let base else { return .absent }
        let start = free
        start.copyMemory(from: base, byteCount: count)
        free = start + count
        return ByteSlice(
            base: UnsafePointer(start.assumingMemoryBound(to: UInt8.self)), count: count)
    }
}
