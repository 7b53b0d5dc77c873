internal import StreamAPI
internal import StreamCore

extension BufferedRows {
    /// Fills empty state with the groups of its range that the checkpoint has.
    ///
    /// - Throws: ``KeyedStateError``; and what reading the files throws.
    func restore(_ restored: RestoredState, keyTypes: [LogicalType]) throws {
        guard let schema = restored.stateSchema else { return }
        guard schema == layout.schema else { throw schemaError(schema) }
        var watermarks = [Int64](repeating: .min, count: keyGroups.count)
        for group in keyGroups.lower..<keyGroups.upper {
            guard let bytes = try restored.readKeyGroup(group), !bytes.isEmpty else { continue }
            do {
                watermarks[group - keyGroups.lower] = try bytes.withUnsafeBytes { raw in
                    var reader = RowReader(raw)
                    return try restore(group, &reader, keyTypes)
                }
            } catch let error as ByteReaderError {
                throw corrupt(group, "\(error)")
            }
        }
        restoredWatermarks = watermarks
        watermarkRose(to: .min)
    }

    private func schemaError(_ found: [UInt8]) -> KeyedStateError {
        let former = String(decoding: found.dropFirst(), as: UTF8.self)
        let now = String(decoding: layout.schema.dropFirst(), as: UTF8.self)
        return KeyedStateError(
            .schemaMismatch,
            "the buffered rows were written by a join with another key, window or columns: "
                + "`\(former.prefix(500))`, this is `\(now.prefix(500))`; restore with the former "
                + "definition, or start the operator under a new id")
    }

    private func corrupt(_ group: Int, _ what: String) -> KeyedStateError {
        KeyedStateError(.corrupt, "key group \(group) of the join's rows cannot be read: \(what)")
    }

    /// - Returns: The group's watermark.
    private func restore(
        _ group: Int, _ reader: inout RowReader, _ keyTypes: [LogicalType]
    ) throws -> Int64 {
        let watermark = try reader.read(Int64.self)
        let count = try reader.readCount(itemByteCountMin: BufferedRowsFormat.sliceByteCountMin)
        for _ in 0..<count {
            let start = try reader.read(Int64.self)
            guard abs(start / 2) <= BufferedRowsLayout.timeMax,
                layout.sliceStart(of: start) == start, let slice = sliceOrInsert(at: start)
            else { throw corrupt(group, "no slice begins at \(start)") }
            let entries = try restoreKeys(group, slice, &reader, keyTypes)
            for side in JoinSide.allCases {
                try restoreRows(group, side, slice, entries, &reader)
            }
        }
        guard reader.remaining == 0 else {
            throw ByteReaderError.trailing(offset: reader.offset, remaining: reader.remaining)
        }
        return watermark
    }

    /// - Returns: The keys' entries, by number.
    private func restoreKeys(
        _ group: Int, _ slice: SlicePointer, _ reader: inout RowReader, _ keyTypes: [LogicalType]
    ) throws -> [UnsafeMutablePointer<SliceTable.Entry>] {
        let count = try reader.readCount(itemByteCountMin: BufferedRowsFormat.keyByteCountMin)
        var keys: [(key: ByteSlice, hash: UInt64)] = []
        for _ in 0..<count {
            let place = reader.offset
            let key = try reader.readSlice(cap: JoinInput.keyByteCountMax)
            let hash = StableHash.xxh3(key.base, key.count)
            // A key of another group, or the same twice, would be rows that nothing ever meets.
            guard CanonicalKey.isValid(key, keyTypes),
                KeyGroup.index(ofHash: hash, groupCount: groupCount) == group,
                slice.pointee.table.find(key, hash, slice.pointee.keys.bases) == nil
            else { throw corrupt(group, "the key at byte \(place) is not one of this group") }
            guard slice.pointee.table.findOrInsert(key, hash, &slice.pointee.keys) != nil else {
                throw corrupt(group, "the keys at byte \(place) are too many")
            }
            keys.append((key, hash))
        }
        // Entries move while keys are inserted.
        return keys.compactMap {
            slice.pointee.table.find($0.key, $0.hash, slice.pointee.keys.bases)
        }
    }

