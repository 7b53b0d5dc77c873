internal import StreamAPI
internal import StreamCore

/// Where a session's bounds lie in a key's words: behind the accumulators.
///
/// ```
/// start i64 | end i64 | others u64
/// ```
///
/// A key's first session is in level 0, its others in the levels above, one a level. `others`, in
/// level 0 only, is how many of these there are. Words that are zero are no session: the end of one is
/// above its start.
struct SessionWords {
    static let count = 3
    /// The accumulators' words.
    let accumulatorWordCount: Int

    @inline(__always)
    func bounds(_ words: UnsafePointer<UInt64>) -> SessionBounds {
        SessionBounds(
            start: Int64(bitPattern: words[accumulatorWordCount]),
            end: Int64(bitPattern: words[accumulatorWordCount + 1]))
    }
    @inline(__always)
    func set(_ bounds: SessionBounds, _ words: StateSlot) {
        words[accumulatorWordCount] = UInt64(bitPattern: bounds.start)
        words[accumulatorWordCount + 1] = UInt64(bitPattern: bounds.end)
    }
    @inline(__always)
    func otherCount(_ words: UnsafePointer<UInt64>) -> UInt64 { words[accumulatorWordCount + 2] }
    @inline(__always)
    func addOthers(_ count: Int, _ words: StateSlot) {
        words[accumulatorWordCount + 2] &+= UInt64(bitPattern: Int64(count))
    }
}

/// A session: from its first row's time to its last row's time and the gap.
struct SessionBounds: Equatable {
    var start: Int64
    /// Exclusive.
    var end: Int64

    /// The session of one row alone.
    init(time: Int64, gap: Int64) {
        let (end, overflow) = time.addingReportingOverflow(gap)
        start = time
        self.end = overflow ? .max : end
    }
    init(start: Int64, end: Int64) {
        self.start = start
        self.end = end
    }

    @inline(__always)
    var isEmpty: Bool { end <= start }
    /// Whether both are one session; they are where they touch, too (Flink's
    /// `TimeWindow.intersects`).
    @inline(__always)
    func joins(_ other: SessionBounds) -> Bool { start <= other.end && end >= other.start }
    @inline(__always)
    func joined(_ other: SessionBounds) -> SessionBounds {
        SessionBounds(start: min(start, other.start), end: max(end, other.end))
    }
}
