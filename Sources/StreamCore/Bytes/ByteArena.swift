/// A block of bytes that slices point into, alive while anything retains it.
///
/// - Threading: filled by one thread, then only read; the last release may come from any thread.
public final class ByteChunk: @unchecked Sendable {
    // Proof of `@unchecked`: bytes are written once, before the chunk is shared.
    public let bytes: UnsafeMutableRawPointer
    /// Usable bytes; ``ByteArena/padding`` more are allocated behind them.
    public let capacity: Int

    /// A chunk of its own, for state that rows point into; batches use a ``ByteArena``.
    ///
    /// - Parameter capacity: Bytes, at least 0; uninitialised.
    public init(capacity: Int) {
        self.capacity = capacity
        let free = capacity == ByteArena.chunkByteCount ? FreeChunks.shared.take() : nil
        bytes = free ?? .allocate(byteCount: capacity + ByteArena.padding, alignment: 64)
    }

    deinit {
        let isKept = capacity == ByteArena.chunkByteCount && FreeChunks.shared.keep(bytes)
        if !isKept { bytes.deallocate() }
    }
}

/// Append-only memory in chunks that never move, so that slices into it stay valid.
///
/// One allocation per chunk, none per value. ``takeChunks()`` hands the filled chunks to a batch;
/// the arena goes on filling the last one behind what it has handed out.
public final class ByteArena {
    /// Readable bytes behind every value: simdjson reads up to 64 past the end of a document.
    public static let padding = 64
    /// A larger value gets a chunk of its own.
    public static let chunkByteCount = 1 << 20

    private var current: ByteChunk
    private var used = 0
    private var filled: [ByteChunk] = []

    public init() { current = ByteChunk(capacity: ByteArena.chunkByteCount) }

    /// Room for `count` bytes, uninitialised, 8-byte aligned when `aligned`.
    @inline(__always)
    public func allocate(_ count: Int, aligned: Bool = false) -> UnsafeMutablePointer<UInt8> {
        if aligned { used = (used &+ 7) & ~7 }
        if used &+ count > current.capacity { startChunk(atLeast: count) }
        let start = current.bytes + used
        used &+= count
        return start.assumingMemoryBound(to: UInt8.self)
    }

    /// Copies `count` bytes in.
    @inline(__always)
    public func append(_ source: UnsafeRawPointer, _ count: Int) -> ByteSlice {
        let target = allocate(count)
        UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count)
        return ByteSlice(base: target, count: count)
    }

    public func append(_ slice: ByteSlice) -> ByteSlice {
        guard let base = slice.base else { return slice }
        return append(base, slice.count)
    }

    /// Contiguous room of at least `minimum` bytes to fill in place; finish with ``commit(_:)``.
    public func reserve(atLeast minimum: Int) -> UnsafeMutableRawBufferPointer {
        if used &+ minimum > current.capacity { startChunk(atLeast: minimum) }
        return UnsafeMutableRawBufferPointer(
            start: current.bytes + used, count: current.capacity - used)
    }

    /// Counts the first `count` bytes of the last ``reserve(atLeast:)`` as used.
    public func commit(_ count: Int) {
        precondition(count >= 0 && used + count <= current.capacity)
        used += count
    }

    /// The chunks that hold everything appended since the last call. The last chunk is shared: the
    /// arena continues behind what has been handed out.
    public func takeChunks() -> [ByteChunk] {
        let chunks = filled + [current]
        filled.removeAll(keepingCapacity: true)
        return chunks
    }

    /// Forgets what was appended since the last ``takeChunks()``, and starts over at the beginning
    /// of the current chunk if nobody else holds it. For values that nothing outlives, so that
    /// they are written to the same, cached, memory again and again.
    public func recycle() {
        filled.removeAll(keepingCapacity: true)
        if isKnownUniquelyReferenced(&current) { used = 0 }
    }

    @inline(never)
    private func startChunk(atLeast count: Int) {
        if used > 0 { filled.append(current) }
        current = ByteChunk(capacity: max(count, ByteArena.chunkByteCount))
        used = 0
    }
}
