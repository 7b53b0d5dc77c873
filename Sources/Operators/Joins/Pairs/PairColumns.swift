internal import StreamCore

/// Fills the columns of pairs from buffered rows: one loop a column, over all pairs of a batch.
///
/// - Threading: one subtask's.
final class PairColumns {
    private let layout: JoinLayout
    /// Pairs in one batch, at most.
    let capacity: Int
    /// The codec's bytes of each pair's rows; nil: the side is missing.
    private let rows: [UnsafeMutablePointer<UnsafeRawPointer?>]
    /// The ``KeyRecord`` of each pair.
    private let keys: UnsafeMutablePointer<UnsafeRawPointer>
    /// Where the next slice, or the next part of the key, of each pair begins.
    private let cursors: UnsafeMutablePointer<UnsafeRawPointer>
    /// Where the key of each pair ends.
    private let ends: UnsafeMutablePointer<UnsafeRawPointer>
    private let columnsOfSide: [[Int]]

    init(_ layout: JoinLayout, capacity: Int) {
        self.layout = layout
        self.capacity = capacity
        rows = JoinSide.allCases.map { _ in .allocate(capacity: capacity) }
        keys = .allocate(capacity: capacity)
        cursors = .allocate(capacity: capacity)
        ends = .allocate(capacity: capacity)
        columnsOfSide = JoinSide.allCases.map { side in
            layout.columns.indices.filter { layout.columns[$0].side == side }
        }
    }

    deinit {
        for side in rows { side.deallocate() }
        keys.deallocate()
        cursors.deallocate()
        ends.deallocate()
    }

    @inline(__always)
    func set(
        _ pair: Int, left: UnsafeRawPointer?, right: UnsafeRawPointer?, key: UnsafeRawPointer
    ) {
        rows[0][pair] = left
        rows[1][pair] = right
        keys[pair] = key
    }

    /// Writes pairs `0 ..< count` into columns, one for each of the layout's.
    func fill(_ columns: [Column], count: Int) {
        for side in JoinSide.allCases {
            fillFixed(side, columns, count)
            fillSlices(side, columns, count)
        }
        fillKeys(columns, count)
    }

    // MARK: From rows

    private func fillFixed(_ side: JoinSide, _ columns: [Column], _ count: Int) {
        let codec = layout.rows.codecs[side.rawValue]
        for index in columnsOfSide[side.rawValue] {
            guard case .row(let position) = layout.columns[index].source else { continue }
            let column = codec.columns[position]
            let target = columns[index]
            switch column.physical {
            case .bool8: gather(side, column, target, target.booleans, count)
            case .int64: gather(side, column, target, target.integers, count)
            case .float64: gather(side, column, target, target.doubles, count)
            case .int128: gather(side, column, target, target.decimals, count)
            case .slice: break
            }
        }
    }

    // hot
    @inline(__always)
    private func gather<T: BitwiseCopyable>(
        _ side: JoinSide, _ column: RowCodec.Column, _ target: Column,
        _ values: UnsafeMutablePointer<T>, _ count: Int
    ) {
        let rows = rows[side.rawValue]
        let validity = target.validity
        var nullCount = 0
        for pair in 0..<count {
            guard let row = rows[pair], RowCodec.hasValue(row, bit: column.bit) else {
                validity[pair] = 0
                nullCount &+= 1
                continue
            }
            validity[pair] = 1
            values[pair] = row.loadUnaligned(fromByteOffset: column.offset, as: T.self)
        }
        target.hasNulls = nullCount > 0
    }

    private func fillSlices(_ side: JoinSide, _ columns: [Column], _ count: Int) {
        let codec = layout.rows.codecs[side.rawValue]
        guard !codec.slicePositions.isEmpty else { return }
        let rows = rows[side.rawValue]
        for pair in 0..<count { cursors[pair] = (rows[pair] ?? keys[pair]) + codec.fixedByteCount }
        for index in columnsOfSide[side.rawValue] {
            guard case .row(let position) = layout.columns[index].source,
                codec.columns[position].physical == .slice
            else { continue }
            gatherSlices(rows, codec.columns[position].bit, columns[index], count)
        }
    }

