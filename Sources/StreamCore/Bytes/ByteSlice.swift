/// A view of bytes that some ``ByteChunk`` owns; laid out as C's `{ const uint8_t *; size_t; }`.
///
/// Whoever keeps a slice keeps its chunk (``RecordBatch/chunks``). An absent value (a null key, a
/// tombstone) has a nil `base`; an empty one has a base and count 0.
public struct ByteSlice {
    public var base: UnsafePointer<UInt8>?
    public var count: Int

    @inlinable
    public init(base: UnsafePointer<UInt8>?, count: Int) {
        self.base = base
        self.count = count
    }

    /// The absent value.
    public static var absent: ByteSlice { ByteSlice(base: nil, count: 0) }
    @inlinable public var isAbsent: Bool { base == nil }

    @inlinable
    public var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    /// A copy as text for messages and tests; never on the record path.
    public var text: String { String(decoding: buffer, as: UTF8.self) }
}
