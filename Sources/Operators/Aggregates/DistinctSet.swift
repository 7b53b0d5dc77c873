internal import StreamAPI
internal import StreamCore

/// The different values of a `DISTINCT` call and one key, in a word that owns bytes.
///
/// ```
/// set:     entries u32 | bits u32 | bucket u32 × 2^bits | entry × entries
/// bucket:  0: free; else 1 + where the entry begins, counted from the first entry
/// entry:   length u32 | bytes                           in the order of their first coming
/// ```
///
/// An open-addressing table, at most half full; a value's bucket follows from xxh3-64 of its bytes,
/// which are those of docs/state-format.md. An absent set is empty. The bytes may come from a file:
/// offsets and lengths are checked at each use, and what leads out of the set is no entry.
struct DistinctSet {
    private static let headerByteCount = 8
    private static let bitsMin: UInt32 = 2
    private static let bitsMax: UInt32 = 24

    private let bytes: UnsafeRawBufferPointer
    private let entryCount: UInt32
    private let bits: UInt32

    /// - Parameter value: As ``KeyedStateBackend/bytes(at:)`` gives it.
    init(_ value: ByteSlice) {
        let all = UnsafeRawBufferPointer(start: value.base, count: value.count)
        let isWhole = all.count >= DistinctSet.headerByteCount
        let bits = isWhole ? all.loadUnaligned(fromByteOffset: 4, as: UInt32.self) : 0
        let isGood =
            isWhole && bits <= DistinctSet.bitsMax
            && all.count >= DistinctSet.headerByteCount + 4 << Int(bits)
        self.bits = isGood ? bits : 0
        entryCount = isGood ? all.loadUnaligned(as: UInt32.self) : 0
        bytes = isGood ? all : UnsafeRawBufferPointer(start: nil, count: 0)
    }

    var count: Int { Int(entryCount) }
    private var entriesStart: Int { DistinctSet.headerByteCount + 4 << Int(bits) }
    private var mask: UInt32 { 1 << bits - 1 }

    func contains(_ value: ByteSlice) -> Bool {
        guard !bytes.isEmpty else { return false }
        var bucket = UInt32(truncatingIfNeeded: DistinctSet.hash(value)) & mask
        // Ends: a bucket is seen once.
        for _ in 0...mask {
            let content = bytes.loadUnaligned(
                fromByteOffset: DistinctSet.headerByteCount + 4 * Int(bucket), as: UInt32.self)
            if content == 0 { return false }
            if let entry = entry(at: entriesStart + Int(content) - 1),
                compareBytes(entry, value) == 0
            {
                return true
            }
            bucket = (bucket &+ 1) & mask
        }
        return false
    }

    /// The entry that begins at a byte of the set; nil where none can.
    private func entry(at start: Int) -> ByteSlice? {
        guard start + 4 <= bytes.count else { return nil }
        let length = Int(bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
        guard start + 4 + length <= bytes.count, let base = bytes.baseAddress else { return nil }
        return ByteSlice(
            base: (base + start + 4).assumingMemoryBound(to: UInt8.self), count: length)
    }

    /// Calls `body` with each value, in the order of their coming.
    func forEach(_ body: (ByteSlice) -> Void) {
        var start = entriesStart
        for _ in 0..<count {
            guard let entry = entry(at: start) else { return }
            body(entry)
            start += 4 + entry.count
        }
    }

    private var isFull: Bool { bytes.isEmpty || (count + 1) * 2 > 1 << Int(bits) }
    private var bitsToInsert: UInt32 {
        if bytes.isEmpty { return DistinctSet.bitsMin }
        return isFull ? bits + 1 : bits
    }

    /// Bytes of the set with one more value of `count` bytes.
    func byteCount(inserting count: Int) -> Int {
        let entries = bytes.isEmpty ? 0 : bytes.count - entriesStart
        return DistinctSet.headerByteCount + 4 << Int(bitsToInsert) + entries + 4 + count
    }

    private static func hash(_ value: ByteSlice) -> UInt64 {
        StableHash.xxh3(value.base, value.count)
    }

    // MARK: Changing

    /// Adds a value that is not in the set; the result is at most ``Accumulator/valueByteCountMax``
    /// bytes, which the caller has checked.
    static func insert(
        _ value: ByteSlice, at word: StateSlot, _ state: any KeyedStateBackend
    ) {
        let old = DistinctSet(state.bytes(at: word))
        let bits = old.bitsToInsert
        let byteCount = old.byteCount(inserting: value.count)
        let oldStart = old.bytes.isEmpty ? 0 : old.entriesStart
        let entryByteCount = old.bytes.isEmpty ? 0 : old.bytes.count - oldStart
        let target = UnsafeMutableRawPointer(state.resizeBytes(to: byteCount, at: word))
        let start = headerByteCount + 4 << Int(bits)
        if bits != old.bits || old.bytes.isEmpty {
            (target + start).copyMemory(from: target + oldStart, byteCount: entryByteCount)
            (target + headerByteCount).initializeMemory(
                as: UInt8.self, repeating: 0, count: 4 << Int(bits))
        }
        let end = target + start + entryByteCount
        end.storeBytes(of: UInt32(truncatingIfNeeded: value.count), as: UInt32.self)
        if let base = value.base { (end + 4).copyMemory(from: base, byteCount: value.count) }
        target.storeBytes(of: old.entryCount + 1, as: UInt32.self)
        target.storeBytes(of: bits, toByteOffset: 4, as: UInt32.self)
        if bits != old.bits || old.bytes.isEmpty {
            place(target, byteCount, bits, from: start, count: old.count + 1)
        } else {
            place(target, byteCount, bits, from: start + entryByteCount, count: 1)
        }
    }

    /// Puts `count` entries, the first at byte `from`, into free buckets.
    private static func place(
        _ target: UnsafeMutableRawPointer, _ byteCount: Int, _ bits: UInt32, from: Int, count: Int
    ) {
        let set = DistinctSet(
            ByteSlice(
                base: UnsafePointer(target.assumingMemoryBound(to: UInt8.self)), count: byteCount))
        var start = from
        for _ in 0..<count {
            guard let entry = set.entry(at: start) else { return }
            var bucket = UInt32(truncatingIfNeeded: hash(entry)) & set.mask
            var bucketsLeft = Int(set.mask) + 1
            while bucketsLeft > 0, set.isTaken(bucket) {
                bucket = (bucket &+ 1) & set.mask
                bucketsLeft -= 1
            }
            let content = UInt32(truncatingIfNeeded: start - set.entriesStart + 1)
            target.storeBytes(
                of: content, toByteOffset: headerByteCount + 4 * Int(bucket), as: UInt32.self)
            start += 4 + entry.count
        }
    }

    private func isTaken(_ bucket: UInt32) -> Bool {
        let offset = DistinctSet.headerByteCount + 4 * Int(bucket)
        return bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self) != 0
    }
}
