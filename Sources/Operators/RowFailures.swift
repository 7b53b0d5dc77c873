internal import Expression
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// What an operator does with rows for which an expression has no value (`on_error`).
struct RowFailures {
    let policy: ErrorPolicy
    let counters: RecordCounters
    /// Known once the operator is open.
    var operatorID: OperatorID?

    init(policy: ErrorPolicy, counters: RecordCounters) {
        self.policy = policy
        self.counters = counters
    }

    /// Removes the failed rows from the selection and counts them, or throws the error of the
    /// first one, with its place. After it returns, evaluate again.
    func resolve(_ error: EvaluationError, in batch: RecordBatch) throws {
        switch policy {
        case .fail:
            throw RecordError(
                code: error.code.rawValue, place: batch.place(ofRow: error.row),
                operatorID: operatorID ?? OperatorID(rawValue: "?"), message: error.message)
        case .drop:
            for row in error.failedRows { batch.selection.remove(row: row) }
            counters.dropped.add(error.failedRows.count, ordering: .relaxed)
        }
    }
}
