internal import StreamAPI
internal import StreamCore

/// Makes the watermark of one source subtask of the event times of its splits' rows.
///
/// ```
///   events[0]   latest 12:00:07   watermark 12:00:01.999      delay 5 s
///   events[1]   latest 12:00:05   watermark 11:59:59.999   <- the subtask's
///   events[2]   idle
///   events[3]   finished
/// ```
///
/// A split's watermark is its latest event time - delay - 1 ms, so a row that is exactly `delay`
/// late is still in time. The subtask's is the smallest over the splits that are neither idle nor
/// finished, and never falls. A split that has had no row holds it back until it is idle. One that is
/// paused by its alignment group does not become idle.
///
/// A pure state machine; times are parameters. Source: Flink's `BoundedOutOfOrdernessWatermarks`,
/// `WatermarksWithIdleness` and `WatermarkOutputMultiplexer`.
struct WatermarkGenerator: Sendable {
    struct Split: Sendable {
        let key: SplitKey
        var watermark: Watermark
        /// Processing time of its last row, or of its appearance.
        var lastRowMilliseconds: Int64
        var isIdle = false
        /// A row has come in this run.
        var hasRows = false
        /// False: it will give no more rows.
        var isOpen = true
        /// It waits for its alignment group, so that it has no rows says nothing.
        var isPaused = false

        var holdsBack: Bool { isOpen && !isIdle }
    }

    let strategy: WatermarkStrategy
    private(set) var splits: [Split] = []
    /// What the snapshot has of splits that have not appeared yet.
    private var restored: [SplitKey: Watermark]
    private(set) var watermark: Watermark
    private var status = StreamStatus.active

    /// - Parameters:
    ///   - restored: Each split's watermark in the snapshot, also of splits that other subtasks read.
    ///   - watermark: The subtask's in the snapshot: nothing at or below it comes out.
    init(
        _ strategy: WatermarkStrategy, restored: [SplitKey: Watermark] = [:],
        watermark: Watermark? = nil
    ) {
        self.strategy = strategy
        self.restored = restored
        self.watermark = watermark ?? .min
    }

    /// The splits that may still give rows: new ones are added, those that are missing are finished.
    mutating func setOpen(_ keys: [SplitKey], at nowMilliseconds: Int64) {
        let open = Set(keys)
        for index in splits.indices { splits[index].isOpen = open.contains(splits[index].key) }
        let known = Set(splits.map(\.key))
        for key in keys where !known.contains(key) {
            splits.append(
                Split(
                    key: key, watermark: restored.removeValue(forKey: key) ?? .min,
                    lastRowMilliseconds: nowMilliseconds))
        }
    }

    /// The splits that are not read until the group has caught up, of all that are known.
    mutating func setPaused(
        _ decision: SplitAlignment.Decision, at nowMilliseconds: Int64
    ) {
        for index in splits.indices {
            let isPaused =
                decision.isPaused || decision.pausedSplits.contains(splits[index].key)
            if splits[index].isPaused && !isPaused {
                splits[index].lastRowMilliseconds = nowMilliseconds
            }
            splits[index].isPaused = isPaused
        }
    }

    /// Rows of one split have come.
    ///
    /// - Parameters:
    ///   - split: Its position in ``splits``.
    ///   - latest: Their largest event time, in milliseconds; nil if none may move the watermark.
    mutating func received(latest: Int64?, split: Int, at nowMilliseconds: Int64) {
        splits[split].lastRowMilliseconds = nowMilliseconds
        splits[split].isIdle = false
        splits[split].hasRows = true
        guard let latest else { return }
        let (early, overflows) = latest.subtractingReportingOverflow(strategy.delayMilliseconds + 1)
        let reached = Watermark(rawValue: overflows ? .min : early)
        splits[split].watermark = max(splits[split].watermark, reached)
    }

    /// What has become of the subtask's watermark. Called behind the rows that were received.
    mutating func progress(at nowMilliseconds: Int64) -> EventTimeProgress {
        findIdle(at: nowMilliseconds)
        let new: StreamStatus = splits.contains(where: \.holdsBack) ? .active : .idle
        defer { status = new }
        return EventTimeProgress(watermark: rise(), status: new == status ? nil : new)
    }

    private mutating func findIdle(at nowMilliseconds: Int64) {
        guard let timeout = strategy.idleTimeoutMilliseconds else { return }
        for index in splits.indices
        where !splits[index].isPaused
            && nowMilliseconds - splits[index].lastRowMilliseconds >= timeout
        {
            splits[index].isIdle = true
        }
    }

    private mutating func rise() -> Watermark? {
        guard let holder = holdingBack, splits[holder].watermark > watermark else { return nil }
        watermark = splits[holder].watermark
        return watermark
    }

    /// The split that holds the subtask's watermark where it is; nil: none, all are idle or finished.
    var holdingBack: Int? {
        var result: Int?
        for index in splits.indices where splits[index].holdsBack {
            if let found = result, splits[found].watermark <= splits[index].watermark { continue }
            result = index
        }
        return result
    }

    /// ``holdingBack`` for who asks why.
    var hold: SplitHold? {
        holdingBack.map { index in
            let split = splits[index]
            return SplitHold(
                split: split.key, watermark: split.watermark, hasRows: split.hasRows,
                lastRowMilliseconds: split.lastRowMilliseconds,
                idleTimeoutMilliseconds: strategy.idleTimeoutMilliseconds)
        }
    }

    /// Each split's watermark, for the snapshot; splits without one are left out.
    var snapshot: [SplitKey: Watermark] {
        let pairs = splits.filter { $0.watermark > .min }.map { ($0.key, $0.watermark) }
        return Dictionary(pairs) { first, _ in first }
    }
}
