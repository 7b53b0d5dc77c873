internal import StreamCore

/// Append-only records in chunks that never move, each found by a 32-bit reference.
///
/// ```
/// reference:  chunk number (16 bits) · 2^16 + offset / 4 (16 bits)
/// chunks:     1 KiB, doubled up to 256 KiB; a record that does not fit begins the next one
/// ```
///
/// Bytes are written once, before the reference is handed out, so whoever holds ``view()`` reads
/// them on another thread while records are appended behind.
struct RowChunks {
    typealias Reference = UInt32
    typealias Bases = UnsafeMutablePointer<UnsafeMutableRawPointer>

    /// No record.
    static let none = Reference.max
    private static let firstByteCount = 1 << 10
    private static let largestByteCount = 1 << 18
    /// Chunks, at most: about 16 GiB.
    static let countMax = 1 << 16 - 1
    /// Bytes of one record, at most.
    static let recordByteCountMax = 1 << 26

    /// The records as of one moment. Retains their memory.
    struct View {
        let chunks: [ByteChunk]
        /// Bytes used of each chunk.
        let used: [Int]

        @inline(__always)
        func address(_ reference: Reference) -> UnsafeMutableRawPointer {
            chunks[Int(reference &>> 16)].bytes + Int(reference & 0xffff) &* 4
        }
    }

    private(set) var chunks: [ByteChunk] = []
    /// Bytes used of the chunks that are full, and of the last one.
    private var used: [Int] = []
    /// The chunks' addresses, for look-ups without reference counting. Valid until the next append.
    private(set) var bases: Bases
    private var baseCapacity = 4
    private var free = 0
    private var capacity = 0
    /// Bytes allocated.
    private(set) var byteCount = 0

    init() { bases = .allocate(capacity: baseCapacity) }

    /// The owner calls it once, last. Chunks live on in views and batches.
    func deallocate() { bases.deallocate() }

    @inline(__always)
    func address(_ reference: Reference) -> UnsafeMutableRawPointer {
        RowChunks.address(reference, bases)
    }

    @inline(__always)
    static func address(_ reference: Reference, _ bases: Bases) -> UnsafeMutableRawPointer {
        bases[Int(reference &>> 16)] + Int(reference & 0xffff) &* 4
    }

    /// Room for a record, 4-byte aligned, to be written at once.
    ///
    /// - Returns: Nil if there are as many chunks as there may be.
    @inline(__always)
    mutating func append(_ byteCount: Int) -> Reference? {
        let padded = (byteCount &+ 3) & ~3
        if free &+ padded > capacity, !startChunk(padded) { return nil }
        let reference = UInt32(truncatingIfNeeded: (chunks.count &- 1) &<< 16 | free &>> 2)
        free &+= padded
        return reference
    }

    @inline(never)
    private mutating func startChunk(_ needed: Int) -> Bool {
        guard chunks.count < RowChunks.countMax else { return false }
        if !used.isEmpty { used[used.count - 1] = free }
        let usual =
            chunks.count < 8
            ? RowChunks.firstByteCount << chunks.count : RowChunks.largestByteCount
        capacity = max(needed, usual)
        let chunk = ByteChunk(capacity: capacity)
        if chunks.count == baseCapacity { growBases() }
        bases[chunks.count] = chunk.bytes
        chunks.append(chunk)
        used.append(0)
        free = 0
        byteCount += capacity
        return true
    }

    private mutating func growBases() {
        let larger = Bases.allocate(capacity: baseCapacity * 2)
        larger.update(from: bases, count: baseCapacity)
        bases.deallocate()
        bases = larger
        baseCapacity *= 2
    }

    /// Lets go of all records.
    mutating func removeAll() {
        chunks = []
        used = []
        free = 0
        capacity = 0
        byteCount = 0
    }

    /// What there is now, in time proportional to one retain, and a copy of one count a chunk.
    func view() -> View {
        var used = used
        if !used.isEmpty { used[used.count - 1] = free }
        return View(chunks: chunks, used: used)
    }
}

/// One bit for each record of ``RowChunks``, shared with snapshots page by page.
struct RowFlags {
    /// The bits of one chunk: one for every 4 bytes.
    final class Page {
        static let wordCount = 1 << 10
        let words: UnsafeMutablePointer<UInt64>
        init() {
            words = .allocate(capacity: Page.wordCount)
            words.initialize(repeating: 0, count: Page.wordCount)
        }
        init(copying other: Page) {
            words = .allocate(capacity: Page.wordCount)
            words.update(from: other.words, count: Page.wordCount)
        }
        deinit { words.deallocate() }
    }

    /// By chunk; nil where no bit is set.
    private(set) var pages: [Page?] = []

    @inline(__always)
    func isSet(_ reference: RowChunks.Reference) -> Bool {
        let chunk = Int(reference &>> 16)
        guard chunk < pages.count, let page = pages[chunk] else { return false }
        let bit = Int(reference & 0xffff)
        return page.words[bit &>> 6] &>> UInt64(bit & 63) & 1 != 0
    }

    /// A page that a snapshot shares is copied before its first change.
    mutating func set(_ reference: RowChunks.Reference) {
        let chunk = Int(reference &>> 16)
        while pages.count <= chunk { pages.append(nil) }
        let bit = Int(reference & 0xffff)
        own(chunk)
        pages[chunk]?.words[bit &>> 6] |= 1 &<< UInt64(bit & 63)
    }

    private mutating func own(_ chunk: Int) {
        if pages[chunk] != nil, isKnownUniquelyReferenced(&pages[chunk]) { return }
        pages[chunk] = pages[chunk].map { Page(copying: $0) } ?? Page()
    }

    mutating func removeAll() { pages = [] }
    var byteCount: Int { pages.reduce(0) { $0 + ($1 == nil ? 0 : Page.wordCount * 8) } }
}
