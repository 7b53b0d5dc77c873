package import Expression
package import StreamAPI
package import StreamCore

/// Passes the first row of each key on, in the order of arrival, and leaves out those that follow
/// within `ttl` of event time.
///
/// A row whose event time is `ttl` or more after its key's first is the first again; one before it is a
/// repeat, too. A row that comes
/// when the watermark is `ttl` or more beyond it is **late**: nothing is known of its key's first any
/// more. Late rows are counted and dropped, or go to the port `late` if that is read.
///
/// Everything is decided by event times and the order of rows, never by a clock: a replay gives the
/// same rows. For this a key is kept until the watermark is twice `ttl` beyond its first row: so long a
/// row that is in time may be a repeat of it.
///
/// - Threading: one subtask.
/// - Source: Flink `RowTimeDeduplicateFunction` (keep first row), emitting on arrival.
package final class DeduplicateOperator: StreamOperator {
    /// Two words a key: its first row's event time, and 1 for "there is one".
    static func descriptor(_ keys: [TypedExpression]) -> KeyedStateDescriptor {
        let types = keys.map { "\($0.type)" }.joined(separator: ", ")
        return KeyedStateDescriptor(
            wordCount: 2, schema: Array("first row; key \(types)".utf8))
    }

    private var ttl: EventTimeTTL
    private let selector: KeySelector
    private let backend: any StateBackend
    private let descriptor: KeyedStateDescriptor
    private var failures: RowFailures
    private var state: (any KeyedStateBackend)?
    private var slots: UnsafeMutablePointer<StateSlot>
    private var capacity = RecordBatch.rowCapacityDefault
    private var late = SelectionVector(capacity: RecordBatch.rowCapacityDefault)

    /// - Parameters:
    ///   - keys: At least one.
    ///   - ttlMilliseconds: Of event time, at least 1.
    ///   - maxParallelism: The number of key groups.
    ///   - errorPolicy: For a record whose key has no value.
    ///   - backend: Makes the state when the operator is opened.
    ///   - counters: The subtask's; dropped and late records are added to it.
    package init(
        keys: [TypedExpression], ttlMilliseconds: Int64, maxParallelism: Int,
        errorPolicy: ErrorPolicy, backend: any StateBackend, counters: RecordCounters
    ) {
        ttl = EventTimeTTL(milliseconds: ttlMilliseconds)
        selector = KeySelector(keys, maxParallelism: maxParallelism)
        descriptor = Self.descriptor(keys)
        self.backend = backend
        failures = RowFailures(policy: errorPolicy, counters: counters)
        slots = .allocate(capacity: capacity)
    }

    deinit { slots.deallocate() }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        precondition(context.maxParallelism == selector.maxParallelism)
        failures.operatorID = context.operatorID
        ttl.restore(restored?.watermark)
        state = try backend.makeKeyedState(descriptor, context: context, restored: restored)
    }

    package func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard let state, let times = batch.eventTimes else {
            preconditionFailure("the checker lets nothing without event time pass")
        }
        reserve(batch.rowCapacity)
        ttl.removeLate(batch.selection, times.integers, into: late)
        if batch.selection.count > 0 { try keepFirst(batch, times.integers, state) }
        // Whoever reads the rows may replace columns.
        let columns = batch.columns
        if batch.selection.count > 0 { try output.emit(batch) }
        batch.columns = columns
        try failures.emit(into: output)
        try LateRows.emit(late, of: batch, at: ttl.watermark, failures, into: output)
    }

    private func keepFirst(
        _ batch: RecordBatch, _ times: UnsafePointer<Int64>, _ state: any KeyedStateBackend
    ) throws {
        try failures.retrying(batch) { () throws(EvaluationError) in try selector.evaluate(batch) }
        try selector.encodeKeys(of: batch, keyByteCountMax: backend.keyByteCountMax, failures)
        do {
            try state.lookupOrInsert(
                keys: selector.keys, hashes: selector.hashes, count: batch.selection.count,
                slots: slots)
        } catch {
            throw failures.recordError(
                "E2201", batch.selection.rows[error.row], batch, error.message)
        }
        var kept = 0
        let rows = batch.selection.rows
        for index in 0..<batch.selection.count {
            let row = rows[index]
            guard isFirst(times[Int(row)], slots[index]) else { continue }
            rows[kept] = row
            kept += 1
        }
        batch.selection.count = kept
    }

    /// Whether the row is its key's first; notes it if so.
    @inline(__always)
    private func isFirst(_ time: Int64, _ words: StateSlot) -> Bool {
        if words[1] != 0, !ttl.hasExpired(Int64(bitPattern: words[0]), at: time) { return false }
        words[0] = UInt64(bitPattern: time)
        words[1] = 1
        return true
    }

    private func reserve(_ rowCapacity: Int) {
        guard rowCapacity > capacity else { return }
        slots.deallocate()
        capacity = rowCapacity
        slots = .allocate(capacity: rowCapacity)
        late = SelectionVector(capacity: rowCapacity)
    }

    package func processWatermark(_ watermark: Watermark, into output: any OperatorOutput) throws {
        guard let state else { return }
        ttl.advance(to: watermark, state) { Int64(bitPattern: $0[0]) }
    }

    package func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot {
        OperatorSnapshot(keyed: state?.snapshot())
    }

    package func close() { state = nil }

    /// Keys held now, and bytes of memory for them; for metrics.
    package var stateSize: (keyCount: Int, byteCount: Int) {
        (state?.keyCount ?? 0, state?.byteCount ?? 0)
    }
}
