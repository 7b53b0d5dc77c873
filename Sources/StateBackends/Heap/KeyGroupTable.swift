internal import StreamAPI
internal import StreamCore

/// The open-addressing table of one key group.
///
/// ```
/// buckets:  u32 each: tag (8 bits of the hash) · 2^24 + entry number; all ones: empty
/// pages:    entries in order of their first insertion; see RowLayout
/// ```
///
/// Only the buckets are ever rearranged: growing reads each entry's stored hash and writes a new
/// array of 4 bytes a bucket, so 10,000,000 keys in 128 groups pause for well under a millisecond a
/// group, and entries, slots and running snapshots do not notice.
struct KeyGroupTable {
    static let empty = UInt32.max
    static let entryMask: UInt32 = 1 << 24 - 1
    private static let bucketCountMin = 16

    private(set) var buckets: UnsafeMutablePointer<UInt32>
    private(set) var bucketMask: UInt32
    /// Entries at which the buckets double: 13/16 of their number.
    private var growsAt: Int
    private(set) var entryCount = 0
    var pages: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private(set) var pageCount = 0
    private(set) var pageCapacity = 4
    /// The epoch since which no snapshot shares `pages`, the array.
    var directoryEpoch: UInt32 = 0
    var keys = KeyStore()
    private(set) var byteCount: Int

    init() {
        let bucketCount = KeyGroupTable.bucketCountMin
        buckets = .allocate(capacity: bucketCount)
        buckets.initialize(repeating: KeyGroupTable.empty, count: bucketCount)
        bucketMask = UInt32(bucketCount - 1)
        growsAt = bucketCount * 13 / 16
        pages = .allocate(capacity: pageCapacity)
        byteCount = bucketCount * 4 + pageCapacity * 8
    }

    func deallocate() {
        for index in 0..<pageCount { pages[index].deallocate() }
        pages.deallocate()
        buckets.deallocate()
        keys.deallocate()
    }

    /// Bits of the hash that neither the key group nor, in small tables, the bucket depends on.
    @inline(__always)
    static func tag(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash &>> 32) << 24
    }

    /// - Returns: The key's entry; -1 if it has none.
    @inline(__always)
    func find(_ key: ByteSlice, _ hash: UInt64, _ layout: RowLayout) -> Int {
        let low = UInt32(truncatingIfNeeded: hash)
        let tag = KeyGroupTable.tag(hash)
        var bucket = low & bucketMask
        while true {  // Ends: a fifth of the buckets is empty.
            let content = buckets[Int(bucket)]
            if content == KeyGroupTable.empty { return -1 }
            if content & ~KeyGroupTable.entryMask == tag {
                let entry = Int(content & KeyGroupTable.entryMask)
                let row = layout.row(entry, pages)
                if row.load(as: UInt32.self) == low {
                    let reference = row.load(fromByteOffset: 4, as: UInt32.self)
                    if isEqual(key, KeyStore.key(reference, keys.chunks)) { return entry }
                }
            }
            bucket = (bucket &+ 1) & bucketMask
        }
    }

    /// Adds an entry for a key that has none, its words zero.
    ///
    /// - Parameter epoch: A new page's.
    /// - Returns: The entry; nil if the key group is full.
    mutating func insert(
        _ key: ByteSlice, _ hash: UInt64, _ layout: RowLayout, epoch: UInt32,
        retired: inout [UnsafeMutableRawPointer]
    ) -> Int? {
        guard entryCount < HeapStateBackend.keysPerGroupMax else { return nil }
        guard let reference = keys.append(key, retired: &retired) else { return nil }
        if entryCount == growsAt { growBuckets(layout) }
        let entry = entryCount
        if entry &>> layout.rowShift == pageCount {
            addPage(layout.pageByteCount, epoch, &retired)
        }
        let row = layout.row(entry, pages)
        row.storeBytes(of: UInt32(truncatingIfNeeded: hash), as: UInt32.self)
        row.storeBytes(of: reference, toByteOffset: 4, as: UInt32.self)
        RowLayout.words(row).initialize(repeating: 0, count: layout.wordCount)
        entryCount = entry + 1
        place(entry, hash: UInt32(truncatingIfNeeded: hash), tag: KeyGroupTable.tag(hash))
        return entry
    }

    private mutating func addPage(
        _ pageByteCount: Int, _ epoch: UInt32, _ retired: inout [UnsafeMutableRawPointer]
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
        capacity: Int, epoch: UInt32, retired: inout [UnsafeMutableRawPointer]
    ) {
        let copy = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: capacity)
        copy.update(from: pages, count: pageCount)
        retired.append(UnsafeMutableRawPointer(pages))
        byteCount += (capacity - pageCapacity) * 8
        pages = copy
        pageCapacity = capacity
        directoryEpoch = epoch
    }

    private func place(_ entry: Int, hash: UInt32, tag: UInt32) {
        var bucket = hash & bucketMask
        while buckets[Int(bucket)] != KeyGroupTable.empty { bucket = (bucket &+ 1) & bucketMask }
        buckets[Int(bucket)] = tag | UInt32(truncatingIfNeeded: entry)
    }

    private mutating func growBuckets(_ layout: RowLayout) {
        let old = buckets
        let oldCount = Int(bucketMask) + 1
        let count = oldCount * 2
        buckets = .allocate(capacity: count)
        buckets.initialize(repeating: KeyGroupTable.empty, count: count)
        bucketMask = UInt32(count - 1)
        growsAt = count * 13 / 16
        byteCount += oldCount * 4
        for bucket in 0..<oldCount where old[bucket] != KeyGroupTable.empty {
            let entry = Int(old[bucket] & KeyGroupTable.entryMask)
            let hash = layout.row(entry, pages).load(as: UInt32.self)
            place(entry, hash: hash, tag: old[bucket] & ~KeyGroupTable.entryMask)
        }
        old.deallocate()
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
