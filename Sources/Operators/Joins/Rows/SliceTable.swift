internal import StreamCore

/// The keys of one slice of time: for each, its last row of either side.
///
/// ```
/// entry:  hash u32 | key u32 | last left row u32 | last right row u32        open addressing
/// ```
///
/// Rows are linked from the last to the first, so a row is never written again.
struct SliceTable {
    struct Entry {
        var hash: UInt32
        /// ``RowChunks/none``: the entry is free.
        var key: RowChunks.Reference
        var lastLeft: RowChunks.Reference
        var lastRight: RowChunks.Reference

        static var free: Entry {
            Entry(hash: 0, key: RowChunks.none, lastLeft: RowChunks.none, lastRight: RowChunks.none)
        }

        /// Whether no row is linked to it.
        var isEmpty: Bool { lastLeft == RowChunks.none && lastRight == RowChunks.none }

        @inline(__always)
        subscript(side: JoinSide) -> RowChunks.Reference {
            get { side == .left ? lastLeft : lastRight }
            set { if side == .left { lastLeft = newValue } else { lastRight = newValue } }
        }
    }

    /// The first and the last time of a key's rows, milliseconds from the slice's beginning.
    struct Span {
        var first: UInt32
        var last: UInt32
    }

    private static let entryCountMin = 16

    private(set) var entries: UnsafeMutablePointer<Entry>
    /// A power of two.
    private(set) var capacity: Int
    private(set) var keyCount = 0
    /// One an entry, in the same place; nil where sessions are not asked for.
    private var spans: UnsafeMutablePointer<Span>?

    init(keepsSpans: Bool) {
        capacity = SliceTable.entryCountMin
        entries = .allocate(capacity: capacity)
        entries.initialize(repeating: .free, count: capacity)
        spans = keepsSpans ? .allocate(capacity: capacity) : nil
    }

    func deallocate() {
        entries.deallocate()
        spans?.deallocate()
    }

    var byteCount: Int {
        let spanByteCount = spans == nil ? 0 : MemoryLayout<Span>.stride
        return capacity * (MemoryLayout<Entry>.stride + spanByteCount)
    }

    /// The span of an entry's rows; of a table that keeps spans, and an entry that has rows.
    func span(of entry: UnsafeMutablePointer<Entry>) -> UnsafeMutablePointer<Span> {
        guard let spans else { preconditionFailure("this table keeps no spans") }
        return spans + (entry - entries)
    }

    /// - Returns: The key's entry; nil if it has none. Valid until the next insertion.
    @inline(__always)
    func find(
        _ key: ByteSlice, _ hash: UInt64, _ keys: RowChunks.Bases
    ) -> UnsafeMutablePointer<Entry>? {
        let entry = place(key, hash, keys)
        return entry.pointee.key == RowChunks.none ? nil : entry
    }

    /// The key's entry, made if there was none; nil if `keys` is full.
    @inline(__always)
    mutating func findOrInsert(
        _ key: ByteSlice, _ hash: UInt64, _ keys: inout RowChunks
    ) -> UnsafeMutablePointer<Entry>? {
        let entry = place(key, hash, keys.bases)
        if entry.pointee.key != RowChunks.none { return entry }
        return insert(key, hash, &keys)
    }

    /// Calls `body` for every key's entry, in no order.
    func forEachEntry(_ body: (UnsafeMutablePointer<Entry>) -> Void) {
        for index in 0..<capacity where entries[index].key != RowChunks.none {
            body(entries + index)
        }
    }

    /// The key's entry, or the free one where it would be.
    @inline(__always)
    private func place(
        _ key: ByteSlice, _ hash: UInt64, _ keys: RowChunks.Bases
    ) -> UnsafeMutablePointer<Entry> {
        let low = UInt32(truncatingIfNeeded: hash)
        let mask = capacity &- 1
        var index = Int(low) & mask
        while true {  // Ends: three sixteenths of the entries are free.
            let entry = entries + index
            if entry.pointee.key == RowChunks.none { return entry }
            if entry.pointee.hash == low,
                haveEqualBytes(
                    KeyRecord.read(RowChunks.address(entry.pointee.key, keys)), key)
            {
                return entry
            }
            index = (index &+ 1) & mask
        }
    }

    @inline(never)
    private mutating func insert(
        _ key: ByteSlice, _ hash: UInt64, _ keys: inout RowChunks
    ) -> UnsafeMutablePointer<Entry>? {
        guard let reference = keys.append(KeyRecord.byteCount(key)) else { return nil }
        KeyRecord.write(key, to: keys.address(reference))
        if keyCount &* 16 >= capacity &* 13 { grow() }
        let entry = place(key, hash, keys.bases)
        entry.pointee.hash = UInt32(truncatingIfNeeded: hash)
        entry.pointee.key = reference
        keyCount += 1
        return entry
    }

    private mutating func grow() {
        let old = entries
        let oldSpans = spans
        let oldCapacity = capacity
        capacity = oldCapacity * 2
        entries = .allocate(capacity: capacity)
        if oldSpans != nil { spans = .allocate(capacity: capacity) }
        entries.initialize(repeating: .free, count: capacity)
        let mask = capacity - 1
        for position in 0..<oldCapacity where old[position].key != RowChunks.none {
            var index = Int(old[position].hash) & mask
            while entries[index].key != RowChunks.none { index = (index &+ 1) & mask }
            entries[index] = old[position]
            if let oldSpans { spans?[index] = oldSpans[position] }
        }
        old.deallocate()
        oldSpans?.deallocate()
    }
}

/// One of the two inputs of a join.
enum JoinSide: Int, CaseIterable, Sendable {
    case left = 0
    case right = 1
    var other: JoinSide { self == .left ? .right : .left }
}
