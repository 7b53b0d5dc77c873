internal import StreamAPI
internal import StreamCore

/// Decides which splits of one source subtask wait for the other sources of their group.
///
/// ```
///   the group's smallest watermark 12:00, max_drift 5 min
///   events[0]   12:04   read
///   events[1]   12:09   left out until the group has reached 12:04
/// ```
///
/// A split is ahead if its watermark is more than the drift behind which the group may lag. Splits that
/// are ahead are left out of reading. When every split is ahead, the subtask reads nothing at all: a
/// reader loses what it has fetched of a split that it leaves out, and keeps it while nobody asks. So
/// does a reader that cannot leave out single splits, once none of those that count is behind.
///
/// The split with the group's smallest watermark is never ahead, so somebody always reads.
///
/// A pure state machine. Source: Flink's FLIP-182 and FLIP-217.
struct SplitAlignment: Sendable {
    struct Decision: Hashable, Sendable {
        /// Nothing of the subtask is read.
        var isPaused = false
        /// What the reader leaves out; as before while ``isPaused``.
        var pausedSplits: [SplitKey] = []
    }

    let maxDriftMilliseconds: Int64
    private(set) var decision = Decision()

    init(maxDriftMilliseconds: Int64) {
        precondition(maxDriftMilliseconds >= 0)
        self.maxDriftMilliseconds = maxDriftMilliseconds
    }

    /// - Parameters:
    ///   - group: The smallest watermark of the group; `.max`: nobody is waited for.
    ///   - pausesSplits: Whether the reader can leave out single splits.
    /// - Returns: What is to be done now; nil: the same as before.
    mutating func update(
        _ splits: [WatermarkGenerator.Split], group: Watermark, pausesSplits: Bool
    ) -> Decision? {
        let limit = limit(group)
        var (openCount, aheadCount, readCount) = (0, 0, 0)
        for split in splits where split.isOpen {
            openCount += 1
            if split.watermark > limit {
                aheadCount += 1
            } else if !split.isIdle {
                readCount += 1
            }
        }
        var new = decision
        new.isPaused =
            aheadCount > 0 && readCount == 0 && (aheadCount == openCount || !pausesSplits)
        if !new.isPaused {
            let pauses = aheadCount > 0 && pausesSplits
            new.pausedSplits = pauses ? Self.ahead(splits, limit) : []
        }
        guard new != decision else { return nil }
        decision = new
        return new
    }

    /// Whether a split that is read is ahead.
    func findsNewAhead(_ splits: [WatermarkGenerator.Split], group: Watermark) -> Bool {
        let limit = limit(group)
        return splits.contains { $0.isOpen && !$0.isPaused && $0.watermark > limit }
    }

    private func limit(_ group: Watermark) -> Watermark {
        let (sum, overflows) = group.rawValue.addingReportingOverflow(maxDriftMilliseconds)
        return overflows ? .max : Watermark(rawValue: sum)
    }

    private static func ahead(
        _ splits: [WatermarkGenerator.Split], _ limit: Watermark
    ) -> [SplitKey] {
        splits.filter { $0.isOpen && $0.watermark > limit }.map(\.key)
    }
}
