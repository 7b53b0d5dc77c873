internal import StreamCore

/// Makes key columns of the canonical bytes that ``KeySelector`` wrote: where rows are made of state,
/// not of input.
struct KeyDecoder {
    private let types: [PhysicalType]

    init(_ types: [LogicalType]) { self.types = types.map(\.physical) }

    /// Writes one key's columns at `row`; slices point into `key`, whose memory outlives them.
    ///
    /// - Returns: False if the bytes are not such a key: they come from a file.
    func decode(_ key: ByteSlice, into columns: [Column], row: Int) -> Bool {
        var at = 0
        for (index, type) in types.enumerated() {
            guard at < key.count, let base = key.base else { return false }
            let isNull = base[at] == 0
            at += 1
            columns[index].validity[row] = isNull ? 0 : 1
            if isNull {
                columns[index].hasNulls = true
                continue
            }
            let isLast = index == types.count - 1
            guard let count = decode(type, key, at, columns[index], row, isLast) else {
                return false
            }
            at += count
        }
        return at == key.count
    }

    /// - Returns: Bytes read; nil if there are too few.
    private func decode(
        _ type: PhysicalType, _ key: ByteSlice, _ at: Int, _ column: Column, _ row: Int,
        _ isLast: Bool
    ) -> Int? {
        guard let base = key.base else { return nil }
        let bytes = UnsafeRawBufferPointer(start: base + at, count: key.count - at)
        if type == .slice { return decodeSlice(bytes, column, row, isLast) }
        guard bytes.count >= type.stride else { return nil }
        switch type {
        case .bool8: column.booleans[row] = bytes[0] & 1
        case .int64:
            column.integers[row] = Int64(littleEndian: bytes.loadUnaligned(as: Int64.self))
        case .float64:
            column.doubles[row] = Double(
                bitPattern: UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
        case .int128:
            column.decimals[row] = Int128(littleEndian: bytes.loadUnaligned(as: Int128.self))
        case .slice: break
        }
        return type.stride
    }

    private func decodeSlice(
        _ bytes: UnsafeRawBufferPointer, _ column: Column, _ row: Int, _ isLast: Bool
    ) -> Int? {
        let header = isLast ? 0 : 4
        guard bytes.count >= header, let base = bytes.baseAddress else { return nil }
        let count =
            isLast
            ? bytes.count
            : Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
        guard header + count <= bytes.count else { return nil }
        column.slices[row] = ByteSlice(base: Self.pointer(base + header), count: count)
        return header + count
    }

    private static func pointer(_ raw: UnsafeRawPointer) -> UnsafePointer<UInt8> {
        raw.assumingMemoryBound(to: UInt8.self)
    }
}
