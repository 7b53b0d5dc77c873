internal import Expression
internal import StreamAPI
internal import StreamCore

/// The aggregate calls of an operator, compiled: from a batch to arguments, and from these into the
/// words of keys.
///
/// - Threading: one subtask.
final class AggregateCalls {
    let definition: AggregateDefinition
    /// Nil for `COUNT(*)`.
    private let arguments: [CompiledExpression?]
    private let filters: [CompiledExpression?]
    /// Of the last batch, one a call, at its row numbers.
    private(set) var columns: [Column?] = []
    /// What holds the bytes that the arguments made for the last batch.
    private(set) var chunks: [ByteChunk] = []
    private var presence: [Presence]
    private var selected: SelectionVector
    /// What results of variable length are copied into.
    let arena = ByteArena()
    private var scratch = ValueScratch()

    init(_ definition: AggregateDefinition) {
        self.definition = definition
        arguments = definition.calls.map { $0.argument.map { CompiledExpression($0) } }
        filters = definition.calls.map { $0.filter.map { CompiledExpression($0) } }
        presence = definition.calls.map { _ in Presence() }
        selected = SelectionVector(capacity: RecordBatch.rowCapacityDefault)
    }

    // MARK: Arguments

    /// Evaluates every call's filter and argument. Rows that fail leave the selection, or the job
    /// fails, as `failures` says.
    func evaluate(_ batch: RecordBatch, _ failures: RowFailures) throws {
        chunks.removeAll(keepingCapacity: true)
        columns.removeAll(keepingCapacity: true)
        for call in arguments.indices {
            if let filter = filters[call] {
                columns.append(try evaluateFiltered(call, filter, batch, failures))
            } else {
                let column = try evaluate(arguments[call], batch, failures)
                presence[call].follow(column)
                columns.append(column)
            }
        }
    }

    private func evaluate(
        _ expression: CompiledExpression?, _ batch: RecordBatch, _ failures: RowFailures
    ) throws -> Column? {
        guard let expression else { return nil }
        let column = try failures.retrying(batch) { () throws(EvaluationError) in
            try expression.evaluate(batch: batch)
        }
        chunks += expression.takeChunks()
        return column
    }

    /// Computes the argument only where the filter is TRUE: the others are out of the selection
    /// meanwhile.
    private func evaluateFiltered(
        _ call: Int, _ filter: CompiledExpression, _ batch: RecordBatch, _ failures: RowFailures
    ) throws -> Column? {
        let condition = try evaluate(filter, batch, failures)
        guard let condition else { return nil }
        if batch.rowCapacity > selected.capacity {
            selected = SelectionVector(capacity: batch.rowCapacity)
        }
        selected.copy(from: batch.selection)
        presence[call].fill(batch.rowCapacity, selected) { row in
            condition.booleans[row] & 1 != 0 && !condition.isNull(row)
        }
        guard let argument = arguments[call] else { return nil }
        batch.selection.keep { presence[call].isSet($0) }
        let asked = batch.selection.count
        // Whatever happens, the rows that the filter left out come back.
        defer { presence[call].restore(selected, to: batch, asked: asked) }
        let column = try evaluate(argument, batch, failures)
        if let column { presence[call].narrow(to: column, batch.selection) }
        return column
    }

    // MARK: Accumulating

    /// Some rows of the last batch, with their keys' words.
    struct Rows {
        let rows: UnsafePointer<Int32>
        let slots: UnsafePointer<StateSlot>
        let count: Int
    }

    /// Adds rows to their keys, and writes each call's result as of each row into `results`, if any
    /// (those of ``AggregateItems``, which has reset them for the batch).
    ///
    /// When some sum or text comes near its end, each row is checked for all calls before any of
    /// them takes it, so a record that fails has changed nothing.
    ///
    /// - Parameter onFailure: Is told of each row that was not added; what it throws ends the batch.
    func accumulate(
        _ rows: Rows, _ state: any KeyedStateBackend, results: [Column]?,
        onFailure: (_ row: Int32, EvaluationError) throws -> Void
    ) throws {
        let accumulators = definition.accumulators
        let all = 0..<rows.count
        let isSafe = accumulators.indices.allSatisfy { call in
            !accumulators[call].canFail
                || accumulators[call].isSafe(
                    pass(call, rows, all, results, presence[call].pointer), state)
        }
        guard !isSafe else { return run(rows, all, state, results) }
        for index in all {
            if let error = failure(rows, index, state) {
                try onFailure(rows.rows[index], error)
            } else {
                run(rows, index..<index + 1, state, results)
            }
        }
    }

