/// A text that grows and is begun anew for each value; its memory stays.
///
/// - Threading: one thread.
final class GrowingText {
    private var base = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    private var capacity = 256
    private(set) var count = 0

    deinit { base.deallocate() }

    /// What is there, until the next change.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    func removeAll() { count = 0 }

    /// The end of the text, with room for `byteCount` bytes; ``commit(to:)`` counts what was written.
    func reserve(_ byteCount: Int) -> UnsafeMutablePointer<UInt8> {
        if count + byteCount > capacity { grow(byteCount) }
        return base + count
    }

    /// - Parameter end: Behind what was written to the last ``reserve(_:)``.
    func commit(to end: UnsafeMutablePointer<UInt8>) { count = end - base }

    func append(_ byte: UInt8) {
        reserve(1)[0] = byte
        count += 1
    }

    func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    func append(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { append($0) } }

    private func grow(_ byteCount: Int) {
        capacity = max(capacity * 2, count + byteCount)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
    }
}
