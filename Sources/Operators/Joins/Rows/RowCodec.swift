internal import StreamCore

/// How the columns of a buffered row lie in memory and in a snapshot; the same bytes in both.
///
/// ```
/// row:    validity bits, one a column, 1 where there is a value
///         fixed columns, in order:  BOOLEAN 1 byte | i64 | f64 | i128         (a NULL's are zero)
///         slices, in order:         length u8, or 255 and u32 | bytes         (a NULL has none)
/// ```
///
/// Everything is little-endian and unaligned.
struct RowCodec: Sendable {
    struct Column: Sendable {
        /// Of the column in the input's batches.
        let inputIndex: Int
        let type: LogicalType
        /// Number of the validity bit: the column's position.
        let bit: Int
        /// Of a fixed column, bytes from the row's beginning.
        let offset: Int
        var physical: PhysicalType { type.physical }
    }

    private static let long: UInt8 = 255

    /// In the order of the columns given; so `columns[i]` is the i-th.
    let columns: [Column]
    /// Bytes before the first slice.
    let fixedByteCount: Int
    let validityByteCount: Int
    /// Positions in ``columns`` of the slices, in order.
    let slicePositions: [Int]

    init(_ fields: [(inputIndex: Int, type: LogicalType)]) {
        validityByteCount = (fields.count + 7) / 8
        var offset = validityByteCount
        var made: [Column] = []
        for (bit, field) in fields.enumerated() {
            made.append(
                Column(
                    inputIndex: field.inputIndex, type: field.type, bit: bit, offset: offset))
            if field.type.physical != .slice { offset += field.type.physical.stride }
        }
        columns = made
        fixedByteCount = offset
        slicePositions = made.indices.filter { made[$0].physical == .slice }
    }

    // MARK: Reading

    @inline(__always)
    static func hasValue(_ row: UnsafeRawPointer, bit: Int) -> Bool {
        row.load(fromByteOffset: bit &>> 3, as: UInt8.self) &>> UInt8(bit & 7) & 1 != 0
    }

    /// The slice at `cursor`, which is moved behind it.
    @inline(__always)
    static func readSlice(_ cursor: inout UnsafeRawPointer) -> ByteSlice {
        var count = Int(cursor.load(as: UInt8.self))
        cursor += 1
        if count == Int(long) {
            count = Int(cursor.loadUnaligned(as: UInt32.self).littleEndian)
            cursor += 4
        }
        defer { cursor += count }
        return ByteSlice(base: cursor.assumingMemoryBound(to: UInt8.self), count: count)
    }

    /// Bytes of a row that this codec wrote.
    func byteCount(of row: UnsafeRawPointer) -> Int {
        var cursor = row + fixedByteCount
        for position in slicePositions where RowCodec.hasValue(row, bit: columns[position].bit) {
            _ = RowCodec.readSlice(&cursor)
        }
        return cursor - row
    }

    /// Bytes of the row at the beginning of bytes from a file; nil if it does not fit into them.
    func checkedByteCount(of bytes: UnsafeRawBufferPointer) -> Int? {
        guard let row = bytes.baseAddress, bytes.count >= fixedByteCount else { return nil }
        var at = fixedByteCount
        for position in slicePositions where RowCodec.hasValue(row, bit: columns[position].bit) {
            guard at < bytes.count else { return nil }
            var count = Int(bytes[at])
            at += 1
            if count == Int(RowCodec.long) {
                guard at + 4 <= bytes.count else { return nil }
                count = Int(
                    bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self).littleEndian)
                at += 4
            }
            guard count <= bytes.count - at else { return nil }
            at += count
        }
        return at
    }
}

/// Writes the rows of one batch at a time as a ``RowCodec`` says.
///
/// - Threading: one subtask's.
final class RowWriter {
    private struct Source {
        let values: UnsafeMutableRawPointer
        /// Nil where no row of the batch is NULL.
        let validity: UnsafeMutablePointer<UInt8>?
        let physical: PhysicalType
        let offset: Int
        let bit: Int
    }

