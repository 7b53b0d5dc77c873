internal import StreamCore

/// The buffered rows of one stretch of event time, by key: freed as a whole.
///
/// ```
/// keys:  KeyRecord, in order of first insertion
/// rows:  previous row of the key u32 | key u32 | time u32 (if kept) | RowCodec's bytes
/// ```
///
/// A row's time is counted from the slice's beginning. Everything but ``table`` and the flags is
/// append-only, so a snapshot shares it.
struct TimeSlice {
    /// Of one input.
    struct Side {
        var rows = RowChunks()
        /// Rows with a mark: of an interval join those that have matched, of a session join those
        /// whose session is closed.
        var flags = RowFlags()
        /// Without those of closed sessions.
        var rowCount = 0
        /// The rows are gone: nothing may follow a reference to them.
        var isFreed = false
    }

    /// Milliseconds since the epoch.
    let start: Int64
    var keys = RowChunks()
    var table: SliceTable
    /// Timers that point to this slice.
    var timerCount = 0
    /// By ``JoinSide``.
    let sides: UnsafeMutablePointer<Side>

    init(start: Int64, keepsSpans: Bool) {
        self.start = start
        table = SliceTable(keepsSpans: keepsSpans)
        sides = .allocate(capacity: 2)
        for side in 0..<2 { (sides + side).initialize(to: Side()) }
    }

    /// The owner calls it once, last.
    func deallocate() {
        keys.deallocate()
        table.deallocate()
        for side in 0..<2 { sides[side].rows.deallocate() }
        sides.deinitialize(count: 2)
        sides.deallocate()
    }

    subscript(side: JoinSide) -> UnsafeMutablePointer<Side> { sides + side.rawValue }

    /// Memory held, in bytes.
    var byteCount: Int {
        (0..<2).reduce(keys.byteCount + table.byteCount) {
            $0 + sides[$1].rows.byteCount + sides[$1].flags.byteCount
        }
    }

    /// Lets go of one side's rows.
    mutating func free(_ side: JoinSide) {
        guard !self[side].pointee.isFreed else { return }
        self[side].pointee.isFreed = true
        self[side].pointee.rows.removeAll()
        self[side].pointee.flags.removeAll()
        self[side].pointee.rowCount = 0
    }
}

typealias SlicePointer = UnsafeMutablePointer<TimeSlice>

/// How a row lies in front of its codec's bytes.
struct RowFrame: Sendable {
    /// Whether each row has its time: sessions and intervals ask for it, windows do not.
    let keepsTimes: Bool
    var headerByteCount: Int { keepsTimes ? 12 : 8 }

    @inline(__always)
    static func previous(_ row: UnsafeRawPointer) -> RowChunks.Reference {
        row.load(as: UInt32.self)
    }
    @inline(__always)
    static func key(_ row: UnsafeRawPointer) -> RowChunks.Reference {
        row.load(fromByteOffset: 4, as: UInt32.self)
    }
    /// Milliseconds from the slice's beginning.
    @inline(__always)
    static func time(_ row: UnsafeRawPointer) -> UInt32 {
        row.load(fromByteOffset: 8, as: UInt32.self)
    }
}
