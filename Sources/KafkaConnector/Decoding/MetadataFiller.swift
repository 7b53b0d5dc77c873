internal import Formats
internal import StreamCore

/// Fills metadata columns, all rows of a batch, from its raw records.
///
/// - Threading: one thread.
final class MetadataFiller {
    private let names = ByteArena()
    /// The topics' names as bytes, by position in the reader's table.
    private var topicNames: [(text: String, bytes: ByteSlice)] = []
    /// What owns them; kept, since a name is written once.
    private var nameChunks: [ByteChunk] = []
    private let headerMap = HeaderMapText()
    private var headerNames: [String: [UInt8]] = [:]
    private var usesNames = false
    private var usesHeaderMap = false

    /// What owns the bytes of the columns filled since the last call, beside the records' own.
    func takeChunks() -> [ByteChunk] {
        defer { (usesNames, usesHeaderMap) = (false, false) }
        return (usesNames ? nameChunks : []) + (usesHeaderMap ? headerMap.takeChunks() : [])
    }

    func fill(_ column: Column, with kind: MetadataColumn, of raw: RawRecordBatch) {
        column.hasNulls = false
        switch kind {
        case .topic: fillTopics(column, raw)
        case .partition: fillPartitions(column, raw)
        case .offset: column.integers.update(from: raw.offsets, count: raw.rowCount)
        case .line: column.integers.update(from: raw.makeLines(), count: raw.rowCount)
        case .timestamp: fillTimestamps(column, raw)
        case .key: fillSlices(column, raw.keys, raw.rowCount)
        case .headers: fillHeaderMaps(column, raw)
        case .header(let name): fillHeader(column, name, raw)
        }
    }

    private func fillTopics(_ column: Column, _ raw: RawRecordBatch) {
        usesNames = true
        for (index, topic) in raw.topics.enumerated() { noteTopic(topic, at: index) }
        let slices = column.slices
        guard raw.topics.count > 1 else {
            return slices.update(repeating: topicNames[0].bytes, count: raw.rowCount)
        }
        for row in 0..<raw.rowCount {
            slices[row] = topicNames[Int(raw.topicIndices[row])].bytes
        }
    }

    /// The reader's table only grows, so this does nothing for most batches.
    private func noteTopic(_ topic: String, at index: Int) {
        if index < topicNames.count, topicNames[index].text == topic { return }
        var text = topic
        let bytes = text.withUTF8 { utf8 in
            utf8.baseAddress.map { names.append($0, utf8.count) } ?? .absent
        }
        for chunk in names.takeChunks() where !nameChunks.contains(where: { $0 === chunk }) {
            nameChunks.append(chunk)
        }
        if index < topicNames.count {
            topicNames[index] = (topic, bytes)
        } else {
            topicNames.append((topic, bytes))
        }
    }

    // hot
    private func fillPartitions(_ column: Column, _ raw: RawRecordBatch) {
        let (target, source) = (column.integers, raw.partitions)
        for row in 0..<raw.rowCount { target[row] = Int64(source[row]) }
    }

    // hot
    private func fillTimestamps(_ column: Column, _ raw: RawRecordBatch) {
        let (target, source, validity) = (column.integers, raw.timestamps, column.validity)
        var nulls: UInt8 = 0
        for row in 0..<raw.rowCount {
            let isNull: UInt8 = source[row] < 0 ? 1 : 0
            target[row] = source[row]
            validity[row] = 1 &- isNull
            nulls |= isNull
        }
        column.hasNulls = nulls != 0
    }

    // hot
    private func fillSlices(
        _ column: Column, _ source: UnsafePointer<ByteSlice>, _ count: Int
    ) {
        let (target, validity) = (column.slices, column.validity)
        var nulls: UInt8 = 0
        for row in 0..<count {
            let isNull: UInt8 = source[row].base == nil ? 1 : 0
            target[row] = source[row]
            validity[row] = 1 &- isNull
            nulls |= isNull
        }
        column.hasNulls = nulls != 0
    }

    private func fillHeaderMaps(_ column: Column, _ raw: RawRecordBatch) {
        usesHeaderMap = true
        for row in 0..<raw.rowCount {
            column.slices[row] = headerMap.text(raw.headers.map { $0[row] } ?? .absent)
        }
    }

    private func fillHeader(_ column: Column, _ name: String, _ raw: RawRecordBatch) {
        let bytes = headerNames[name] ?? Array(name.utf8)
        headerNames[name] = bytes
        bytes.withUnsafeBufferPointer { name in
            for row in 0..<raw.rowCount {
                column.slices[row] = RecordHeaders.lastValue(
                    of: name, in: raw.headers.map { $0[row] } ?? .absent)
            }
        }
        fillSlices(column, column.slices, raw.rowCount)
    }
}