    let codec: RowCodec
    private let sources: UnsafeMutablePointer<Source>
    private let count: Int

    init(_ codec: RowCodec) {
        self.codec = codec
        count = codec.columns.count
        sources = .allocate(capacity: max(1, count))
    }

    deinit { sources.deallocate() }

    /// Takes the columns of `batch`, until the next call.
    func bind(_ batch: RecordBatch) {
        for (index, column) in codec.columns.enumerated() {
            let values = batch.columns[column.inputIndex]
            sources[index] = Source(
                values: values.values, validity: values.hasNulls ? values.validity : nil,
                physical: column.physical, offset: column.offset, bit: column.bit)
        }
    }

    /// Bytes that a row takes.
    @inline(__always)
    func byteCount(_ row: Int) -> Int {
        var total = codec.fixedByteCount
        for index in 0..<count where sources[index].physical == .slice {
            let source = sources + index
            if let validity = source.pointee.validity, validity[row] == 0 { continue }
            let slice = source.pointee.values.assumingMemoryBound(to: ByteSlice.self)[row]
            total &+= slice.count &+ (slice.count < 255 ? 1 : 5)
        }
        return total
    }

    /// Writes a row into ``byteCount(_:)`` bytes.
    // hot
    @inline(__always)
    func write(_ row: Int, to target: UnsafeMutableRawPointer) {
        for at in 0..<codec.validityByteCount {
            target.storeBytes(of: 0, toByteOffset: at, as: UInt8.self)
        }
        var free = target + codec.fixedByteCount
        for index in 0..<count {
            let source = sources + index
            let isNull = source.pointee.validity.map { $0[row] == 0 } ?? false
            if !isNull {
                let at = source.pointee.bit &>> 3
                let bits = target.load(fromByteOffset: at, as: UInt8.self)
                target.storeBytes(
                    of: bits | 1 &<< UInt8(source.pointee.bit & 7), toByteOffset: at,
                    as: UInt8.self)
            }
            writeValue(source, row, isNull: isNull, target, &free)
        }
    }

    @inline(__always)
    private func writeValue(
        _ source: UnsafeMutablePointer<Source>, _ row: Int, isNull: Bool,
        _ target: UnsafeMutableRawPointer, _ free: inout UnsafeMutableRawPointer
    ) {
        let values = source.pointee.values
        let offset = source.pointee.offset
        switch source.pointee.physical {
        case .bool8:
            let value = values.load(fromByteOffset: row, as: UInt8.self)
            target.storeBytes(of: isNull ? 0 : value & 1, toByteOffset: offset, as: UInt8.self)
        case .int64, .float64:
            let value = values.load(fromByteOffset: row &* 8, as: UInt64.self)
            target.storeBytes(of: isNull ? 0 : value, toByteOffset: offset, as: UInt64.self)
        case .int128:
            let value = values.load(fromByteOffset: row &* 16, as: Int128.self)
            target.storeBytes(of: isNull ? 0 : value, toByteOffset: offset, as: Int128.self)
        case .slice:
            if isNull { return }
            writeSlice(values.assumingMemoryBound(to: ByteSlice.self)[row], &free)
        }
    }

    @inline(__always)
    private func writeSlice(_ slice: ByteSlice, _ free: inout UnsafeMutableRawPointer) {
        if slice.count < 255 {
            free.storeBytes(of: UInt8(truncatingIfNeeded: slice.count), as: UInt8.self)
            free += 1
        } else {
            free.storeBytes(of: 255, as: UInt8.self)
            free.storeBytes(
                of: UInt32(truncatingIfNeeded: slice.count).littleEndian, toByteOffset: 1,
                as: UInt32.self)
            free += 5
        }
        free = UnsafeMutableRawPointer(
            copyBytes(slice, to: free.assumingMemoryBound(to: UInt8.self)))
    }
}
