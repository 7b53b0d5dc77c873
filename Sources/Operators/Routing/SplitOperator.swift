package import Expression
package import StreamAPI
package import StreamCore
internal import Synchronization

/// Sends each row to the side output of the first condition that is TRUE, and the rest to `default`.
///
/// The batch is passed on as it came, once for each output that gets rows.
///
/// - Threading: one subtask.
/// - Source: Flink's side outputs in a `ProcessFunction`.
package final class SplitOperator: StreamOperator {
    /// The output of rows that no route takes.
    package static let rest = OutputPort("default")

    private let ports: [OutputPort]
    private let conditions: [CompiledPredicate]
    private let hasDefault: Bool
    private let counters: RecordCounters
    private var failures: RowFailures
    /// The rows that no route has taken yet.
    private var rest = SelectionVector(capacity: RecordBatch.rowCapacityDefault)

    /// - Parameters:
    ///   - routes: Names and BOOLEAN expressions over the input's columns, in the order of asking.
    ///   - hasDefault: False: a row that no route takes is left out and counted.
    package init(
        routes: [(name: String, condition: TypedExpression)], hasDefault: Bool,
        errorPolicy: ErrorPolicy, counters: RecordCounters
    ) {
        precondition(!routes.isEmpty)
        ports = routes.map { OutputPort($0.name) }
        conditions = routes.map { CompiledPredicate($0.condition) }
        self.hasDefault = hasDefault
        self.counters = counters
        failures = RowFailures(policy: errorPolicy, counters: counters)
    }

    package func open(_ context: OperatorContext, restored: RestoredState?) throws {
        failures.operatorID = context.operatorID
    }

    package func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        reserve(batch.rowCapacity)
        let kept = (batch.columns, batch.origin, batch.chunks, batch.eventTimes)
        for (port, condition) in zip(ports, conditions) where batch.selection.count > 0 {
            try ask(condition, batch)
            if batch.selection.count > 0 { try output.emit(batch, to: port) }
            // Readers may have put other columns in place.
            (batch.columns, batch.origin, batch.chunks, batch.eventTimes) = kept
            batch.selection.copy(from: rest)
        }
        if batch.selection.count > 0 { try emitRest(batch, into: output) }
        try failures.emit(into: output)
    }

    private func emitRest(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        guard hasDefault else {
            counters.dropped.wrappingAdd(batch.selection.count, ordering: .relaxed)
            return
        }
        try output.emit(batch, to: Self.rest)
    }

    /// Narrows the batch to the rows that the route takes; the others are in ``rest`` then.
    private func ask(_ condition: CompiledPredicate, _ batch: RecordBatch) throws {
        rest.copy(from: batch.selection)
        // Ends: every turn but the last removes a row.
        while true {
            do {
                try condition.apply(to: batch)
                break
            } catch {
                try failures.resolve(error, in: batch)
                rest.copy(from: batch.selection)
            }
        }
        subtract(batch.selection)
    }

    /// Takes the rows of `other`, which are among them, out of ``rest``; both are ascending.
    private func subtract(_ other: SelectionVector) {  // hot
        let (rows, others) = (rest.rows, other.rows)
        var (kept, next) = (0, 0)
        for index in 0..<rest.count {
            if next < other.count, others[next] == rows[index] {
                next &+= 1
            } else {
                rows[kept] = rows[index]
                kept &+= 1
            }
        }
        rest.count = kept
    }

    private func reserve(_ capacity: Int) {
        guard capacity > rest.capacity else { return }
        rest = SelectionVector(capacity: capacity)
    }
}
