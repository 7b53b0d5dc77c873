import StreamCore

/// One record of a test.
struct TestRecord {
    var topic: UInt16 = 0
    var key: String?
    var value: String?
    var timestamp: Int64 = 1_000
    var headers: [(String, String?)] = []
}

/// Records of partition `row % 3`, from offset 100 on.
func rawBatch(
    _ records: [TestRecord], topics: [String] = ["events"], withHeaders: Bool = true
) -> RawRecordBatch {
    let raw = RawRecordBatch(rowCapacity: 64)
    let arena = ByteArena()
    let headers = withHeaders ? raw.makeHeaders() : nil
    for (row, record) in records.enumerated() {
        raw.keys[row] = stored(record.key, in: arena)
        raw.values[row] = stored(record.value, in: arena)
        raw.partitions[row] = Int32(row % 3)
        raw.offsets[row] = 100 + Int64(row)
        raw.timestamps[row] = record.timestamp
        raw.topicIndices[row] = record.topic
        headers?[row] = encoded(record.headers, in: arena)
    }
    raw.rowCount = records.count
    raw.topics = topics
    raw.chunks = arena.takeChunks()
    return raw
}

func stored(_ text: String?, in arena: ByteArena) -> ByteSlice {
    guard let text else { return .absent }
    let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: ByteArena.padding)
    return bytes.withUnsafeBytes { buffer in
        guard let base = buffer.baseAddress else { return .absent }
        let stored = arena.append(base, bytes.count)
        return ByteSlice(base: stored.base, count: text.utf8.count)
    }
}

private func encoded(_ headers: [(String, String?)], in arena: ByteArena) -> ByteSlice {
    let slices = headers.map { (stored($0.0, in: arena), stored($0.1, in: arena)) }
    let count = slices.reduce(0) { $0 + RecordHeaders.byteCount(name: $1.0.count, value: $1.1) }
    guard count > 0 else { return .absent }
    let start = arena.allocate(count)
    var end = UnsafeMutableRawPointer(start)
    for (name, value) in slices { end = RecordHeaders.write(name: name, value: value, to: end) }
    return ByteSlice(base: start, count: count)
}

/// The selected values of a column as texts; nil for NULL.
func texts(_ batch: RecordBatch, _ column: Int) -> [String?] {
    (0..<batch.selection.count).map { index in
        let row = Int(batch.selection.rows[index])
        let column = batch.columns[column]
        if column.isNull(row) { return nil }
        switch column.physical {
        case .slice: return column.slices[row].text
        case .int64: return "\(column.integers[row])"
        case .float64: return "\(column.doubles[row])"
        case .bool8: return "\(column.booleans[row])"
        case .int128: return "\(column.decimals[row])"
        }
    }
}
