internal import CSimdJSON
internal import StreamAPI
package import StreamCore

extension JSONDecoder {
    package func takeErrors() -> [RecordBatch] { failed.takeErrors() }

    package func decode(_ raw: RawRecordBatch) throws -> RecordBatch {
        precondition(raw.rowCount <= batch.rowCapacity)
        failed.begin(part)
        batch.rowCount = raw.rowCount
        batch.origin = raw
        batch.columns = ownColumns
        batch.chunks.removeAll(keepingCapacity: true)
        let records = raw.slices(of: part)
        let failureCount = decodeColumns(records, raw.rowCount)
        for (index, column) in ownColumns.enumerated() { column.hasNulls = hasNulls[index] != 0 }
        for index in 0..<failureCount { settle(failures[index], records) }
        convertTexts(records, raw.rowCount)
        if hasUnescaped { batch.chunks = arena.takeChunks() }
        hasUnescaped = false
        try failed.settle(batch, raw, message)
        return batch
    }

    /// - Returns: How many entries of ``failures`` were filled.
    private func decodeColumns(_ records: UnsafePointer<ByteSlice>, _ rowCount: Int) -> Int {
        let documents = UnsafeRawPointer(records).assumingMemoryBound(to: csimdjson_slice.self)
        hasNulls.initialize(repeating: 0, count: ownColumns.count)
        var failureCount = 0
        var next = 0
        var roomMin = 0
        // The first call takes what room there is; a later one, what its document may need. So each
        // but the first decodes at least one row.
        while next < rowCount {
            let room = arena.reserve(atLeast: roomMin)
            var used = 0
            next = csimdjson_decode(
                plan.decoder, documents, next, rowCount, targets, hasNulls,
                room.baseAddress?.assumingMemoryBound(to: UInt8.self), room.count, &used,
                failures, &failureCount)
            arena.commit(used)
            if used > 0 { hasUnescaped = true }
            if next < rowCount { roomMin = records[next].count }
        }
        return failureCount
    }

    /// Decimals, dates, times and bytes of their texts.
    private func convertTexts(_ records: UnsafePointer<ByteSlice>, _ rowCount: Int) {
        for (index, column) in staged.enumerated() {
            guard let column else { continue }
            column.convert(rowCount, index, failed, arena, absent, in: records)
            if column.column.type == .bytes { hasUnescaped = true }
        }
    }
}
