internal import StreamCore

/// The keys of one key group: chunks that never move, so a snapshot reads them while the task adds
/// keys.
///
/// A key is its length (one byte, or 255 and a u32) and its bytes; its reference is chunk · 4096 +
/// offset. A key that does not fit a quarter of a chunk has a chunk of its own. The block of a removed
/// key is used again for one of the same size, if it is a small one that no snapshot can read; others
/// are dead until the table is compacted.
struct KeyStore {
    static let chunkShift = 12
    static let chunkByteCount = 1 << chunkShift
    /// One less than 20 bits can number, so that no reference is all ones.
    static let chunkCountMax = 1 << 20 - 1
    private static let longLength: UInt8 = 255
    /// A free block holds the reference of the next one.
    private static let blockByteCountMin = 4
    /// Sizes of blocks that are used again.
    private static let freeListCount = 256
    private static let noBlock = UInt32.max

    private(set) var chunks: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
    private(set) var chunkCount = 0
    private var chunkCapacity = 4
    /// The chunk that small keys are added to; -1: there is none.
    private var current = -1
    private var used = KeyStore.chunkByteCount
    /// The first free block of each size; nil until a key is removed.
    private var freeBlocks: UnsafeMutablePointer<UInt32>?
    /// Bytes of all keys, without lengths.
    private(set) var keyByteCount = 0
    /// Bytes of the blocks of removed keys.
    private(set) var deadByteCount = 0
    /// Bytes allocated.
    private(set) var byteCount: Int

    init() {
        chunks = .allocate(capacity: chunkCapacity)
        byteCount = chunkCapacity * 8
    }

    func deallocate() {
        for index in 0..<chunkCount { chunks[index].deallocate() }
        chunks.deallocate()
        freeBlocks?.deallocate()
    }

    /// Hands all memory that a snapshot may read to `retired`, and frees the rest.
    func retire(_ retired: inout RetiredMemory) {
        for index in 0..<chunkCount {
            // A large chunk counts as a small one: its size is not at hand.
            retired.append(
                UnsafeMutableRawPointer(chunks[index]), byteCount: KeyStore.chunkByteCount)
        }
        retired.append(UnsafeMutableRawPointer(chunks), byteCount: chunkCapacity * 8)
        freeBlocks?.deallocate()
    }

    /// Forgets all keys, none of which a snapshot may read; keeps one small chunk.
    mutating func removeAll() {
        for index in 0..<chunkCount where index != current { chunks[index].deallocate() }
        if current >= 0 { (chunks[0], current, used) = (chunks[current], 0, 0) }
        chunkCount = current + 1
        freeBlocks?.deallocate()
        freeBlocks = nil
        (keyByteCount, deadByteCount) = (0, 0)
        byteCount = chunkCapacity * 8 + chunkCount * KeyStore.chunkByteCount
    }

    // MARK: Adding

    /// - Parameter retired: Receives the former directory of chunks when that is replaced.
    /// - Returns: Nil if the key group's keys have all the chunks that there may be.
    mutating func append(_ key: ByteSlice, retired: inout RetiredMemory) -> UInt32? {
        let header = KeyStore.headerByteCount(key.count)
        let needed = max(KeyStore.blockByteCountMin, header + key.count)
        guard let reference = freeBlock(needed) ?? newBlock(needed, &retired) else { return nil }
        write(key, header, block(reference))
        keyByteCount += key.count
        return reference
    }

    private static func headerByteCount(_ count: Int) -> Int { count < Int(longLength) ? 1 : 5 }

    private mutating func newBlock(_ needed: Int, _ retired: inout RetiredMemory) -> UInt32? {
        let isLarge = needed > KeyStore.chunkByteCount / 4
        if isLarge || used + needed > KeyStore.chunkByteCount {
            let capacity = isLarge ? needed : KeyStore.chunkByteCount
            guard addChunk(capacity, &retired) else { return nil }
        }
        guard !isLarge else { return UInt32(chunkCount - 1) << UInt32(KeyStore.chunkShift) }
        defer { used += needed }
        return UInt32(current << KeyStore.chunkShift | used)
    }

