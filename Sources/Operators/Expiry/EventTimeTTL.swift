internal import StreamAPI
internal import StreamCore

/// When the state of a key goes that no row has touched for a time to live of event time: the clock of
/// `deduplicate` and of an aggregate's `state_ttl`.
///
/// Everything follows from event times and from the order of a key's rows. A row whose event time is
/// ``milliseconds`` or more behind the key's own finds no state any more: it begins the key anew. A row
/// is late when the watermark is so far beyond it: it could not be told any more whether it was one of
/// the old rows or a new first. So a key may be removed when the watermark is twice ``milliseconds``
/// beyond its time, at any later moment and in any order: no row that is not late sees a difference.
///
/// - Threading: one subtask.
struct EventTimeTTL {
    /// At least 1.
    let milliseconds: Int64
    private(set) var watermark = Watermark.min
    /// The key group that is looked through next.
    private var nextGroup = 0

    init(milliseconds: Int64) {
        precondition(milliseconds > 0)
        self.milliseconds = milliseconds
    }

    /// Before any row: where the snapshot's watermark was.
    mutating func restore(_ watermark: Watermark?) { self.watermark = watermark ?? .min }

    /// Whether a row comes too late to be judged.
    @inline(__always)
    func isLate(_ time: Int64) -> Bool { end(time) <= watermark.rawValue }

    /// Whether a row of event time `time` begins a key anew that has the time `last`.
    @inline(__always)
    func hasExpired(_ last: Int64, at time: Int64) -> Bool {
        // Unsigned, the difference fits whatever the two are.
        time >= last && UInt64(bitPattern: time &- last) >= UInt64(milliseconds)
    }

    /// Takes late rows out of the selection and notes them.
    func removeLate(
        _ selection: SelectionVector, _ times: UnsafePointer<Int64>, into late: SelectionVector
    ) {
        late.count = 0
        selection.keep { row in
            let isLate = isLate(times[row])
            if isLate {
                late.rows[late.count] = Int32(truncatingIfNeeded: row)
                late.count += 1
            }
            return !isLate
        }
    }

    /// Looks through one key group for keys that have expired: so many watermarks as there are groups
    /// see all of them.
    ///
    /// - Parameter time: A key's time, of its words.
    mutating func advance(
        to watermark: Watermark, _ state: any KeyedStateBackend,
        time: (UnsafePointer<UInt64>) -> Int64
    ) {
        guard watermark > self.watermark, state.keyGroups.count > 0 else { return }
        self.watermark = watermark
        let group = state.keyGroups.lower + nextGroup
        nextGroup = (nextGroup + 1) % state.keyGroups.count
        state.removeEntries(ofKeyGroup: group) { _, words in
            end(end(time(words))) <= watermark.rawValue
        }
    }

    private func end(_ time: Int64) -> Int64 {
        let (end, overflow) = time.addingReportingOverflow(milliseconds)
        return overflow ? .max : end
    }
}

/// The word of a key with `state_ttl`: the latest event time of its rows, ordered as they are, and 0
/// for a new key.
enum LastTimeWord {
    @inline(__always)
    static func time(_ word: UInt64) -> Int64 { Int64(bitPattern: word ^ (1 << 63)) }

    /// The earliest time there is cannot be told from a new key, and is taken for the next one.
    @inline(__always)
    static func word(_ time: Int64) -> UInt64 {
        UInt64(bitPattern: max(time, .min + 1)) ^ (1 << 63)
    }
}
