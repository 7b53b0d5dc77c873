internal import StreamCore

extension KeyGroupTable {
    /// Dead bytes that are not worth a compaction.
    private static let deadByteCountMin = 16 << 10

    /// Takes a key out. Its row, whose page must be writable, is filled again by a later insertion.
    ///
    /// - Parameter isShared: Whether some snapshot may still read the key.
    mutating func remove(_ entry: Int, _ layout: RowLayout, isShared: Bool) {
        let row = layout.row(entry, pages)
        vacateBucket(of: entry, hash: RowLayout.hash(row))
        keys.remove(RowLayout.key(row), isShared: isShared)
        let next = freeRow < 0 ? RowLayout.noRow : UInt32(truncatingIfNeeded: freeRow)
        RowLayout.set(next, RowLayout.noKey, of: row)
        freeRow = entry
        keyCount -= 1
    }

    private mutating func vacateBucket(of entry: Int, hash: UInt32) {
        let content = KeyGroupTable.tag(hash) | UInt32(truncatingIfNeeded: entry)
        var bucket = hash & bucketMask
        while buckets[Int(bucket)] != content { bucket = (bucket &+ 1) & bucketMask }
        guard buckets[Int((bucket &+ 1) & bucketMask)] == KeyGroupTable.empty else {
            buckets[Int(bucket)] = KeyGroupTable.deleted
            deletedCount += 1
            return
        }
        // The end of a run: no search passes here any more, nor the deleted ones before.
        buckets[Int(bucket)] = KeyGroupTable.empty
        bucket = (bucket &- 1) & bucketMask
        while buckets[Int(bucket)] == KeyGroupTable.deleted {
            buckets[Int(bucket)] = KeyGroupTable.empty
            deletedCount -= 1
            bucket = (bucket &- 1) & bucketMask
        }
    }

    /// Whether two thirds of the rows and keys, by bytes, are of removed keys. Compacting then costs
    /// less than the removals did.
    func isSparse(_ layout: RowLayout) -> Bool {
        let dead = (rowCount - keyCount) * layout.rowByteCount + keys.deadByteCount
        let live = keyCount * layout.rowByteCount + keys.keyByteCount
        return dead > 2 * live + KeyGroupTable.deadByteCountMin
    }

    /// Moves what is left into memory of its size, in the order of the rows.
    ///
    /// - Parameter retired: Receives all memory that a snapshot may read.
    mutating func compact(_ layout: RowLayout, epoch: UInt32, retired: inout RetiredMemory) {
        var compacted = KeyGroupTable(sizedFor: self)
        compacted.directoryEpoch = epoch
        for entry in 0..<rowCount {
            let row = layout.row(entry, pages)
            let reference = RowLayout.key(row)
            guard reference != RowLayout.noKey else { continue }
            // Of the hash a table needs its lower half.
            let copy = compacted.insert(
                KeyStore.key(reference, keys.chunks), UInt64(RowLayout.hash(row)), layout,
                epoch: epoch, retired: &retired)
            guard let copy else { preconditionFailure("fewer keys than before do not fit") }
            RowLayout.words(layout.row(copy, compacted.pages)).update(
                from: RowLayout.words(row), count: layout.wordCount)
        }
        retire(layout, &retired)
        self = compacted
    }

    private func retire(_ layout: RowLayout, _ retired: inout RetiredMemory) {
        for index in 0..<pageCount { retired.append(pages[index], byteCount: layout.pageByteCount) }
        retired.append(UnsafeMutableRawPointer(pages), byteCount: pageCapacity * 8)
        buckets.deallocate()
        keys.retire(&retired)
    }
}
