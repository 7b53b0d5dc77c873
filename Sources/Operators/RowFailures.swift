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
    var knownOperatorID: OperatorID { operatorID ?? OperatorID(rawValue: "?") }
    /// Of rows that `unnest` made: the number of each row's element, NULL where there is none. Messages
    /// name it.
    var elementNumbers: Column?
    /// For ``ErrorPolicy/sideOutput``.
    private let errors: RecordErrors?

    init(policy: ErrorPolicy, counters: RecordCounters) {
        self.policy = policy
        self.counters = counters
        errors = policy == .sideOutput ? RecordErrors() : nil
    }

    /// The records left out of a batch, behind its good rows. Called at the end of `process`.
    func emit(into output: any OperatorOutput) throws {
        if let batch = errors?.takeBatch() { try output.emit(batch, to: .errors) }
    }

    /// The same for who has no output.
    func takeErrors() -> RecordBatch? { errors?.takeBatch() }

    /// Removes the failed rows from the selection and counts them, or throws the error of the
    /// first one, with its place. After it returns, evaluate again.
    func resolve(_ error: EvaluationError, in batch: RecordBatch) throws {
        switch policy {
        case .fail:
            throw recordError(
                error.code.rawValue, Int32(truncatingIfNeeded: error.row), batch, reason(error))
        case .drop:
            for row in error.failedRows { batch.selection.remove(row: row) }
            counters.dropped.add(error.failedRows.count, ordering: .relaxed)
        case .sideOutput:
            // One at a time: the message is that of the first row.
            batch.selection.remove(row: Int32(error.row))
            errors?.add(
                code: error.code.rawValue, message: message(error, batch),
                operatorID: knownOperatorID, row: error.row,
                of: batch.origin, chunks: batch.chunks)
        }
    }

    /// Which element of the record's it is, where only one of them failed.
    private func reason(_ error: EvaluationError) -> String {
        guard let numbers = elementNumbers, !numbers.isNull(error.row) else {
            return error.message
        }
        return "\(error.message); in element \(numbers.integers[error.row])"
    }

    /// A row that was made of several records has no record to name it by.
    private func message(_ error: EvaluationError, _ batch: RecordBatch) -> String {
        guard !batch.origin.holdsRecords else { return reason(error) }
        let place = batch.place(ofRow: error.row)
        let name = place.partition.rawValue < 0 ? place.topic : place.description
        return "\(reason(error)); in a row of \(name)"
    }

    /// Evaluates until no selected row fails, or throws the record's error.
    func retrying<Result>(
        _ batch: RecordBatch, _ evaluate: () throws(EvaluationError) -> Result
    ) throws -> Result {
        // Ends: each round but the last removes at least one row.
        while true {
            do {
                return try evaluate()
            } catch {
                try resolve(error, in: batch)
            }
        }
    }

    /// Drops or fails the row whose key keyed state did not take: one that is too long. A full state
    /// fails the job whatever the policy, as every record behind would fail, too.
    func resolve(_ error: KeyedStateError, row: Int32, in batch: RecordBatch) throws {
        guard error.code == .keyTooLong else {
            throw recordError("E2201", row, batch, error.message)
        }
        try resolve(
            EvaluationError(.valueTooLong, failedRows: [row], message: error.message), in: batch)
    }

    func recordError(
        _ code: String, _ row: Int32, _ batch: RecordBatch, _ message: String
    ) -> RecordError {
        RecordError(
            code: code, place: batch.place(ofRow: Int(row)),
            operatorID: knownOperatorID, message: message)
    }
}
