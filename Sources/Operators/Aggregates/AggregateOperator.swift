internal import Expression
package import StreamAPI
package import StreamCore

/// Running aggregates by key (`emit: every_row`): one output row for each input row, in input order,
/// with its key's aggregates as of this row. So a COUNT of one key is 1, 2, 3, ... without a gap.
///
/// Row `r` of the output is row `r` of the input: it has the input's origin, and its selection.
/// With a `state_ttl`, a row whose event time is so far behind its key's latest begins the key anew, as
/// ``EventTimeTTL`` says.
///
/// NULL is a key like any other. A record that `on_error: drop` leaves out changes no aggregate,
/// with one exception: where the failure is in what is made *of* the aggregates (`SUM(a) / COUNT(b)`),
/// the record counts, and only its output row is left out.
///
/// - Threading: one subtask.
/// - Source: Flink `GroupAggFunction`, insert-only.
package final class AggregateOperator: StreamOperator {
    let definition: AggregateDefinition
    let backend: any StateBackend
    let selector: KeySelector
    let calls: AggregateCalls
    var failures: RowFailures
    var state: (any KeyedStateBackend)?
    /// Of an aggregate with a `state_ttl`.
    var expiry: AggregateExpiry?
    var buffers: AggregateBuffers

    /// - Parameters:
    ///   - maxParallelism: The number of key groups.
    ///   - errorPolicy: For a record whose key, argument or result has no value.
    ///   - backend: Makes the state when the operator is opened.
    ///   - counters: The subtask's; dropped records are added to it.
    package init(
        _ definition: AggregateDefinition, maxParallelism: Int, errorPolicy: ErrorPolicy,
        backend: any StateBackend, counters: RecordCounters
    ) {
        self.definition = definition
        self.backend = backend
        selector = KeySelector(definition.keys.map(\.expression), maxParallelism: maxParallelism)
        calls = AggregateCalls(definition)
        failures = RowFailures(policy: errorPolicy, counters: counters)
        buffers = AggregateBuffers(definition, rowCapacity: RecordBatch.rowCapacityDefault)
        expiry = AggregateExpiry(definition)
    }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        precondition(context.maxParallelism == selector.maxParallelism)
        failures.operatorID = context.operatorID
        expiry?.ttl.restore(restored?.watermark)
        state = try backend.makeKeyedState(
            definition.stateDescriptor, context: context, restored: restored)
    }

    package func processWatermark(_ watermark: Watermark, into output: any OperatorOutput) throws {
        guard let state else { return }
        expiry?.advance(to: watermark, state)
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

/// Memory that is reused from batch to batch, as large as the largest batch so far.
final class AggregateBuffers {
    let rowCapacity: Int
    let slots: UnsafeMutablePointer<StateSlot>
    let items: AggregateItems
    let output: RecordBatch

    init(_ definition: AggregateDefinition, rowCapacity: Int) {
        self.rowCapacity = rowCapacity
        slots = .allocate(capacity: rowCapacity)
        items = AggregateItems(definition, rowCapacity: rowCapacity)
        output = RecordBatch.shell(definition.outputSchema, rowCapacity)
    }

    deinit { slots.deallocate() }
}
