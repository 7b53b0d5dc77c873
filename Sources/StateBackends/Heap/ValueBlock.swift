internal import StreamCore

/// A value of any length that a word owns: `capacity u32 | count u32 | bytes`, by its address.
struct ValueBlock {
    private static let headerByteCount = 8
    let pointer: UnsafeMutableRawPointer

    /// - Returns: Nil for the word 0: no value.
    @inline(__always)
    init?(_ word: UInt64) {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: UInt(word)) else { return nil }
        self.pointer = pointer
    }

    /// A block with a copy of `value` and a little room to grow.
    init(copying value: ByteSlice) {
        self.init(capacity: value.count)
        store(value)
    }

    /// An empty block with room for at least `capacity` bytes.
    init(capacity: Int) {
        let byteCount = (capacity + ValueBlock.headerByteCount + 15) & ~15
        pointer = .allocate(byteCount: byteCount, alignment: 8)
        let room = UInt32(byteCount - ValueBlock.headerByteCount)
        pointer.storeBytes(of: room, as: UInt32.self)
        pointer.storeBytes(of: 0, toByteOffset: 4, as: UInt32.self)
    }

    var word: UInt64 { UInt64(UInt(bitPattern: pointer)) }
    var capacity: Int { Int(pointer.load(as: UInt32.self)) }
    var byteCount: Int { capacity + ValueBlock.headerByteCount }
    var value: ByteSlice {
        let bytes = pointer + ValueBlock.headerByteCount
        return ByteSlice(
            base: UnsafePointer(bytes.assumingMemoryBound(to: UInt8.self)),
            count: Int(pointer.load(fromByteOffset: 4, as: UInt32.self)))
    }

    /// Overwrites the value; it must fit.
    func store(_ value: ByteSlice) {
        assert(value.count <= capacity)
        let count = UInt32(truncatingIfNeeded: value.count)
        pointer.storeBytes(of: count, toByteOffset: 4, as: UInt32.self)
        guard let base = value.base else { return }
        (pointer + ValueBlock.headerByteCount).copyMemory(from: base, byteCount: value.count)
    }

    /// Sets the number of bytes, at most ``capacity``, and leaves them as they are.
    func setCount(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        assert(count <= capacity)
        pointer.storeBytes(
            of: UInt32(truncatingIfNeeded: count), toByteOffset: 4, as: UInt32.self)
        return (pointer + ValueBlock.headerByteCount).assumingMemoryBound(to: UInt8.self)
    }

    func deallocate() { pointer.deallocate() }
}
