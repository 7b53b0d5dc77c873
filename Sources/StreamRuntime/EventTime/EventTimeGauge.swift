package import StreamAPI
package import StreamCore
internal import Synchronization

/// How far event time has come in one subtask, and what holds it there.
///
/// - Threading: shown by the subtask's thread, read by any.
final class EventTimeGauge: Sendable {
    /// What a source subtask shows, a few times a second.
    struct Source: Sendable {
        /// Nil: no split, or all are idle.
        var hold: SplitHold?
        /// Nil: nothing waits.
        var wait: Wait?
    }

    /// Splits that wait for their alignment group.
    struct Wait: Sendable {
        let splits: [SplitKey]
        let group: String
        /// Whom the group waits for.
        let slowest: SubtaskID
        /// Monotonic.
        let sinceMilliseconds: Int64
    }

    private let watermarkValue = Atomic<Int64>(.min)
    /// -1: none.
    private let channelValue = Atomic<Int>(-1)
    private let endedValue = Atomic<Bool>(false)
    private let sourceValue = Mutex(Source())

    /// The last that the subtask has handed to its operators.
    var watermark: Watermark { Watermark(rawValue: watermarkValue.load(ordering: .relaxed)) }
    /// The input channel that holds the watermark back, if it is behind channels.
    var channel: Int? {
        let channel = channelValue.load(ordering: .relaxed)
        return channel < 0 ? nil : channel
    }
    var hasEnded: Bool { endedValue.load(ordering: .relaxed) }
    var source: Source { sourceValue.withLock(\.self) }

    func show(_ watermark: Watermark, heldBackBy channel: Int? = nil) {
        watermarkValue.store(watermark.rawValue, ordering: .relaxed)
        channelValue.store(channel ?? -1, ordering: .relaxed)
    }

    func show(_ source: Source) { sourceValue.withLock { $0 = source } }

    func showEnd() {
        endedValue.store(true, ordering: .relaxed)
        show(Source())
    }
}

/// The split of a source that holds its subtask's watermark where it is.
package struct SplitHold: Hashable, Sendable {
    package let split: SplitKey
    /// The split's own; `.min`: none yet.
    package let watermark: Watermark
    /// Whether a row has come in this run.
    package let hasRows: Bool
    /// Of its last row, or of its appearance; monotonic.
    package let lastRowMilliseconds: Int64
    /// Nil: it is never idle.
    package let idleTimeoutMilliseconds: Int64?

    package init(
        split: SplitKey, watermark: Watermark, hasRows: Bool, lastRowMilliseconds: Int64,
        idleTimeoutMilliseconds: Int64?
    ) {
        self.split = split
        self.watermark = watermark
        self.hasRows = hasRows
        self.lastRowMilliseconds = lastRowMilliseconds
        self.idleTimeoutMilliseconds = idleTimeoutMilliseconds
    }
}

/// What holds the watermark of an operator back.
package enum WatermarkHolder: Hashable, Sendable {
    case split(SplitHold, source: OperatorID)
    /// Rows wait in the channel from this vertex: the reader is the slow one, or waits for a barrier.
    case backlog(from: String)
}

/// How far event time is at one operator.
package struct WatermarkReading: Hashable, Sendable {
    package let operatorID: OperatorID
    /// The smallest over its subtasks that have not ended.
    package let watermark: Watermark
    /// Rows that its subtasks have taken in.
    package let recordsIn: Int
    /// Nil: nothing; all inputs are idle.
    package let holder: WatermarkHolder?

    package init(
        operatorID: OperatorID, watermark: Watermark, recordsIn: Int, holder: WatermarkHolder?
    ) {
        self.operatorID = operatorID
        self.watermark = watermark
        self.recordsIn = recordsIn
        self.holder = holder
    }
}

/// Splits of one source that wait for their alignment group.
package struct AlignmentReading: Hashable, Sendable {
    package let source: OperatorID
    package let splits: [SplitKey]
    package let group: String
    /// Since when some split of the subtask that has waited longest waits; monotonic.
    package let sinceMilliseconds: Int64
    /// Whom the group waits for.
    package let slowest: WatermarkHolder?

    package init(
        source: OperatorID, splits: [SplitKey], group: String, sinceMilliseconds: Int64,
        slowest: WatermarkHolder?
    ) {
        self.source = source
        self.splits = splits
        self.group = group
        self.sinceMilliseconds = sinceMilliseconds
        self.slowest = slowest
    }
}
