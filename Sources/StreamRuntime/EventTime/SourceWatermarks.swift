internal import Glibc
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// Event time in one source subtask: each row's, and the watermark that they give.
///
/// - Threading: the subtask's thread.
final class SourceWatermarks {
    /// How often the reader is asked which splits are open.
    static let openSplitsIntervalMilliseconds: Int64 = 100

    private let assigner: any TimestampAssigner
    private let counters: RecordCounters
    /// Nil: the source waits for no other.
    private let alignment: SourceAlignment?
    private(set) var generator: WatermarkGenerator
    private var nextOpenSplits = Int64.min
    private var nextShow = Int64.min
    private var rows = SplitMaxima()

    init(
        _ assigner: any TimestampAssigner, _ generator: WatermarkGenerator,
        _ counters: RecordCounters, alignment: SourceAlignment? = nil
    ) {
        self.assigner = assigner
        self.alignment = alignment
        self.generator = generator
        self.counters = counters
    }

    /// Gives the rows of a batch their event times, and remembers the latest of each split. The
    /// watermark does not move before ``progress(_:)``.
    ///
    /// - Parameter openSplits: Asked for when a row is of a split that is not known.
    func receive(
        _ batch: RecordBatch, wallMilliseconds: Int64, nowMilliseconds: Int64,
        openSplits: () -> [SplitKey]
    ) throws {
        try assigner.assign(batch)
        guard let times = batch.eventTimes else {
            preconditionFailure("a timestamp assigner sets the event times")
        }
        let limit = LeadLimit(generator.strategy.maxLeadMilliseconds, wallMilliseconds)
        if !rows.collect(batch, times.integers, limit) {
            setOpen(openSplits(), of: batch, nowMilliseconds)
            // Every row's split is known now: at worst it was added for the row's own sake.
            _ = rows.collect(batch, times.integers, limit)
        }
        for (split, latest) in rows.takeMaxima() {
            generator.received(latest: latest, split: split, at: nowMilliseconds)
        }
        if rows.leadingCount > 0 {
            counters.leading.wrappingAdd(rows.leadingCount, ordering: .relaxed)
        }
    }

    /// Records of the last batch without an event time, for the source's side output.
    func takeErrors() -> RecordBatch? { assigner.takeErrors() }

    /// - Parameter openSplits: Asked for a few times a second.
    func progress(
        nowMilliseconds: Int64, openSplits: () -> [SplitKey]
    ) -> EventTimeProgress {
        if nowMilliseconds >= nextOpenSplits {
            nextOpenSplits = nowMilliseconds + Self.openSplitsIntervalMilliseconds
            generator.setOpen(openSplits(), at: nowMilliseconds)
            rows.setSplits(generator.splits.map(\.key))
        }
        return generator.progress(at: nowMilliseconds)
    }

    /// Whether the subtask reads nothing until its alignment group has caught up.
    var isPaused: Bool { alignment?.decision.isPaused ?? false }

    /// What the alignment group wants behind ``progress(nowMilliseconds:openSplits:)``; nil: the same
    /// as before.
    func align(nowMilliseconds: Int64, pausesSplits: Bool) -> SplitAlignment.Decision? {
        guard
            let decision = alignment?.update(
                generator, nowMilliseconds: nowMilliseconds, pausesSplits: pausesSplits)
        else { return nil }
        generator.setPaused(decision, at: nowMilliseconds)
        return decision
    }

    /// Tells who asks how far event time is; what holds it back a few times a second.
    func show(on gauge: EventTimeGauge, nowMilliseconds: Int64) {
        gauge.show(generator.watermark)
        guard nowMilliseconds >= nextShow else { return }
        nextShow = nowMilliseconds + Self.openSplitsIntervalMilliseconds
        gauge.show(
            EventTimeGauge.Source(hold: generator.hold, wait: alignment?.wait(generator.splits)))
        guard let alignment else { return }
        counters.alignmentWaitMilliseconds.store(
            Int(alignment.waitMilliseconds), ordering: .relaxed)
    }

    /// No row follows.
    func ended(_ gauge: EventTimeGauge) {
        alignment?.ended()
        gauge.showEnd()
    }

    private func setOpen(
        _ open: [SplitKey], of batch: RecordBatch, _ nowMilliseconds: Int64
    ) {
        let own = (0..<batch.selection.count).map { index in
            let place = batch.place(ofRow: Int(batch.selection.rows[index]))
            return SplitKey(topic: place.topic, partition: place.partition)
        }
        generator.setOpen(Array(Set(open).union(own)).sorted(), at: nowMilliseconds)
        rows.setSplits(generator.splits.map(\.key))
    }
}

/// How late a time may be to move the watermark: the record's own timestamp, and the wall clock, plus
/// the lead allowed.
struct LeadLimit {
    private let maxLead: Int64
    private let wallLimit: Int64

