internal import StreamAPI

/// How an entry of a key group lies in memory.
///
/// ```
/// page:  epoch u32 | - u32 | row | row | …           2^rowShift rows, never moved
/// row:   hash u32 | key u32 | word u64 × wordCount
/// key:   chunk number (20 bits) · 4096 + offset (12 bits)
/// free:  next free row u32, all ones: none | all ones | …
/// ```
struct RowLayout {
    static let pageHeaderByteCount = 8
    static let rowHeaderByteCount = 8
    /// In place of a key: the row is free.
    static let noKey = UInt32.max
    /// In place of the next free row: there is none.
    static let noRow = UInt32.max
    /// Pages are about this large: small enough that a key group's last, half filled page costs few
    /// bytes a key, large enough that copying one is a single short memcpy.
    private static let pageByteCountWanted = 2048

    let wordCount: Int
    let rowByteCount: Int
    let rowShift: Int
    var rowMask: Int { 1 << rowShift - 1 }
    let pageByteCount: Int

    init(_ descriptor: KeyedStateDescriptor) {
        wordCount = descriptor.wordCount
        rowByteCount = RowLayout.rowHeaderByteCount + 8 * descriptor.wordCount
        var shift = 0
        while rowByteCount << (shift + 1) <= RowLayout.pageByteCountWanted { shift += 1 }
        rowShift = shift
        pageByteCount = RowLayout.pageHeaderByteCount + rowByteCount << shift
    }

    /// Row `entry` of a page directory.
    @inline(__always)
    func row(
        _ entry: Int, _ pages: UnsafeMutablePointer<UnsafeMutableRawPointer>
    ) -> UnsafeMutableRawPointer {
        pages[entry &>> rowShift]
            + (RowLayout.pageHeaderByteCount &+ (entry & rowMask) &* rowByteCount)
    }

    /// The hash's lower half.
    @inline(__always)
    static func hash(_ row: UnsafeRawPointer) -> UInt32 { row.load(as: UInt32.self) }

    /// The key's reference; ``noKey`` for a free row.
    @inline(__always)
    static func key(_ row: UnsafeRawPointer) -> UInt32 {
        row.load(fromByteOffset: 4, as: UInt32.self)
    }

    @inline(__always)
    static func set(_ hash: UInt32, _ key: UInt32, of row: UnsafeMutableRawPointer) {
        row.storeBytes(of: hash, as: UInt32.self)
        row.storeBytes(of: key, toByteOffset: 4, as: UInt32.self)
    }

    @inline(__always)
    static func words(_ row: UnsafeMutableRawPointer) -> StateSlot {
        (row + rowHeaderByteCount).assumingMemoryBound(to: UInt64.self)
    }
}
