internal import Expression
package import StreamAPI
package import StreamCore

extension AggregateOperator {
    package func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard let state else { preconditionFailure("process before open") }
        if batch.rowCount > buffers.rowCapacity {
            buffers = AggregateBuffers(definition, rowCapacity: batch.rowCapacity)
        }
        let buffers = buffers
        buffers.output.chunks = batch.chunks
        try retryingWithoutFailed(batch) { () throws(EvaluationError) in
            try selector.evaluate(batch)
        }
        buffers.output.chunks += selector.chunks
        let arguments = try evaluateArguments(batch)
        try findSlots(batch, state)
        try accumulate(batch, arguments, state)
        try emit(batch, into: output)
    }

    /// Evaluates until no selected row fails, or throws the record's error.
    private func retryingWithoutFailed(
        _ batch: RecordBatch, _ evaluate: () throws(EvaluationError) -> Void
    ) throws {
        // Ends: each round but the last removes at least one row.
        while true {
            do {
                return try evaluate()
            } catch {
                try failures.resolve(error, in: batch)
            }
        }
    }

    private func evaluateArguments(_ batch: RecordBatch) throws -> [Column?] {
        var columns: [Column?] = []
        columns.reserveCapacity(arguments.count)
        for argument in arguments {
            var column: Column?
            if let argument {
                try retryingWithoutFailed(batch) { () throws(EvaluationError) in
                    column = try argument.evaluate(batch: batch)
                }
                buffers.output.chunks += argument.takeChunks()
            }
            columns.append(column)
        }
        return columns
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
                let row = batch.selection.rows[error.row]
                guard error.code == .keyTooLong else {
                    throw recordError("E2201", row, batch, error)
                }
                try failures.resolve(
                    EvaluationError(.valueTooLong, failedRows: [row], message: error.message),
                    in: batch)
            }
        }
    }

    private func recordError(
        _ code: String, _ row: Int32, _ batch: RecordBatch, _ error: KeyedStateError
    ) -> RecordError {
        RecordError(
            code: code, place: batch.place(ofRow: Int(row)),
            operatorID: failures.operatorID ?? OperatorID(rawValue: "?"), message: error.message)
    }

    // MARK: Accumulating

    private func accumulate(
        _ batch: RecordBatch, _ arguments: [Column?], _ state: any KeyedStateBackend
    ) throws {
        for result in buffers.callResults { result.hasNulls = false }
        let all = 0..<batch.selection.count
        let isSafe = definition.accumulators.indices.allSatisfy { call in
            !definition.accumulators[call].canOverflow
                || definition.accumulators[call].isSafe(pass(call, batch, arguments, all))
        }
        if isSafe {
            run(batch, arguments, all, state)
        } else {
            try accumulateRowByRow(batch, arguments, state)
        }
        if !state.descriptor.bytesWords.isEmpty { buffers.output.chunks += arena.takeChunks() }
    }

    private func run(
        _ batch: RecordBatch, _ arguments: [Column?], _ range: Range<Int>,
        _ state: any KeyedStateBackend
    ) {
        for (call, accumulator) in definition.accumulators.enumerated() {
            accumulator.run(pass(call, batch, arguments, range), state, arena)
        }
    }

    private func pass(
        _ call: Int, _ batch: RecordBatch, _ arguments: [Column?], _ range: Range<Int>
    ) -> AccumulatorPass {
        AccumulatorPass(
            rows: batch.selection.rows, slots: buffers.slots, range: range,
            argument: arguments[call], result: buffers.callResults[call])
    }

    /// When some sum comes near its type's end: each row is checked for all calls before any of them
    /// takes it, so a record that fails has changed nothing.
    @inline(never)
    private func accumulateRowByRow(
        _ batch: RecordBatch, _ arguments: [Column?], _ state: any KeyedStateBackend
    ) throws {
        var failed: [Int32] = []
        for index in 0..<batch.selection.count {
            let range = index..<index + 1
            let overflowing = definition.accumulators.indices.first { call in
                definition.accumulators[call].canOverflow
                    && definition.accumulators[call].overflows(
                        pass(call, batch, arguments, range), at: index)
            }
            guard let overflowing else {
                run(batch, arguments, range, state)
                continue
            }
            failed.append(batch.selection.rows[index])
            if failures.policy == .fail {
                try failures.resolve(overflow(overflowing, failed), in: batch)
            }
        }
        // Slots are numbered by selection, so rows leave it only now.
        if !failed.isEmpty { try failures.resolve(overflow(0, failed), in: batch) }
    }

    private func overflow(_ call: Int, _ failed: [Int32]) -> EvaluationError {
        let function = definition.calls[call].function.rawValue
        return EvaluationError(
            .overflow, failedRows: failed,
            message: "the running \(function) of this key leaves the range of BIGINT; "
                + "CAST its argument to DOUBLE, or set on_error: drop")
    }

    // MARK: Emitting

    private func emit(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard batch.selection.count > 0 else { return }
        let result = buffers.output
        var columns = selector.columns
        var call = 0
        prepareIntermediate(batch)
        for (index, item) in definition.items.enumerated() {
            if let expression = results[index] {
                let calls = call..<call + item.aggregate.calls.count
                columns.append(try evaluateItem(expression, calls: calls, batch))
            } else {
                columns.append(buffers.callResults[call])
            }
            call += item.aggregate.calls.count
        }
        guard batch.selection.count > 0 else { return }
        result.columns = columns
        result.rowCount = batch.rowCount
        result.origin = batch.origin
        result.eventTimes = batch.eventTimes
        result.selection.copy(from: batch.selection)
        try output.emit(result)
    }

    private func prepareIntermediate(_ batch: RecordBatch) {
        guard results.contains(where: { $0 != nil }) else { return }
        let intermediate = buffers.intermediate
        intermediate.rowCount = batch.rowCount
        intermediate.origin = batch.origin
        intermediate.chunks = buffers.output.chunks
    }

    /// Each item's expression numbers the columns as: the key's, then the results of **its** calls.
    private func evaluateItem(
        _ expression: CompiledExpression, calls: Range<Int>, _ batch: RecordBatch
    ) throws -> Column {
        let intermediate = buffers.intermediate
        intermediate.columns = selector.columns + buffers.callResults[calls]
        var column: Column?
        try retryingWithoutFailed(batch) { () throws(EvaluationError) in
            intermediate.selection.copy(from: batch.selection)
            column = try expression.evaluate(batch: intermediate)
        }
        buffers.output.chunks += expression.takeChunks()
        guard let column else { preconditionFailure("evaluated without a column") }
        return column
    }
}
