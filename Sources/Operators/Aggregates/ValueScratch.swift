internal import StreamCore

/// Room for one value of fixed width as canonical bytes: those of a key, without the leading `01`
/// (docs/state-format.md).
struct ValueScratch: ~Copyable {
    private let room: UnsafeMutableRawPointer

    init() { room = .allocate(byteCount: 16, alignment: 16) }
    deinit { room.deallocate() }

    /// The bytes of a value that is not NULL; valid until the next call, and while the column is.
    mutating func bytes(of column: Column, _ row: Int) -> ByteSlice {
        switch column.physical {
        case .slice: return column.slices[row]
        case .bool8: return stored(column.booleans[row] & 1)
        case .int64: return stored(column.integers[row].littleEndian)
        case .float64:
            return stored(KeySelector.canonicalBits(column.doubles[row]).littleEndian)
        case .int128: return stored(column.decimals[row].littleEndian)
        }
    }

    private func stored<T: BitwiseCopyable>(_ value: T) -> ByteSlice {
        room.storeBytes(of: value, as: T.self)
        return ByteSlice(
            base: UnsafePointer(room.assumingMemoryBound(to: UInt8.self)),
            count: MemoryLayout<T>.size)
    }
}
