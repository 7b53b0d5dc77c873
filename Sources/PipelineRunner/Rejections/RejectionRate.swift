/// Decides whether a dead-letter sink has had more records than its `max_rate` allows.
///
/// Pure: events in, with the time of each; a verdict out. What counts is a window that slides: the time
/// `per` before the present, in ``sliceCount`` slices, so that it is right to a sixtieth.
///
/// A share says little while few records have been read. It is judged once ``readCountMin`` records have
/// been read within the window, or a whole window has passed since counting began. A number is judged
/// at once.
///
/// - Cost: O(1) an event, O(``sliceCount``) after a pause; a fixed ring of memory.
struct RejectionRate {
    /// What is too much.
    enum Limit: Hashable, Sendable {
        /// More rejected records than this share of those read, 0 or more and below 100.
        case percent(Double)
        /// More rejected records than this.
        case count(Int64)
    }

    /// What was found beyond the limit.
    struct Excess: Hashable {
        let rejected: Int64
        let read: Int64
    }

    static let sliceCount = 60
    static let readCountMin: Int64 = 100

    private struct Slice {
        var read: Int64 = 0
        var rejected: Int64 = 0
    }

    let limit: Limit
    let perMilliseconds: Int64
    private let sliceMilliseconds: Int64
    private let beginMilliseconds: Int64
    private var slices = [Slice](repeating: Slice(), count: Self.sliceCount)
    /// The number of the slice that holds the present, counted from the beginning.
    private var current: Int64 = 0
    /// Of all slices.
    private var total = Slice()

    /// - Parameters:
    ///   - perMilliseconds: How long a window is, at least 1.
    ///   - now: Milliseconds of a clock that does not go back; counting begins.
    init(_ limit: Limit, perMilliseconds: Int64, now: Int64) {
        precondition(perMilliseconds > 0)
        self.limit = limit
        self.perMilliseconds = perMilliseconds
        let count = Int64(Self.sliceCount)
        sliceMilliseconds = (perMilliseconds - 1) / count + 1
        beginMilliseconds = now
    }

    /// Sources have read records.
    mutating func read(_ count: Int, now: Int64) {
        slices[advance(to: now)].read += Int64(count)
        total.read += Int64(count)
    }

    /// Records came to the sink.
    ///
    /// - Returns: Nil if that is within the limit.
    mutating func rejected(_ count: Int, now: Int64) -> Excess? {
        slices[advance(to: now)].rejected += Int64(count)
        total.rejected += Int64(count)
        return isTooMuch(now) ? Excess(rejected: total.rejected, read: total.read) : nil
    }

    private func isTooMuch(_ now: Int64) -> Bool {
        switch limit {
        case .count(let count): return total.rejected > count
        case .percent(let percent):
            let isWhole = now - beginMilliseconds >= perMilliseconds
            guard isWhole || total.read >= Self.readCountMin else { return false }
            return Double(total.rejected) * 100 > percent * Double(total.read)
        }
    }

    /// Forgets the slices that the window has left.
    ///
    /// - Returns: Where the present's is.
    private mutating func advance(to now: Int64) -> Int {
        let wanted = max(current, (now - beginMilliseconds) / sliceMilliseconds)
        let count = Int64(Self.sliceCount)
        for number in stride(from: max(current + 1, wanted - count + 1), through: wanted, by: 1) {
            let index = Int(number % count)
            total.read -= slices[index].read
            total.rejected -= slices[index].rejected
            slices[index] = Slice()
        }
        current = wanted
        return Int(wanted % count)
    }
}
