package import Expression
package import StreamAPI
package import StreamCore

/// Takes each row's event time from an expression over its columns.
///
/// TIMESTAMP_LTZ(3) is taken as it is, BIGINT as milliseconds since the epoch, and TIMESTAMP(3) as
/// the reading of a clock in UTC.
///
/// - Threading: one subtask.
package final class EventTimeAssigner: TimestampAssigner {
    private let expression: CompiledExpression
    private var failures: RowFailures
    /// For an expression of another type than an event time's.
    private var times: Column?

    /// - Parameters:
    ///   - expression: Of a type that ``isEventTime(_:)``.
    ///   - errorPolicy: For rows whose event time is NULL or has no value.
    package init(
        _ expression: TypedExpression, errorPolicy: ErrorPolicy, operatorID: OperatorID,
        counters: RecordCounters
    ) {
        precondition(EventTimeAssigner.isEventTime(expression.type))
        self.expression = CompiledExpression(expression)
        failures = RowFailures(policy: errorPolicy, counters: counters)
        failures.operatorID = operatorID
    }

    /// Whether values of a type can be event times.
    package static func isEventTime(_ type: LogicalType) -> Bool {
        switch type {
        case .timestamp, .timestampLTZ, .bigint: true
        default: false
        }
    }

    package func assign(_ batch: RecordBatch) throws {
        // Ends: every turn but the last removes a row.
        while true {
            do {
                batch.eventTimes = try evaluate(batch)
                return
            } catch {
                try failures.resolve(error, in: batch)
            }
        }
    }

    package func takeErrors() -> RecordBatch? { failures.takeErrors() }

    private func evaluate(_ batch: RecordBatch) throws(EvaluationError) -> Column {
        let column = try expression.evaluate(batch: batch)
        // Times are numbers: no bytes have to be kept.
        _ = expression.takeChunks()
        let missing = missingRows(column, batch.selection)
        guard missing.isEmpty else {
            throw EvaluationError(
                .nullEventTime, failedRows: missing,
                message: "the row has no event time: `event_time` is NULL; give it a value with "
                    + "COALESCE, or set on_error: drop")
        }
        return column.type == .timestampLTZ ? column : retyped(column, batch)
    }

    private func missingRows(_ column: Column, _ selection: SelectionVector) -> [Int32] {
        guard column.hasNulls else { return [] }
        var missing: [Int32] = []
        for index in 0..<selection.count where column.isNull(Int(selection.rows[index])) {
            missing.append(selection.rows[index])
        }
        return missing
    }

    private func retyped(_ column: Column, _ batch: RecordBatch) -> Column {
        let target: Column
        if let times, times.capacity >= batch.rowCapacity {
            target = times
        } else {
            target = Column(type: .timestampLTZ, capacity: batch.rowCapacity)
            times = target
        }
        target.integers.update(from: column.integers, count: batch.rowCount)
        return target
    }
}