    private func restoreRows(
        _ group: Int, _ side: JoinSide, _ slice: SlicePointer,
        _ entries: [UnsafeMutablePointer<SliceTable.Entry>], _ reader: inout RowReader
    ) throws {
        let count = try reader.readCount(
            itemByteCountMin: BufferedRowsFormat.rowHeaderByteCount(layout.frame))
        for _ in 0..<count {
            let place = reader.offset
            let key = Int(try reader.read(UInt32.self))
            let time = layout.frame.keepsTimes ? try reader.read(UInt32.self) : 0
            let mark = layout.frame.keepsTimes ? try reader.read(UInt8.self) : 0
            guard key < entries.count, Int64(time) < layout.sliceMilliseconds, mark < 2,
                let byteCount = layout.codecs[side.rawValue].checkedByteCount(of: reader.rest)
            else { throw corrupt(group, "the row at byte \(place) is not one of this join") }
            let row = try append(
                try reader.readRaw(byteCount), side, slice, entries[key], time: Int64(time))
            if mark == 1 { slice.pointee[side].pointee.flags.set(row) }
        }
    }

    private func append(
        _ bytes: UnsafeRawBufferPointer, _ side: JoinSide, _ slice: SlicePointer,
        _ entry: UnsafeMutablePointer<SliceTable.Entry>, time: Int64
    ) throws -> RowChunks.Reference {
        let header = layout.frame.headerByteCount
        let rows = slice.pointee[side]
        guard let reference = rows.pointee.rows.append(header + bytes.count) else {
            throw KeyedStateError(.keyGroupFull, full(0).message)
        }
        let row = rows.pointee.rows.address(reference)
        writeHeader(row, previous: entry.pointee[side], key: entry.pointee.key, time: time)
        if let base = bytes.baseAddress {
            (row + header).copyMemory(from: base, byteCount: bytes.count)
        }
        entry.pointee[side] = reference
        rows.pointee.rowCount += 1
        return reference
    }
}

/// Reads a group's bytes in place; every length is checked against what remains.
private struct RowReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - offset }
    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[offset...]) }

    mutating func read<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type
    ) throws(ByteReaderError) -> T {
        try require(MemoryLayout<T>.size)
        defer { offset += MemoryLayout<T>.size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    mutating func readCount(itemByteCountMin: Int) throws(ByteReaderError) -> Int {
        let count = Int(try read(UInt32.self))
        let cap = remaining / itemByteCountMin
        guard count <= cap else { throw .tooLong(offset: offset - 4, length: count, cap: cap) }
        return count
    }

    mutating func readSlice(cap: Int) throws(ByteReaderError) -> ByteSlice {
        let count = Int(try read(UInt32.self))
        guard count <= cap else { throw .tooLong(offset: offset - 4, length: count, cap: cap) }
        let raw = try readRaw(count)
        return ByteSlice(
            base: raw.baseAddress?.assumingMemoryBound(to: UInt8.self), count: count)
    }

    mutating func readRaw(_ count: Int) throws(ByteReaderError) -> UnsafeRawBufferPointer {
        try require(count)
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    private func require(_ count: Int) throws(ByteReaderError) {
        guard count <= remaining else {
            throw .truncated(offset: offset, wanted: count, remaining: remaining)
        }
    }
}

extension CanonicalKey {
    /// Whether bytes from a file are a key of these types.
    static func isValid(_ key: ByteSlice, _ types: [LogicalType]) -> Bool {
        let bytes = UnsafeRawBufferPointer(key.buffer)
        var at = 0
        for (index, type) in types.enumerated() {
            guard at < bytes.count, bytes[at] <= 1 else { return false }
            let hasValue = bytes[at] == 1
            at += 1
            guard hasValue else { continue }
            if type.physical != .slice {
                at += type.physical.stride
            } else if index == types.count - 1 {
                at = bytes.count
            } else {
                guard at + 4 <= bytes.count else { return false }
                at += 4 + Int(bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
            }
            guard at <= bytes.count else { return false }
        }
        return at == bytes.count
    }
}
