internal import Synchronization

/// Memory of released chunks of the usual size, to be filled again.
///
/// Memory fresh from the kernel is cleared page by page and faulted in, which costs more than
/// filling it. The chunk released last is given out first: it is the likeliest to be in a cache.
///
/// - Threading: any. One lock a megabyte of records.
final class FreeChunks: Sendable {
    static let shared = FreeChunks()
    /// Chunks kept, at most; more go back to the allocator.
    static let countMax = 12

    /// Proof of `@unchecked`: nobody else has the addresses.
    private struct Addresses: @unchecked Sendable {
        var list: [UnsafeMutableRawPointer] = []
    }
    private let free = Mutex(Addresses())

    /// - Returns: ``ByteArena/chunkByteCount`` bytes and the padding, with any content; nil if there
    ///   are none.
    func take() -> UnsafeMutableRawPointer? {
        free.withLock { $0.list.popLast().map(Chunk.init) }?.bytes
    }

    /// - Returns: False if there are enough: then the memory stays the caller's.
    func keep(_ bytes: UnsafeMutableRawPointer) -> Bool {
        let chunk = Chunk(bytes: bytes)
        return free.withLock {
            guard $0.list.count < FreeChunks.countMax else { return false }
            $0.list.append(chunk.bytes)
            return true
        }
    }

    /// Passes through the lock. Proof of `@unchecked`: has one owner at a time.
    private struct Chunk: @unchecked Sendable {
        let bytes: UnsafeMutableRawPointer
    }
}