    /// Writes the results of some keys to rows `0 ..< count` of `results`, one column a call.
    func finish(
        _ slots: UnsafePointer<StateSlot>, _ count: Int, into results: [Column],
        _ state: any KeyedStateBackend
    ) {
        for (call, accumulator) in definition.accumulators.enumerated() {
            accumulator.finish(slots, count, into: results[call], state, arena)
        }
    }

    /// What holds the results' bytes.
    func takeResultChunks() -> [ByteChunk] {
        definition.stateDescriptor.bytesWords.isEmpty ? [] : arena.takeChunks()
    }

    private func run(
        _ rows: Rows, _ range: Range<Int>, _ state: any KeyedStateBackend, _ results: [Column]?
    ) {
        for (call, accumulator) in definition.accumulators.enumerated() {
            var counted = presence[call].pointer
            if accumulator.setWord != nil {
                counted = keepNew(call, accumulator, rows, range, state)
            }
            accumulator.run(pass(call, rows, range, results, counted), state, arena)
        }
    }

    private func pass(
        _ call: Int, _ rows: Rows, _ range: Range<Int>, _ results: [Column]?,
        _ presence: UnsafePointer<UInt8>?
    ) -> AccumulatorPass {
        AccumulatorPass(
            rows: rows.rows, slots: rows.slots, range: range, argument: columns[call],
            presence: presence, result: results?[call])
    }

    /// `DISTINCT`: of the rows that are present, those count whose value is new to their key.
    private func keepNew(
        _ call: Int, _ accumulator: Accumulator, _ rows: Rows, _ range: Range<Int>,
        _ state: any KeyedStateBackend
    ) -> UnsafePointer<UInt8>? {
        guard let column = columns[call], let setWord = accumulator.setWord else { return nil }
        let present = presence[call].pointer
        let flags = presence[call].distinctFlags(column.capacity)
        for index in range {
            let row = Int(rows.rows[index])
            flags[row] = 0
            if let present, present[row] == 0 { continue }
            let value = scratch.bytes(of: column, row)
            let owner = rows.slots[index] + setWord
            guard !DistinctSet(state.bytes(at: owner)).contains(value) else { continue }
            DistinctSet.insert(value, at: owner, state)
            flags[row] = 1
        }
        return UnsafePointer(flags)
    }

    private func failure(
        _ rows: Rows, _ index: Int, _ state: any KeyedStateBackend
    ) -> EvaluationError? {
        for (call, accumulator) in definition.accumulators.enumerated() where accumulator.canFail {
            let pass = pass(call, rows, index..<index + 1, nil, presence[call].pointer)
            if let failure = accumulator.failure(pass, at: index, state) {
                return definition.calls[call].error(failure, row: rows.rows[index])
            }
        }
        return nil
    }
}

extension AggregateCall {
    /// The record's error, for people.
    func error(_ failure: AccumulatorFailure, row: Int32) -> EvaluationError {
        let name = isDistinct ? "\(function.rawValue)(DISTINCT)" : function.rawValue
        switch failure {
        case .overflow:
            return EvaluationError(
                .overflow, failedRows: [row],
                message: "the \(name) of this key leaves the range of \(type); "
                    + "CAST its argument to DOUBLE, or set on_error: drop")
        case .tooLong(let byteCount):
            return EvaluationError(
                .valueTooLong, failedRows: [row],
                message: "\(name) would keep \(byteCount) bytes for this key, more than "
                    + "\(Accumulator.valueByteCountMax); aggregate less of it with a FILTER or a "
                    + "finer key, or set on_error: drop")
        }
    }
}
