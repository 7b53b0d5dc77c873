internal import StreamCore

/// Whether an input takes part in the progress of event time (Flink's `WatermarkStatus`).
enum StreamStatus: Hashable, Sendable {
    case active
    /// Nothing has come for a while: it does not hold the watermark back.
    case idle
}

/// What has changed in event time for whoever comes behind.
struct EventTimeProgress: Hashable, Sendable {
    /// Nil: it has not risen.
    var watermark: Watermark?
    /// Nil: it has not changed. Comes behind the watermark.
    var status: StreamStatus?

    var isNothing: Bool { watermark == nil && status == nil }
}