    init(_ maxLeadMilliseconds: Int64?, _ wallMilliseconds: Int64) {
        maxLead = maxLeadMilliseconds ?? .max
        wallLimit = Self.sum(wallMilliseconds, maxLead)
    }

    /// - Parameter recordTimestamp: Negative: the record has none.
    @inline(__always)
    func allows(_ eventTime: Int64, recordTimestamp: Int64) -> Bool {
        if eventTime > wallLimit { return false }
        return recordTimestamp < 0 || eventTime <= Self.sum(recordTimestamp, maxLead)
    }

    @inline(__always)
    private static func sum(_ a: Int64, _ b: Int64) -> Int64 {
        let (sum, overflows) = a.addingReportingOverflow(b)
        return overflows ? .max : sum
    }
}

/// The latest event time of each split among the rows of one batch.
struct SplitMaxima {
    private static let none = Int64.min
    private var keys: [SplitKey] = []
    /// The table of topics of the last batch.
    private var topics: [String] = []
    /// By position in ``topics`` and by partition number: the split's position; -1 for a partition
    /// that is not known.
    private var slots: [[Int32]] = []
    private var maxima: [Int64] = []
    private var isSeen: [Bool] = []
    /// Rows of the last batch that were too far ahead.
    private(set) var leadingCount = 0

    /// Gives each split its position; splits are only ever added.
    mutating func setSplits(_ keys: [SplitKey]) {
        guard keys.count != self.keys.count else { return }
        self.keys = keys
        slots = []
        maxima = Array(repeating: Self.none, count: keys.count)
        isSeen = Array(repeating: false, count: keys.count)
    }

    /// - Returns: False if a row is of a split that is not known; then nothing is to be taken.
    mutating func collect(
        _ batch: RecordBatch, _ times: UnsafeMutablePointer<Int64>, _ limit: LeadLimit
    ) -> Bool {
        // The comparison of one array with itself is that of two addresses.
        if batch.origin.topics != topics || slots.isEmpty {
            topics = batch.origin.topics
            slots = topics.map(slots(ofTopic:))
        }
        leadingCount = 0
        for index in maxima.indices {
            maxima[index] = Self.none
            isSeen[index] = false
        }
        return collectRows(batch, times, limit)
    }

    private func slots(ofTopic topic: String) -> [Int32] {
        let own = keys.enumerated().filter { $0.element.topic == topic }
        let count = own.map { Int($0.element.partition.rawValue) + 1 }.max() ?? 0
        var slots = [Int32](repeating: -1, count: count)
        for (index, key) in own { slots[Int(key.partition.rawValue)] = Int32(index) }
        return slots
    }

    // hot
    private mutating func collectRows(
        _ batch: RecordBatch, _ times: UnsafeMutablePointer<Int64>, _ limit: LeadLimit
    ) -> Bool {
        let origin = batch.origin
        let (rows, partitions, timestamps) = (
            batch.selection.rows, origin.partitions, origin.timestamps
        )
        let topicIndices = origin.topics.count > 1 ? origin.topicIndices : nil
        var (topic, partition, slot, latest) = (UInt16(0), Int32(-1), -1, Self.none)
        for index in 0..<batch.selection.count {
            let row = Int(rows[index])
            let rowTopic = topicIndices?[row] ?? 0
            if partitions[row] != partition || rowTopic != topic {
                if slot >= 0 { maxima[slot] = max(maxima[slot], latest) }
                (topic, partition) = (rowTopic, partitions[row])
                guard let found = self.slot(topic, partition) else { return false }
                slot = found
                isSeen[slot] = true
                latest = Self.none
            }
            if limit.allows(times[row], recordTimestamp: timestamps[row]) {
                latest = max(latest, times[row])
            } else {
                leadingCount &+= 1
            }
        }
        if slot >= 0 { maxima[slot] = max(maxima[slot], latest) }
        return true
    }

    @inline(__always)
    private func slot(_ topic: UInt16, _ partition: Int32) -> Int? {
        let slots = slots[Int(topic)]
        guard partition >= 0, Int(partition) < slots.count else { return nil }
        return slots[Int(partition)] < 0 ? nil : Int(slots[Int(partition)])
    }

    /// The splits that had rows, each with its latest event time, nil if none may count.
    func takeMaxima() -> [(split: Int, latest: Int64?)] {
        maxima.indices.filter { isSeen[$0] }.map { index in
            (index, maxima[index] == Self.none ? nil : maxima[index])
        }
    }
}

/// Clocks of a subtask.
enum SubtaskClock {
    /// Processing time for time-outs; never falls.
    static func monotonicMilliseconds() -> Int64 { read(CLOCK_MONOTONIC) }
    /// Since the epoch.
    static func wallMilliseconds() -> Int64 { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return Int64(now.tv_sec) &* 1000 &+ Int64(now.tv_nsec) / 1_000_000
    }
}