    // hot
    private func gatherSlices(
        _ rows: UnsafeMutablePointer<UnsafeRawPointer?>, _ bit: Int, _ target: Column, _ count: Int
    ) {
        let validity = target.validity
        let values = target.slices
        var nullCount = 0
        for pair in 0..<count {
            guard let row = rows[pair], RowCodec.hasValue(row, bit: bit) else {
                validity[pair] = 0
                values[pair] = .absent
                nullCount &+= 1
                continue
            }
            validity[pair] = 1
            values[pair] = RowCodec.readSlice(&cursors[pair])
        }
        target.hasNulls = nullCount > 0
    }

    // MARK: From keys

    private func fillKeys(_ columns: [Column], _ count: Int) {
        let used = layout.columns.indices.filter {
            if case .key = layout.columns[$0].source { true } else { false }
        }
        guard !used.isEmpty else { return }
        for pair in 0..<count {
            let key = KeyRecord.read(keys[pair])
            cursors[pair] = UnsafeRawPointer(key.base) ?? keys[pair]
            ends[pair] = cursors[pair] + key.count
        }
        for part in layout.keyTypes.indices {
            for index in used {
                guard case .key(part) = layout.columns[index].source else { continue }
                fillKey(part, layout.columns[index].side, columns[index], count)
            }
            skipPart(part, count)
        }
    }

    // hot
    private func fillKey(_ part: Int, _ side: JoinSide, _ target: Column, _ count: Int) {
        let rows = rows[side.rawValue]
        let physical = layout.keyTypes[part].physical
        let isLast = part == layout.keyTypes.count - 1
        let validity = target.validity
        var nullCount = 0
        for pair in 0..<count {
            let start = cursors[pair]
            guard rows[pair] != nil, start.load(as: UInt8.self) != 0 else {
                validity[pair] = 0
                if physical == .slice { target.slices[pair] = .absent }
                nullCount &+= 1
                continue
            }
            validity[pair] = 1
            CanonicalKey.read(start + 1, physical, isLast: isLast, end: ends[pair], target, pair)
        }
        target.hasNulls = nullCount > 0
    }

    private func skipPart(_ part: Int, _ count: Int) {
        guard part < layout.keyTypes.count - 1 else { return }
        let physical = layout.keyTypes[part].physical
        for pair in 0..<count { cursors[pair] = CanonicalKey.skip(cursors[pair], physical) }
    }
}

/// Reads the canonical bytes of a key, as ``KeySelector`` wrote them.
enum CanonicalKey {
    /// Puts one part's value, behind its `01`, into row `row` of a column.
    @inline(__always)
    static func read(
        _ value: UnsafeRawPointer, _ physical: PhysicalType, isLast: Bool, end: UnsafeRawPointer,
        _ target: Column, _ row: Int
    ) {
        switch physical {
        case .bool8: target.booleans[row] = value.load(as: UInt8.self)
        case .int64: target.integers[row] = value.loadUnaligned(as: Int64.self)
        case .float64: target.doubles[row] = value.loadUnaligned(as: Double.self)
        case .int128: target.decimals[row] = value.loadUnaligned(as: Int128.self)
        case .slice:
            let start = isLast ? value : value + 4
            let count = isLast ? end - start : Int(value.loadUnaligned(as: UInt32.self))
            target.slices[row] = ByteSlice(
                base: start.assumingMemoryBound(to: UInt8.self), count: count)
        }
    }

    /// Where the part behind the one at `part`, which is not the last, begins.
    @inline(__always)
    static func skip(_ part: UnsafeRawPointer, _ physical: PhysicalType) -> UnsafeRawPointer {
        guard part.load(as: UInt8.self) != 0 else { return part + 1 }
        switch physical {
        case .bool8: return part + 2
        case .int64, .float64: return part + 9
        case .int128: return part + 17
        case .slice: return part + 5 + Int((part + 1).loadUnaligned(as: UInt32.self))
        }
    }

    /// Whether some part is NULL: then the key equals no other.
    static func hasNull(_ key: ByteSlice, _ types: [LogicalType]) -> Bool {
        guard var part = UnsafeRawPointer(key.base) else { return true }
        for (index, type) in types.enumerated() {
            if part.load(as: UInt8.self) == 0 { return true }
            if index < types.count - 1 { part = skip(part, type.physical) }
        }
        return false
    }
}
