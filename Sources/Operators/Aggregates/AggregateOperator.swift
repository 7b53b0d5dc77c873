internal import Expression
package import StreamAPI
package import StreamCore

/// Running aggregates by key (`emit: every_row`): one output row for each input row, in input order,
/// with its key's aggregates as of this row. So a COUNT of one key is 1, 2, 3, ... without a gap.
///
/// Row `r` of the output is row `r` of the input: it has the input's origin, and its selection.
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
    /// Of the calls; nil for `COUNT(*)`.
    let arguments: [CompiledExpression?]
    /// Of the items that are more than one call.
    let results: [CompiledExpression?]
    var failures: RowFailures
    var state: (any KeyedStateBackend)?
    /// Bytes of MIN and MAX in the output.
    let arena = ByteArena()
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
        arguments = definition.calls.map { $0.argument.map { CompiledExpression($0) } }
        results = definition.items.map { item in
            item.aggregate.singleCall == nil ? CompiledExpression(item.aggregate.result) : nil
        }
        failures = RowFailures(policy: errorPolicy, counters: counters)
        buffers = AggregateBuffers(definition, rowCapacity: RecordBatch.rowCapacityDefault)
    }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        precondition(context.maxParallelism == selector.maxParallelism)
        failures.operatorID = context.operatorID
        state = try backend.makeKeyedState(
            definition.stateDescriptor, context: context, restored: restored)
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
    /// One a call.
    let callResults: [Column]
    /// Key columns and call results: what the items' expressions are evaluated on.
    let intermediate: RecordBatch
    let output: RecordBatch

    init(_ definition: AggregateDefinition, rowCapacity: Int) {
        self.rowCapacity = rowCapacity
        slots = .allocate(capacity: rowCapacity)
        callResults = definition.calls.map { Column(type: $0.type, capacity: rowCapacity) }
        let keyFields = Array(definition.outputSchema.fields.prefix(definition.keys.count))
        let callFields = definition.calls.enumerated().map { index, call in
            Field(name: "\(index)", type: call.type, isNullable: call.isNullable)
        }
        intermediate = AggregateBuffers.batch(RowSchema(keyFields + callFields), rowCapacity)
        output = AggregateBuffers.batch(definition.outputSchema, rowCapacity)
    }

    deinit { slots.deallocate() }

    /// A batch whose columns and origin are put in place for each batch of input.
    private static func batch(_ schema: RowSchema, _ rowCapacity: Int) -> RecordBatch {
        RecordBatch(
            schema: schema, columns: schema.fields.map { Column(type: $0.type, capacity: 1) },
            origin: RawRecordBatch(rowCapacity: 1), rowCapacity: rowCapacity)
    }
}
