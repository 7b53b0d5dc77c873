internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// What becomes of late rows, whichever operator they are late for: they go to the port `late` as they
/// came, or are counted as dropped if nothing reads it (Flink's `numLateRecordsDropped`).
///
/// - Cost: A call a batch with late rows.
enum LateRows {
    /// Emits some rows of a batch. Changes its selection: the last thing done with it.
    static func emit(
        _ late: SelectionVector, of batch: RecordBatch, at watermark: Watermark,
        _ failures: RowFailures, into output: any OperatorOutput
    ) throws {
        guard late.count > 0 else { return }
        batch.selection.copy(from: late)
        try emitSelected(of: batch, at: watermark, failures, into: output)
    }

    /// Emits the selected rows of a batch: the last thing done with it.
    ///
    /// - Parameters:
    ///   - watermark: The operator's, which they came behind.
    ///   - failures: Knows the operator, and the counters.
    static func emitSelected(
        of batch: RecordBatch, at watermark: Watermark, _ failures: RowFailures,
        into output: any OperatorOutput
    ) throws {
        guard batch.selection.count > 0 else { return }
        guard output.isConsumed(.late) else {
            failures.counters.lateDropped.add(batch.selection.count, ordering: .relaxed)
            return
        }
        batch.lateness = Lateness(operatorID: failures.knownOperatorID, watermark: watermark)
        defer { batch.lateness = nil }
        try output.emit(batch, to: .late)
    }
}
