public import StreamCore

/// When a reader may see a record again (Flink's `DeliveryGuarantee`).
public enum DeliveryGuarantee: String, Sendable, CaseIterable {
    case atLeastOnce = "at_least_once"
    case exactlyOnce = "exactly_once"
}

/// One subtask of a sink.
///
/// - Threading: the subtask's thread, but for ``cancel``.
public protocol SinkWriter: AnyObject {
    /// Writes the selected rows. Blocks for back-pressure, and after ``barrier(_:)`` until the next
    /// transaction may be written to; a wait ends with an error once `cancel` is called.
    func write(_ batch: RecordBatch) throws
    /// Everything written so far belongs to `barrier.id`; whatever follows, to a later one. Returns
    /// without waiting for the transaction.
    func barrier(_ barrier: CheckpointBarrier) throws
    /// What the checkpoint keeps of this subtask, after ``barrier(_:)``: for a sink whose output
    /// becomes visible by a ``SinkCommitter``, everything that is not known to be committed. Items are
    /// written with the checkpoint; the output is made durable by another thread before the checkpoint
    /// is acknowledged. Microseconds.
    func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot
    /// The checkpoint is durable and committed. A courtesy: it may be skipped after a failure.
    func notifyCheckpointComplete(_ checkpoint: CheckpointID) throws
    /// Ends every wait. Any thread.
    var cancel: @Sendable () -> Void { get }
    func close()
}

extension SinkWriter {
    public func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot { .empty }
    public func notifyCheckpointComplete(_ checkpoint: CheckpointID) throws {}
}
