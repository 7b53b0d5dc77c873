internal import StreamCore

/// Lines on their way to a file: one system call for a quarter of a megabyte.
///
/// - Threading: one thread.
final class LineBuffer {
    static let capacity = 256 << 10

    private let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    private var count = 0

    deinit { bytes.deallocate() }

    /// Appends a value and a line end.
    ///
    /// - Returns: False if there is no room; nothing was appended then.
    @inline(__always)
    func append(_ value: ByteSlice) -> Bool {  // hot
        guard count + value.count + 1 <= Self.capacity else { return false }
        if let base = value.base { (bytes + count).update(from: base, count: value.count) }
        count += value.count
        bytes[count] = 0x0A
        count += 1
        return true
    }

    /// What is there; valid until the next call of anything.
    var contents: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: count) }
    func removeAll() { count = 0 }
}
