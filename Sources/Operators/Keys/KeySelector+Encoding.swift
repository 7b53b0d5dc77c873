internal import Expression
package import StreamCore

extension KeySelector {
    /// Fills ``keys`` and ``hashes`` for the selected rows of the batch evaluated last.
    ///
    /// - Complexity: O(bytes of the keys); allocates only when a batch is larger than all before.
    package func encodeKeys(of batch: RecordBatch) {
        let count = batch.selection.count
        makeRoom(rows: count, byteCount: keyByteCountMax(batch))
        if columns.count == 1, columns[0].physical == .slice {
            encodeSlices(columns[0], batch)
        } else {
            encodeRows(batch)
        }
        let keys = keys
        let hashes = hashes
        for index in 0..<count {
            hashes[index] = StableHash.xxh3(keys[index].base, keys[index].count)
        }
    }

    /// The same, without the rows whose key is too long for keyed state: these leave the selection,
    /// or the job fails, as `failures` says.
    func encodeKeys(
        of batch: RecordBatch, keyByteCountMax: Int, _ failures: RowFailures
    ) throws {
        encodeKeys(of: batch)
        let keys = keys
        let tooLong = (0..<batch.selection.count).filter { keys[$0].count > keyByteCountMax }
            .map { (row: batch.selection.rows[$0], byteCount: keys[$0].count) }
        guard !tooLong.isEmpty else { return }
        for (row, byteCount) in tooLong {
            let error = EvaluationError(
                .valueTooLong, failedRows: [row],
                message: "the key has \(byteCount) bytes; keyed state takes \(keyByteCountMax)")
            try failures.resolve(error, in: batch)
        }
        encodeKeys(of: batch)
    }

    /// The usual key, one STRING column: no switch a row.
    // hot
    private func encodeSlices(_ column: Column, _ batch: RecordBatch) {
        guard var out = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let rows = batch.selection.rows
        let slices = column.slices
        let keys = keys
        for index in 0..<batch.selection.count {
            let row = Int(rows[index])
            let start = out
            if column.isNull(row) {
                out[0] = 0
                out += 1
            } else {
                out[0] = 1
                out = copyBytes(slices[row], to: out + 1)
            }
            keys[index] = ByteSlice(base: start, count: out - start)
        }
    }

    // hot
    private func encodeRows(_ batch: RecordBatch) {
        guard var out = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let rows = batch.selection.rows
        let columns = columns
        let keys = keys
        let last = columns.count - 1
        for index in 0..<batch.selection.count {
            let row = Int(rows[index])
            let start = out
            for number in 0...last {
                out = encode(columns[number], row, isLast: number == last, to: out)
            }
            keys[index] = ByteSlice(base: start, count: out - start)
        }
    }

    @inline(__always)
    private func encode(
        _ column: Column, _ row: Int, isLast: Bool, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        guard !column.isNull(row) else {
            out[0] = 0
            return out + 1
        }
        out[0] = 1
        let target = UnsafeMutableRawPointer(out + 1)
        switch column.physical {
        case .bool8:
            out[1] = column.booleans[row] & 1
            return out + 2
        case .int64:
            target.storeBytes(of: column.integers[row].littleEndian, as: Int64.self)
            return out + 9
        case .float64:
            let bits = KeySelector.canonicalBits(column.doubles[row])
            target.storeBytes(of: bits.littleEndian, as: UInt64.self)
            return out + 9
        case .int128:
            target.storeBytes(of: column.decimals[row].littleEndian, as: Int128.self)
            return out + 17
        case .slice:
            let slice = column.slices[row]
            guard !isLast else { return copyBytes(slice, to: out + 1) }
            let count = UInt32(truncatingIfNeeded: slice.count)
            target.storeBytes(of: count.littleEndian, as: UInt32.self)
            return copyBytes(slice, to: out + 5)
        }
    }

    /// Values that SQL holds to be equal have the same bits.
    @inline(__always)
    static func canonicalBits(_ value: Double) -> UInt64 {
        if value == 0 { return 0 }
        return value.isNaN ? Double.nan.bitPattern : value.bitPattern
    }

    /// Bytes that the keys of the selected rows take, at most.
    private func keyByteCountMax(_ batch: RecordBatch) -> Int {
        let count = batch.selection.count
        let rows = batch.selection.rows
        var total = count * columns.count * 17
        for column in columns where column.physical == .slice {
            let slices = column.slices
            for index in 0..<count where !column.isNull(Int(rows[index])) {
                total &+= slices[Int(rows[index])].count
            }
        }
        return total
    }

    private func makeRoom(rows: Int, byteCount: Int) {
        if rows > capacity {
            keys.deallocate()
            hashes.deallocate()
            capacity = rows
            keys = .allocate(capacity: rows)
            hashes = .allocate(capacity: rows)
        }
        let needed = byteCount + KeySelector.slackByteCount
        let isMuchTooLarge = bytes.count > KeySelector.byteCountKept && needed < bytes.count / 4
        guard needed > bytes.count || isMuchTooLarge else { return }
        bytes.deallocate()
        bytes = .allocate(byteCount: needed + needed / 2, alignment: 8)
    }

    /// Bytes behind the last key that copying may touch.
    private static let slackByteCount = 16
    /// A larger buffer is given back when batches no longer need it.
    private static let byteCountKept = 1 << 20
}

/// Copies a slice without a call for the short ones; reads nothing beyond it.
@inline(__always)
func copyBytes(
    _ slice: ByteSlice, to out: UnsafeMutablePointer<UInt8>
) -> UnsafeMutablePointer<UInt8> {
    let count = slice.count
    guard let base = slice.base else { return out }
    let source = UnsafeRawPointer(base)
    let target = UnsafeMutableRawPointer(out)
    if count > 16 {
        target.copyMemory(from: source, byteCount: count)
    } else if count >= 8 {
        // Two words that may overlap.
        let tail = source.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
        target.storeBytes(of: tail, toByteOffset: count &- 8, as: UInt64.self)
    } else if count >= 4 {
        let tail = source.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
        target.storeBytes(of: source.loadUnaligned(as: UInt32.self), as: UInt32.self)
        target.storeBytes(of: tail, toByteOffset: count &- 4, as: UInt32.self)
    } else {
        for at in 0..<count { out[at] = base[at] }
    }
    return out + count
}
