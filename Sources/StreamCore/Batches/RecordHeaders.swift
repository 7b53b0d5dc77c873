/// The headers of one record as bytes: what the transport copies once and what a sink passes on.
///
/// One entry after the other, in the record's order, little-endian, not aligned; a name may come
/// more than once, as in Kafka:
///
///     u32 n, n bytes name (UTF-8) | i32 n (-1: a null value), n bytes value
///
/// So the header `a: xy` is `01000000 61 02000000 7879`. A record without headers has no bytes at
/// all: an absent slice. `millrace_copy_headers` of CRDKafka's shim.h writes the same.
public enum RecordHeaders {
    /// One header; both slices point into the bytes that were read.
    public struct Entry {
        public let name: ByteSlice
        /// Absent for a null value.
        public let value: ByteSlice
    }

    /// Walks the entries of one record's bytes; ends early where they are cut off.
    public struct Entries: Sequence, IteratorProtocol {
        private var at: UnsafeRawPointer?
        private var left: Int

        public init(_ bytes: ByteSlice) {
            at = bytes.base.map { UnsafeRawPointer($0) }
            left = bytes.count
        }

        @inline(__always)
        public mutating func next() -> Entry? {
            guard let nameCount = takeCount(), let name = take(Int(nameCount)),
                let valueCount = takeCount()
            else { return nil }
            guard valueCount >= 0 else { return Entry(name: name, value: .absent) }
            guard let value = take(Int(valueCount)) else { return nil }
            return Entry(name: name, value: value)
        }

        @inline(__always)
        private mutating func takeCount() -> Int32? {
            guard let start = at, left >= 4 else { return nil }
            at = start + 4
            left &-= 4
            return Int32(littleEndian: start.loadUnaligned(as: Int32.self))
        }

        @inline(__always)
        private mutating func take(_ count: Int) -> ByteSlice? {
            guard let start = at, count >= 0, left >= count else { return nil }
            at = start + count
            left &-= count
            return ByteSlice(base: start.assumingMemoryBound(to: UInt8.self), count: count)
        }
    }

    /// Bytes that one header takes.
    public static func byteCount(name: Int, value: ByteSlice) -> Int { 8 + name + value.count }

    /// Writes one header.
    ///
    /// - Parameter value: Absent for null.
    /// - Returns: The end of what was written, ``byteCount(name:value:)`` bytes on; the caller has
    ///   made room.
    public static func write(
        name: ByteSlice, value: ByteSlice, to start: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        var end = writeSized(name, to: start)
        guard !value.isAbsent else {
            end.storeBytes(of: Int32(-1).littleEndian, as: Int32.self)
            return end + 4
        }
        end = writeSized(value, to: end)
        return end
    }

    private static func writeSized(
        _ slice: ByteSlice, to start: UnsafeMutableRawPointer
    ) -> UnsafeMutableRawPointer {
        start.storeBytes(of: Int32(truncatingIfNeeded: slice.count).littleEndian, as: Int32.self)
        if let base = slice.base { (start + 4).copyMemory(from: base, byteCount: slice.count) }
        return start + 4 + slice.count
    }

    /// The value of the last header of this name, as Kafka's `lastHeader` and Flink's map have it.
    ///
    /// - Returns: Absent if there is none, or if its value is null.
    public static func lastValue(
        of name: UnsafeBufferPointer<UInt8>, in bytes: ByteSlice
    ) -> ByteSlice {  // hot
        var found = ByteSlice.absent
        for entry in Entries(bytes) where isEqual(entry.name, name) { found = entry.value }
        return found
    }

    @inline(__always)
    private static func isEqual(_ slice: ByteSlice, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard slice.count == name.count else { return false }
        for index in 0..<name.count where slice.buffer[index] != name[index] { return false }
        return true
    }
}
