public import Synchronization

/// Counts of one subtask, read by other threads for progress and metrics. Added to once a batch.
public final class RecordCounters: Sendable {
    public let recordsIn = Atomic<Int>(0)
    public let recordsOut = Atomic<Int>(0)
    public let bytesIn = Atomic<Int>(0)
    /// Records that `on_error: drop` left out.
    public let dropped = Atomic<Int>(0)
    /// Rows that came too late for their window and that nothing reads (Flink's
    /// `numLateRecordsDropped`).
    public let lateDropped = Atomic<Int>(0)
    /// Rows whose event time was too far ahead to move the watermark.
    public let leading = Atomic<Int>(0)
    /// How long some split of the source subtask has waited for its alignment group.
    public let alignmentWaitMilliseconds = Atomic<Int>(0)
    public init() {}
}
