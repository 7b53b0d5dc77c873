internal import Expression
package import StreamAPI
package import StreamCore

extension AggregateOperator {
    package func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard let state else { preconditionFailure("process before open") }
        if batch.rowCount > buffers.rowCapacity {
            buffers = AggregateBuffers(definition, rowCapacity: batch.rowCapacity)
        }
        let times = try removeLate(batch)
        try failures.retrying(batch) { () throws(EvaluationError) in try selector.evaluate(batch) }
        try calls.evaluate(batch, failures)
        try findSlots(batch, state)
        try accumulate(batch, times, state)
        buffers.output.chunks = batch.chunks + selector.chunks + calls.chunks
        buffers.output.chunks += calls.takeResultChunks()
        try emit(batch, into: output)
        try failures.emit(into: output)
        if let expiry {
            try LateRows.emit(
                expiry.late, of: batch, at: expiry.ttl.watermark, failures, into: output)
        }
    }

    /// - Returns: The rows' event times, of an aggregate with a `state_ttl`.
    private func removeLate(_ batch: RecordBatch) throws -> UnsafePointer<Int64>? {
        guard expiry != nil else { return nil }
        guard let times = batch.eventTimes else {
            preconditionFailure("the checker lets nothing without event time pass")
        }
        expiry?.removeLate(batch, times.integers)
        return UnsafePointer(times.integers)
    }

    /// The slot of each selected row's key. Rows whose key is too long are dropped, or fail the job.
    private func findSlots(_ batch: RecordBatch, _ state: any KeyedStateBackend) throws {
        // Ends: each round but the last removes a row.
        while true {
            selector.encodeKeys(of: batch)
            do {
                return try state.lookupOrInsert(
                    keys: selector.keys, hashes: selector.hashes, count: batch.selection.count,
                    slots: buffers.slots)
            } catch {
                try failures.resolve(error, row: batch.selection.rows[error.row], in: batch)
            }
        }
    }

    private func accumulate(
        _ batch: RecordBatch, _ times: UnsafePointer<Int64>?, _ state: any KeyedStateBackend
    ) throws {
        let rows = AggregateCalls.Rows(
            rows: batch.selection.rows, slots: buffers.slots, count: batch.selection.count)
        buffers.items.resetResults()
        var failed: [EvaluationError] = []
        // Slots are numbered by selection, so rows leave it only at the end.
        if let times, let expiry {
            try accumulate(rows, times, expiry, batch, state, &failed)
        } else {
            try accumulate(rows, batch, state, &failed)
        }
        for error in failed { try failures.resolve(error, in: batch) }
    }

    private func accumulate(
        _ rows: AggregateCalls.Rows, _ batch: RecordBatch, _ state: any KeyedStateBackend,
        _ failed: inout [EvaluationError]
    ) throws {
        try calls.accumulate(rows, state, results: buffers.items.callResults) { _, error in
            if failures.policy == .fail { try failures.resolve(error, in: batch) }
            failed.append(error)
        }
    }

    /// Piece by piece: each begins with a row that finds its key expired, but for the first.
    private func accumulate(
        _ rows: AggregateCalls.Rows, _ times: UnsafePointer<Int64>, _ expiry: AggregateExpiry,
        _ batch: RecordBatch, _ state: any KeyedStateBackend, _ failed: inout [EvaluationError]
    ) throws {
        var start = 0
        // Ends: a key that has been reset takes its row, so every turn takes one at least.
        while start < rows.count {
            let end = expiry.touch(rows, from: start, times)
            let piece = AggregateCalls.Rows(
                rows: rows.rows + start, slots: rows.slots + start, count: end - start)
            if piece.count > 0 { try accumulate(piece, batch, state, &failed) }
            if end < rows.count { expiry.reset(rows.slots[end], state) }
            start = end
        }
    }

    private func emit(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        let result = buffers.output
        result.rowCount = batch.rowCount
        result.origin = batch.origin
        result.eventTimes = batch.eventTimes
        result.selection.copy(from: batch.selection)
        guard result.selection.count > 0 else { return }
        let items = try buffers.items.columns(keys: selector.columns, result, failures)
        guard result.selection.count > 0 else { return }
        result.columns = selector.columns + items
        try output.emit(result)
    }
}
