internal import StreamAPI
internal import StreamCore

/// Emits what a window has of one key: its pairs, and its rows without a partner.
///
/// Pairs come by left row, then by right row, both in order of arrival within their slice of time;
/// right rows without a partner come last.
final class JoinEmitter {
    private let parts: JoinParts
    private let left = RowList()
    private let right = RowList()
    private let preservesLeft: Bool
    private let preservesRight: Bool

    init(_ parts: JoinParts) {
        self.parts = parts
        preservesLeft = parts.definition.kind.preserves(.left)
        preservesRight = parts.definition.kind.preserves(.right)
    }

    // MARK: Gathering

    func removeAll() {
        left.removeAll()
        right.removeAll()
    }

    /// Takes the rows of one key of one slice, behind those that are there.
    @inline(__always)
    func append(_ entry: SliceTable.Entry, of slice: SlicePointer) {
        left.append(chain: entry.lastLeft, of: slice.pointee.sides[0].rows.bases)
        right.append(chain: entry.lastRight, of: slice.pointee.sides[1].rows.bases)
    }

    /// Takes the rows of the key at `position`, of all slices.
    ///
    /// - Returns: The position of the next key.
    // hot
    func gather(_ keys: KeyOrder, from position: Int) -> Int {
        removeAll()
        let first = keys[position]
        append(first.entry.pointee, of: first.slice)
        let key = KeyRecord.read(first.key)
        var next = position + 1
        // A slice has a key once, so a key's items differ in their slices.
        while next < keys.count, keys[next].slice != first.slice,
            haveEqualBytes(KeyRecord.read(keys[next].key), key)
        {
            append(keys[next].entry.pointee, of: keys[next].slice)
            next += 1
        }
        return next
    }

    /// Takes the rows of one key.
    ///
    /// - Returns: Its ``KeyRecord`` in some slice; nil if it has no rows.
    func gather(
        _ slices: ArraySlice<SlicePointer>, _ key: ByteSlice, _ hash: UInt64
    ) -> UnsafeRawPointer? {
        removeAll()
        var record: UnsafeRawPointer?
        for slice in slices {
            guard let entry = slice.pointee.table.find(key, hash, slice.pointee.keys.bases) else {
                continue
            }
            append(entry.pointee, of: slice)
            record = UnsafeRawPointer(slice.pointee.keys.address(entry.pointee.key))
        }
        return record
    }

    // MARK: Emitting

    /// Adds the key's pairs; full batches are emitted.
    func emit(
        key: UnsafeRawPointer, _ window: JoinWindowSpan, into output: any OperatorOutput
    ) throws {
        let canMatch =
            left.count > 0 && right.count > 0 && !parts.isNull(KeyRecord.read(key))
        guard canMatch else {
            if preservesLeft { try emitAlone(.left, key, window, into: output) }
            if preservesRight { try emitAlone(.right, key, window, into: output) }
            return
        }
        if let matches = parts.pairs.matches {
            try emitTentatively(matches, key, window, into: output)
        } else {
            try emitPairs(key, window, into: output)
        }
    }

    // hot
    private func emitPairs(
        _ key: UnsafeRawPointer, _ window: JoinWindowSpan, into output: any OperatorOutput
    ) throws {
        let pairs = parts.pairs
        for l in 0..<left.count {
            for r in 0..<right.count {
                if pairs.isFull { try pairs.flush(into: output) }
                pairs.append(left: left.rows[l], right: right.rows[r], key: key, window)
            }
        }
    }

    private func emitAlone(
        _ side: JoinSide, _ key: UnsafeRawPointer, _ window: JoinWindowSpan,
        into output: any OperatorOutput
    ) throws {
        let pairs = parts.pairs
        let list = side == .left ? left : right
        for index in 0..<list.count {
            if pairs.isFull { try pairs.flush(into: output) }
            pairs.matches?.set(pairs.count, .pair)
            let row = list.rows[index]
            pairs.append(
                left: side == .left ? row : nil, right: side == .left ? nil : row, key: key, window)
        }
    }

    /// With a residual condition, whether a row has a partner is known only behind its pairs.
    private func emitTentatively(
        _ matches: PairMatches, _ key: UnsafeRawPointer, _ window: JoinWindowSpan,
        into output: any OperatorOutput
    ) throws {
        let pairs = parts.pairs
        if matches.isCrowded {
            try pairs.flush(into: output)
            matches.removeAll()
        }
        let first = matches.addKey(leftCount: left.count, rightCount: right.count)
        for l in 0..<left.count {
            let serial = first.left + Int32(truncatingIfNeeded: l)
            for r in 0..<right.count {
                if pairs.isFull { try pairs.flush(into: output) }
                matches.set(
                    pairs.count, .pair, left: serial,
                    right: first.right + Int32(truncatingIfNeeded: r))
                pairs.append(left: left.rows[l], right: right.rows[r], key: key, window)
            }
            guard preservesLeft else { continue }
            if pairs.isFull { try pairs.flush(into: output) }
            matches.set(pairs.count, .tentativeLeft, left: serial)
            pairs.append(left: left.rows[l], right: nil, key: key, window)
        }
        guard preservesRight else { return }
        for r in 0..<right.count {
            if pairs.isFull { try pairs.flush(into: output) }
            matches.set(
                pairs.count, .tentativeRight, right: first.right + Int32(truncatingIfNeeded: r))
            pairs.append(left: nil, right: right.rows[r], key: key, window)
        }
    }
}
