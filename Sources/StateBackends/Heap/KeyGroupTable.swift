internal import StreamAPI
internal import StreamCore

/// The open-addressing table of one key group.
///
/// ```
/// buckets:  u32 each: tag (8 bits of the hash) · 2^24 + row number; or empty, or deleted
/// pages:    rows in order of their first insertion, rows of removed keys filled again; see RowLayout
/// ```
///
/// Only the buckets are ever rearranged: growing reads each row's stored hash and writes a new array
/// of 4 bytes a bucket, so 10,000,000 keys in 128 groups pause for a millisecond or two a group, and
/// rows, slots and running snapshots do not notice. (Compacting moves rows; KeyGroupTable+Removal.)
struct KeyGroupTable {
    static let empty = UInt32.max
    /// A removed key's: the search goes on.
    static let deleted = UInt32.max - 1
    static let entryMask: UInt32 = 1 << 24 - 1
    private static let bucketCountMin = 16

    var buckets: UnsafeMutablePointer<UInt32>
    private(set) var bucketMask: UInt32
    /// Buckets in use at which they are rearranged: 13/16 of their number, less ``growthLead``.
    private var growsAt: Int
    /// 256ths of the buckets. Key groups have nearly as many keys each, and would all grow in a batch
    /// or two if they grew at the same number.
    private let growthLead: Int
    /// Buckets that are ``deleted``.
    var deletedCount = 0
    /// Rows of `pages` that hold a key or have held one.
    private(set) var rowCount = 0
    /// Keys held now.
    var keyCount = 0
    /// The row that the next key takes, before new ones are; -1: none.
    var freeRow = -1
    var pages: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private(set) var pageCount = 0
    private(set) var pageCapacity = 4
    /// The epoch since which no snapshot shares `pages`, the array.
    var directoryEpoch: UInt32 = 0
    var keys = KeyStore()
    private(set) var byteCount: Int

    init(keyGroup: Int) {
        self.init(bucketCount: KeyGroupTable.bucketCountMin, growthLead: keyGroup % 32)
    }

    /// An empty table with room for the keys of `other`, and as many again.
    init(sizedFor other: KeyGroupTable) {
        var count = KeyGroupTable.bucketCountMin
        while count < other.keyCount * 2 { count *= 2 }
        self.init(bucketCount: count, growthLead: other.growthLead)
    }

    private init(bucketCount: Int, growthLead: Int) {
        self.growthLead = growthLead
        buckets = .allocate(capacity: bucketCount)
        buckets.initialize(repeating: KeyGroupTable.empty, count: bucketCount)
        bucketMask = UInt32(bucketCount - 1)
        growsAt = KeyGroupTable.growsAt(bucketCount, growthLead)
        pages = .allocate(capacity: pageCapacity)
        byteCount = bucketCount * 4 + pageCapacity * 8
    }

    private static func growsAt(_ bucketCount: Int, _ lead: Int) -> Int {
        bucketCount * (208 - lead) / 256
    }

    func deallocate() {
        for index in 0..<pageCount { pages[index].deallocate() }
        pages.deallocate()
        buckets.deallocate()
        keys.deallocate()
    }

    /// Bits of the hash that the key group does not depend on, nor the bucket below 2^24 of them.
    @inline(__always)
    static func tag(_ hash: UInt32) -> UInt32 { hash & ~entryMask }

    /// - Returns: The key's row; -1 if it has none.
    @inline(__always)
    func find(_ key: ByteSlice, _ hash: UInt64, _ layout: RowLayout) -> Int {
        let low = UInt32(truncatingIfNeeded: hash)
        let tag = KeyGroupTable.tag(low)
        var bucket = low & bucketMask
        while true {  // Ends: a fifth of the buckets is empty.
            let content = buckets[Int(bucket)]
            if content == KeyGroupTable.empty { return -1 }
            if content & ~KeyGroupTable.entryMask == tag, content != KeyGroupTable.deleted {
                let entry = Int(content & KeyGroupTable.entryMask)
                let row = layout.row(entry, pages)
                if RowLayout.hash(row) == low,
                    isEqual(key, KeyStore.key(RowLayout.key(row), keys.chunks))
                {
                    return entry
                }
            }
            bucket = (bucket &+ 1) & bucketMask
        }
    }

    /// Where a search for a key of this hash begins.
    @inline(__always)
    func bucket(ofHash hash: UInt64) -> UnsafePointer<UInt32> {
        UnsafePointer(buckets + Int(UInt32(truncatingIfNeeded: hash) & bucketMask))
    }

    /// The first row on the way whose tag is the hash's; -1: there is none, and no such key.
    @inline(__always)
    func candidate(_ hash: UInt64) -> Int {
        let low = UInt32(truncatingIfNeeded: hash)
        let tag = KeyGroupTable.tag(low)
        var bucket = low & bucketMask
        while true {  // Ends: a fifth of the buckets is empty.
            let content = buckets[Int(bucket)]
            if content & ~KeyGroupTable.entryMask == tag, content < KeyGroupTable.deleted {
                return Int(content & KeyGroupTable.entryMask)
            }
            if content == KeyGroupTable.empty { return -1 }
            bucket = (bucket &+ 1) & bucketMask
        }
    }

    // MARK: Inserting

    /// The row that the next insertion fills.
    var nextRow: Int { freeRow >= 0 ? freeRow : rowCount }

