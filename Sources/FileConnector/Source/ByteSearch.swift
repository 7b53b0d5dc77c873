internal import Glibc

/// Finds the next place of one byte, and keeps it: however often it is asked for, each byte of the
/// input is looked at once.
struct ByteSearch {
    private let byte: UInt8
    /// The byte stands here, if `isFound`; else it stands nowhere before.
    private var next = 0
    private var isFound = false

    init(_ byte: UInt8) { self.byte = byte }

    /// - Parameters:
    ///   - start: Never less than in the call before.
    ///   - end: Never less than in the call before; what is before it does not change.
    /// - Returns: `Int.max` if the byte does not stand in `start ..< end`.
    @inline(__always)
    mutating func first(in bytes: UnsafeRawPointer, from start: Int, to end: Int) -> Int {  // hot
        if next < start { (next, isFound) = (start, false) }
        if isFound { return next }
        guard next < end else { return .max }
        guard let found = memchr(bytes + next, Int32(byte), end - next) else {
            next = end
            return .max
        }
        next = UnsafeRawPointer(found) - bytes
        isFound = true
        return next
    }

    /// The input stands `count` bytes before where it stood.
    mutating func shift(by count: Int) { next -= count }

    /// How often the byte stands in `start ..< end`.
    static func count(
        _ byte: UInt8, in bytes: UnsafeRawPointer, from start: Int, to end: Int
    ) -> Int {
        var (count, at) = (0, start)
        while at < end, let found = memchr(bytes + at, Int32(byte), end - at) {
            count += 1
            at = UnsafeRawPointer(found) - bytes + 1
        }
        return count
    }
}
