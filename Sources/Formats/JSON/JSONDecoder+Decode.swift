internal import CSimdJSON
internal import StreamAPI
package import StreamCore

extension JSONDecoder {
    package func decode(_ raw: RawRecordBatch) throws -> RecordBatch {
        precondition(raw.rowCount <= batch.rowCapacity)
        batch.rowCount = raw.rowCount
        batch.origin = raw
        batch.columns = ownColumns
        batch.chunks.removeAll(keepingCapacity: true)
        batch.selection.selectAll(raw.rowCount)
        let failureCount = decodeColumns(raw)
        for (index, column) in ownColumns.enumerated() { column.hasNulls = hasNulls[index] != 0 }
        if failureCount > 0 { try settle(failureCount, raw) }
        return batch
    }

    /// - Returns: How many entries of ``failures`` were filled.
    private func decodeColumns(_ raw: RawRecordBatch) -> Int {
        let documents = UnsafeRawPointer(raw.values).assumingMemoryBound(to: csimdjson_slice.self)
        hasNulls.initialize(repeating: 0, count: ownColumns.count)
        var failureCount = 0
        var next = 0
        var roomMin = 0
        // The first call takes what room there is; a later one, what its document may need. So each
        // but the first decodes at least one row.
        while next < raw.rowCount {
            let room = arena.reserve(atLeast: roomMin)
            var used = 0
            next = csimdjson_decode(
                plan.decoder, documents, next, raw.rowCount, targets, hasNulls,
                room.baseAddress?.assumingMemoryBound(to: UInt8.self), room.count, &used,
                failures, &failureCount)
            arena.commit(used)
            if used > 0 { hasUnescaped = true }
            if next < raw.rowCount { roomMin = raw.values[next].count }
        }
        if hasUnescaped { batch.chunks = arena.takeChunks() }
        hasUnescaped = false
        return failureCount
    }
}