    private func write(_ key: ByteSlice, _ header: Int, _ target: UnsafeMutablePointer<UInt8>) {
        if header == 1 {
            target[0] = UInt8(truncatingIfNeeded: key.count)
        } else {
            target[0] = KeyStore.longLength
            let length = UInt32(truncatingIfNeeded: key.count)
            UnsafeMutableRawPointer(target + 1).storeBytes(of: length, as: UInt32.self)
        }
        if let base = key.base { (target + header).update(from: base, count: key.count) }
    }

    /// A small chunk becomes the current one; a large one is full at once.
    private mutating func addChunk(_ capacity: Int, _ retired: inout RetiredMemory) -> Bool {
        guard chunkCount < KeyStore.chunkCountMax else { return false }
        if chunkCount == chunkCapacity { growDirectory(&retired) }
        chunks[chunkCount] = .allocate(capacity: capacity)
        byteCount += capacity
        if capacity == KeyStore.chunkByteCount {
            current = chunkCount
            used = 0
        }
        chunkCount += 1
        return true
    }

    private mutating func growDirectory(_ retired: inout RetiredMemory) {
        let larger = UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>.allocate(
            capacity: chunkCapacity * 2)
        larger.update(from: chunks, count: chunkCount)
        retired.append(UnsafeMutableRawPointer(chunks), byteCount: chunkCapacity * 8)
        chunks = larger
        byteCount += chunkCapacity * 8
        chunkCapacity *= 2
    }

    // MARK: Removing

    /// - Parameter isShared: Whether some snapshot may still read the key.
    mutating func remove(_ reference: UInt32, isShared: Bool) {
        let count = KeyStore.key(reference, chunks).count
        let byteCount = max(KeyStore.blockByteCountMin, KeyStore.headerByteCount(count) + count)
        keyByteCount -= count
        deadByteCount += byteCount
        guard !isShared, byteCount < KeyStore.freeListCount else { return }
        let heads = freeBlocks ?? makeFreeLists()
        UnsafeMutableRawPointer(block(reference)).storeBytes(of: heads[byteCount], as: UInt32.self)
        heads[byteCount] = reference
    }

    private mutating func makeFreeLists() -> UnsafeMutablePointer<UInt32> {
        let heads = UnsafeMutablePointer<UInt32>.allocate(capacity: KeyStore.freeListCount)
        heads.initialize(repeating: KeyStore.noBlock, count: KeyStore.freeListCount)
        freeBlocks = heads
        byteCount += KeyStore.freeListCount * 4
        return heads
    }

    private mutating func freeBlock(_ byteCount: Int) -> UInt32? {
        guard let freeBlocks, byteCount < KeyStore.freeListCount else { return nil }
        let reference = freeBlocks[byteCount]
        guard reference != KeyStore.noBlock else { return nil }
        freeBlocks[byteCount] = UnsafeRawPointer(block(reference)).loadUnaligned(as: UInt32.self)
        deadByteCount -= byteCount
        return reference
    }

    // MARK: Reading

    /// Where a key's length and bytes are.
    @inline(__always)
    func address(_ reference: UInt32) -> UnsafePointer<UInt8> { UnsafePointer(block(reference)) }

    @inline(__always)
    private func block(_ reference: UInt32) -> UnsafeMutablePointer<UInt8> {
        chunks[Int(reference &>> UInt32(KeyStore.chunkShift))]
            + Int(reference & UInt32(KeyStore.chunkByteCount &- 1))
    }

    /// The key of a reference.
    @inline(__always)
    static func key(
        _ reference: UInt32, _ chunks: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
    ) -> ByteSlice {
        let start =
            chunks[Int(reference &>> UInt32(chunkShift))]
            + Int(reference & UInt32(chunkByteCount &- 1))
        guard start[0] == longLength else {
            return ByteSlice(base: start + 1, count: Int(start[0]))
        }
        let length = UnsafeRawPointer(start + 1).loadUnaligned(as: UInt32.self)
        return ByteSlice(base: start + 5, count: Int(length))
    }
}
