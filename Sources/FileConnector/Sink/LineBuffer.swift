internal import StreamCore

/// Lines on their way to a file: one system call for a quarter of a megabyte.
///
/// - Threading: one thread.
final class LineBuffer {
    static let capacity = 256 << 10

    private let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    private var count = 0

    deinit { bytes.deallocate() }

    /// Appends a value and a line end, after making room by `flush`; a value larger than the buffer
    /// goes to `flush` as it is.
    @inline(__always)
    func append(
        _ value: ByteSlice, flush: (UnsafeRawBufferPointer) throws -> Void
    ) throws {  // hot
        if count + value.count + 1 > Self.capacity { try self.flush(flush) }
        if let base = value.base {
            if value.count + 1 > Self.capacity {
                try flush(UnsafeRawBufferPointer(value.buffer))
            } else {
                (bytes + count).update(from: base, count: value.count)
                count += value.count
            }
        }
        bytes[count] = 0x0A
        count += 1
    }

    /// Hands out what is there, and is empty.
    func flush(_ write: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard count > 0 else { return }
        try write(UnsafeRawBufferPointer(start: bytes, count: count))
        count = 0
    }
}
