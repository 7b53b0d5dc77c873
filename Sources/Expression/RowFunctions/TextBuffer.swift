internal import StreamCore

/// Collects the bytes of one text whose length is not known beforehand.
///
/// Owned by one function; reused from row to row, so that it allocates only to grow. What goes
/// beyond ``CompiledExpression/valueByteCountMax`` is not kept and noted.
final class TextBuffer {
    /// A buffer that one long text has made larger than this is given back at the next text.
    private static let keptByteCountMax = 1 << 20

    private(set) var bytes: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private(set) var isTooLong = false
    private var capacity = 256

    init() { bytes = .allocate(capacity: capacity) }

    deinit { bytes.deallocate() }

    /// Starts a new text.
    @inline(__always)
    func reset() {
        count = 0
        isTooLong = false
        if capacity > Self.keptByteCountMax { replace(256) }
    }

    @inline(__always)
    func append(_ byte: UInt8) {
        guard reserve(1) else { return }
        bytes[count] = byte
        count &+= 1
    }

    @inline(__always)
    func append(_ source: UnsafePointer<UInt8>, _ byteCount: Int) {
        guard byteCount > 0, reserve(byteCount) else { return }
        UnsafeMutableRawPointer(bytes + count).copyMemory(from: source, byteCount: byteCount)
        count &+= byteCount
    }

    @inline(__always)
    func append(_ slice: ByteSlice) {
        guard let base = slice.base else { return }
        append(base, slice.count)
    }

    @inline(__always)
    func append(_ text: StaticString) { append(text.utf8Start, text.utf8CodeUnitCount) }

    /// Room for as many bytes, which count as written; nil if that is too long.
    func room(_ byteCount: Int) -> UnsafeMutablePointer<UInt8>? {
        guard reserve(byteCount) else { return nil }
        defer { count &+= byteCount }
        return bytes + count
    }

    /// One code point in UTF-8; half a surrogate pair becomes U+FFFD.
    @inline(__always)
    func append(scalar value: UInt32) {
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        for byte in UTF8.encode(scalar).unsafelyUnwrapped { append(byte) }
    }

    /// The text so far; valid until the next change.
    var slice: ByteSlice { ByteSlice(base: UnsafePointer(bytes), count: count) }

    private func reserve(_ more: Int) -> Bool {
        if count &+ more <= capacity { return true }
        return grow(more)
    }

    @inline(never)
    private func grow(_ more: Int) -> Bool {
        guard !isTooLong, count + more <= CompiledExpression.valueByteCountMax else {
            isTooLong = true
            return false
        }
        replace(max(capacity * 2, count + more))
        return true
    }

    private func replace(_ wanted: Int) {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        UnsafeMutableRawPointer(larger).copyMemory(from: bytes, byteCount: min(count, wanted))
        bytes.deallocate()
        (bytes, capacity) = (larger, wanted)
    }
}
