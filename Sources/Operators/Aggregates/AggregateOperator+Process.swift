internal import Expression
package import StreamAPI
package import StreamCore

extension AggregateOperator {
    package func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard let state else { preconditionFailure("process before open") }
        if batch.rowCount > buffers.rowCapacity {
            buffers = AggregateBuffers(definition, rowCapacity: batch.rowCapacity)
        }
        try failures.retrying(batch) { () throws(EvaluationError) in try selector.evaluate(batch) }
        try calls.evaluate(batch, failures)
        try findSlots(batch, state)
        try accumulate(batch, state)
        buffers.output.chunks = batch.chunks + selector.chunks + calls.chunks
        buffers.output.chunks += calls.takeResultChunks()
        try emit(batch, into: output)
        try failures.emit(into: output)
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

    private func accumulate(_ batch: RecordBatch, _ state: any KeyedStateBackend) throws {
        let rows = AggregateCalls.Rows(
            rows: batch.selection.rows, slots: buffers.slots, count: batch.selection.count)
        buffers.items.resetResults()
        var failed: [EvaluationError] = []
        try calls.accumulate(rows, state, results: buffers.items.callResults) { _, error in
            if failures.policy == .fail { try failures.resolve(error, in: batch) }
            failed.append(error)
        }
        // Slots are numbered by selection, so rows leave it only now.
        for error in failed { try failures.resolve(error, in: batch) }
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
