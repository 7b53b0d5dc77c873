/// Pauses between repeats: each twice the one before, up to a maximum. Pure.
struct BackOff {
    private var nextMilliseconds: Int64
    private let maxMilliseconds: Int64

    init(firstMilliseconds: Int64, maxMilliseconds: Int64) {
        nextMilliseconds = max(1, firstMilliseconds)
        self.maxMilliseconds = max(1, maxMilliseconds)
    }

    /// The next pause, cut at `deadline`; nil when the deadline has passed.
    mutating func pause(now: Int64, deadline: Int64) -> Int64? {
        guard now < deadline else { return nil }
        defer { nextMilliseconds = min(nextMilliseconds &* 2, maxMilliseconds) }
        return min(nextMilliseconds, maxMilliseconds, deadline - now)
    }
}