    /// Adds a row for a key that has none, its words zero.
    ///
    /// The page of ``nextRow`` must be writable, if there is one.
    ///
    /// - Parameter epoch: A new page's.
    /// - Returns: The row; nil if the key group is full.
    mutating func insert(
        _ key: ByteSlice, _ hash: UInt64, _ layout: RowLayout, epoch: UInt32,
        retired: inout RetiredMemory
    ) -> Int? {
        guard keyCount < HeapStateBackend.keysPerGroupMax else { return nil }
        guard let reference = keys.append(key, retired: &retired) else { return nil }
        if keyCount + deletedCount >= growsAt { rearrangeBuckets(layout) }
        let entry = takeRow(layout, epoch, &retired)
        let row = layout.row(entry, pages)
        RowLayout.set(UInt32(truncatingIfNeeded: hash), reference, of: row)
        RowLayout.words(row).initialize(repeating: 0, count: layout.wordCount)
        keyCount += 1
        place(entry, hash: UInt32(truncatingIfNeeded: hash))
        return entry
    }

    private mutating func takeRow(
        _ layout: RowLayout, _ epoch: UInt32, _ retired: inout RetiredMemory
    ) -> Int {
        if freeRow >= 0 {
            let entry = freeRow
            let next = RowLayout.hash(layout.row(entry, pages))
            freeRow = next == RowLayout.noRow ? -1 : Int(next)
            return entry
        }
        if rowCount &>> layout.rowShift == pageCount {
            addPage(layout.pageByteCount, epoch, &retired)
        }
        rowCount += 1
        return rowCount - 1
    }

    private mutating func addPage(
        _ pageByteCount: Int, _ epoch: UInt32, _ retired: inout RetiredMemory
    ) {
        if pageCount == pageCapacity {
            replaceDirectory(capacity: pageCapacity * 2, epoch: epoch, retired: &retired)
        }
        let page = UnsafeMutableRawPointer.allocate(byteCount: pageByteCount, alignment: 8)
        page.storeBytes(of: epoch, as: UInt32.self)
        pages[pageCount] = page
        pageCount += 1
        byteCount += pageByteCount
    }

    /// Copies the array of pages, so that the copy may be changed while a snapshot reads the old one.
    mutating func replaceDirectory(
        capacity: Int, epoch: UInt32, retired: inout RetiredMemory
    ) {
        let copy = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: capacity)
        copy.update(from: pages, count: pageCount)
        retired.append(UnsafeMutableRawPointer(pages), byteCount: pageCapacity * 8)
        byteCount += (capacity - pageCapacity) * 8
        pages = copy
        pageCapacity = capacity
        directoryEpoch = epoch
    }

    private mutating func place(_ entry: Int, hash: UInt32) {
        var bucket = hash & bucketMask
        // Ends: a fifth of the buckets is empty. `deleted` is the one content below `empty`.
        while buckets[Int(bucket)] < KeyGroupTable.deleted { bucket = (bucket &+ 1) & bucketMask }
        if buckets[Int(bucket)] == KeyGroupTable.deleted { deletedCount -= 1 }
        buckets[Int(bucket)] = KeyGroupTable.tag(hash) | UInt32(truncatingIfNeeded: entry)
    }

    /// Forgets all keys, none of which a snapshot may read. Memory that held keys since the last time
    /// is kept, and what is much more than those needed is not.
    mutating func removeAll(_ layout: RowLayout) {
        let pagesUsed = (rowCount + layout.rowMask) &>> layout.rowShift
        while pageCount > 2 * pagesUsed {
            pageCount -= 1
            pages[pageCount].deallocate()
            byteCount -= layout.pageByteCount
        }
        if Int(bucketMask) >= max(KeyGroupTable.bucketCountMin, 8 * keyCount) {
            replaceBuckets(count: max(KeyGroupTable.bucketCountMin, (Int(bucketMask) + 1) / 4))
        } else if keyCount + deletedCount > 0 {
            buckets.update(repeating: KeyGroupTable.empty, count: Int(bucketMask) + 1)
        }
        (rowCount, keyCount, deletedCount, freeRow) = (0, 0, 0, -1)
        keys.removeAll()
    }

    /// Twice the buckets; or as many, if enough of them are only marked as deleted.
    private mutating func rearrangeBuckets(_ layout: RowLayout) {
        let oldCount = Int(bucketMask) + 1
        replaceBuckets(count: keyCount * 4 > growsAt * 3 ? oldCount * 2 : oldCount)
        deletedCount = 0
        for entry in 0..<rowCount {
            let row = layout.row(entry, pages)
            if RowLayout.key(row) != RowLayout.noKey { place(entry, hash: RowLayout.hash(row)) }
        }
    }

    /// - Parameter count: A power of two.
    private mutating func replaceBuckets(count: Int) {
        byteCount += (count - Int(bucketMask) - 1) * 4
        buckets.deallocate()
        buckets = .allocate(capacity: count)
        buckets.initialize(repeating: KeyGroupTable.empty, count: count)
        bucketMask = UInt32(count - 1)
        growsAt = KeyGroupTable.growsAt(count, growthLead)
    }
}

/// Whether two slices have the same bytes; reads none beyond them.
@inline(__always)
func isEqual(_ a: ByteSlice, _ b: ByteSlice) -> Bool {
    guard a.count == b.count else { return false }
    let count = a.count
    guard let x = UnsafeRawPointer(a.base), let y = UnsafeRawPointer(b.base) else {
        return count == 0
    }
    if count >= 8 {
        // Whole words, then the last eight bytes, which may overlap the words before.
        var at = 0
        while at &+ 8 <= count {
            if x.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                != y.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            {
                return false
            }
            at &+= 8
        }
        return x.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            == y.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    }
    if count >= 4 {
        return x.loadUnaligned(as: UInt32.self) == y.loadUnaligned(as: UInt32.self)
            && x.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
                == y.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
    }
    for at in 0..<count
    where x.load(fromByteOffset: at, as: UInt8.self) != y.load(fromByteOffset: at, as: UInt8.self) {
        return false
    }
    return true
}
