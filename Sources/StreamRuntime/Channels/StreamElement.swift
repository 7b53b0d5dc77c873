internal import StreamCore

/// What travels through a channel (Flink's `StreamElement`).
enum StreamElement {
    /// Owned by whoever holds the element: the channel hands it over.
    case batch(RecordBatch)
    case barrier(CheckpointBarrier)
    case watermark(Watermark)
    case status(StreamStatus)
    /// No batch follows; barriers may.
    case endOfInput
}
