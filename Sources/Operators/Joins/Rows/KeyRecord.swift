internal import StreamCore

/// A key's canonical bytes in a slice's ``RowChunks``: `length u8 | bytes`, or `255 | length u32 |
/// bytes`.
enum KeyRecord {
    private static let long: UInt8 = 255

    @inline(__always)
    static func byteCount(_ key: ByteSlice) -> Int {
        key.count &+ (key.count < Int(long) ? 1 : 5)
    }

    static func write(_ key: ByteSlice, to record: UnsafeMutableRawPointer) {
        var target = record.assumingMemoryBound(to: UInt8.self)
        if key.count < Int(long) {
            target[0] = UInt8(truncatingIfNeeded: key.count)
            target += 1
        } else {
            target[0] = long
            let count = UInt32(truncatingIfNeeded: key.count).littleEndian
            UnsafeMutableRawPointer(target + 1).storeBytes(of: count, as: UInt32.self)
            target += 5
        }
        if let base = key.base { target.update(from: base, count: key.count) }
    }

    @inline(__always)
    static func read(_ record: UnsafeRawPointer) -> ByteSlice {
        let start = record.assumingMemoryBound(to: UInt8.self)
        guard start[0] == long else { return ByteSlice(base: start + 1, count: Int(start[0])) }
        let count = UnsafeRawPointer(start + 1).loadUnaligned(as: UInt32.self).littleEndian
        return ByteSlice(base: start + 5, count: Int(count))
    }
}

/// Whether two slices have the same bytes; reads none beyond them.
@inline(__always)
func haveEqualBytes(_ a: ByteSlice, _ b: ByteSlice) -> Bool {
    guard a.count == b.count else { return false }
    guard let x = UnsafeRawPointer(a.base), let y = UnsafeRawPointer(b.base) else {
        return a.count == 0
    }
    var at = 0
    while at &+ 8 <= a.count {
        if x.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            != y.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        {
            return false
        }
        at &+= 8
    }
    while at < a.count {
        if x.load(fromByteOffset: at, as: UInt8.self) != y.load(fromByteOffset: at, as: UInt8.self)
        {
            return false
        }
        at &+= 1
    }
    return true
}

/// Whether `a` comes before `b`, byte by byte, a prefix first.
@inline(__always)
func precedes(_ a: ByteSlice, _ b: ByteSlice) -> Bool {
    guard let x = a.base, let y = b.base else { return a.count < b.count }
    for at in 0..<min(a.count, b.count) where x[at] != y[at] { return x[at] < y[at] }
    return a.count < b.count
}
