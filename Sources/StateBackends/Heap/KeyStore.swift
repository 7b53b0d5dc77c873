internal import StreamCore

/// The keys of one key group: append-only chunks that never move, so a snapshot reads them while the
/// task appends.
///
/// A key is its length (one byte, or 255 and a u32) and its bytes; its reference is chunk · 4096 +
/// offset. A key that does not fit a quarter of a chunk has a chunk of its own.
struct KeyStore {
    static let chunkShift = 12
    static let chunkByteCount = 1 << chunkShift
    static let chunkCountMax = 1 << 20
    private static let longLength: UInt8 = 255

    private(set) var chunks: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
    private(set) var chunkCount = 0
    private var chunkCapacity = 4
    private var current = 0
    private var used = KeyStore.chunkByteCount
    /// Bytes of all keys, without lengths.
    private(set) var keyByteCount = 0
    /// Bytes allocated.
    private(set) var byteCount: Int

    init() {
        chunks = .allocate(capacity: chunkCapacity)
        byteCount = chunkCapacity * 8
    }

    func deallocate() {
        for index in 0..<chunkCount { chunks[index].deallocate() }
        chunks.deallocate()
    }

    /// - Parameter retired: Receives the former directory of chunks when that is replaced.
    /// - Returns: Nil if the key group's keys have all the chunks that there may be.
    mutating func append(
        _ key: ByteSlice, retired: inout [UnsafeMutableRawPointer]
    ) -> UInt32? {
        let header = key.count < Int(KeyStore.longLength) ? 1 : 5
        let needed = header + key.count
        let isLarge = needed > KeyStore.chunkByteCount / 4
        if isLarge || used + needed > KeyStore.chunkByteCount {
            let capacity = isLarge ? needed : KeyStore.chunkByteCount
            guard addChunk(capacity, &retired) else { return nil }
        }
        let chunk = isLarge ? chunkCount - 1 : current
        let offset = isLarge ? 0 : used
        if !isLarge { used += needed }
        write(key, header, chunks[chunk] + offset)
        keyByteCount += key.count
        return UInt32(chunk << KeyStore.chunkShift | offset)
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
    private mutating func addChunk(
        _ capacity: Int, _ retired: inout [UnsafeMutableRawPointer]
    ) -> Bool {
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

    private mutating func growDirectory(_ retired: inout [UnsafeMutableRawPointer]) {
        let larger = UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>.allocate(
            capacity: chunkCapacity * 2)
        larger.update(from: chunks, count: chunkCount)
        retired.append(UnsafeMutableRawPointer(chunks))
        chunks = larger
        byteCount += chunkCapacity * 8
        chunkCapacity *= 2
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
