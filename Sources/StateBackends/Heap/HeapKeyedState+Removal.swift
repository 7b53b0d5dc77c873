internal import StreamAPI
internal import StreamCore

extension HeapKeyedState {
    // hot
    func lookup(
        keys: UnsafePointer<ByteSlice>, hashes: UnsafePointer<UInt64>, count: Int,
        slots: UnsafeMutablePointer<StateSlot?>
    ) {
        freeRetired(rowCount: count)
        for start in stride(from: 0, to: count, by: Probes.capacity) {
            let range = start..<min(count, start &+ Probes.capacity)
            probe(keys, hashes, range)
            for row in range {
                let probe = probes.all[row &- start]
                let entry = entry(of: probe, keys[row], hashes[row])
                slots[row] = entry < 0 ? nil : writableSlot(entry, of: probe.table)
            }
        }
    }

    // hot
    func remove(
        keys: UnsafePointer<ByteSlice>, hashes: UnsafePointer<UInt64>, count: Int
    ) {
        freeRetired(rowCount: count)
        for start in stride(from: 0, to: count, by: Probes.capacity) {
            let range = start..<min(count, start &+ Probes.capacity)
            probe(keys, hashes, range)
            for row in range {
                // Earlier removals of the block may have freed or moved the probed row: search again.
                let table = probes.all[row &- start].table
                let entry = table.pointee.find(keys[row], hashes[row], layout)
                guard entry >= 0 else { continue }
                remove(entry, of: table)
                compactIfSparse(table)
            }
        }
    }

    private func table(ofKeyGroup keyGroup: Int) -> UnsafeMutablePointer<KeyGroupTable> {
        precondition(keyGroups.contains(keyGroup), "a key group of another subtask")
        return tables + (keyGroup - keyGroups.lower)
    }

    private func remove(_ entry: Int, of table: UnsafeMutablePointer<KeyGroupTable>) {
        // Before the look at `isShared`: who owns a page owns the values of its rows, as they are.
        own(entry &>> layout.rowShift, of: table)
        let isShared = isShared
        let words = RowLayout.words(layout.row(entry, table.pointee.pages))
        for word in descriptor.bytesWords {
            if let block = ValueBlock(words[word]) { free(block, isShared: isShared) }
        }
        table.pointee.remove(entry, layout, isShared: isShared)
    }

    private func compactIfSparse(_ table: UnsafeMutablePointer<KeyGroupTable>) {
        guard table.pointee.isSparse(layout) else { return }
        table.pointee.compact(layout, epoch: epoch, retired: &retired)
    }

    func removeAll() -> Bool {
        guard !isShared else { return false }
        retired.snapshotsEnded()
        for index in 0..<keyGroups.count {
            freeBlocks(of: tables[index])
            tables[index].removeAll(layout)
        }
        blockByteCount = 0
        return true
    }

    // MARK: All entries

    func forEachEntry(
        ofKeyGroup keyGroup: Int,
        _ body: (_ key: ByteSlice, _ words: UnsafePointer<UInt64>) throws -> Void
    ) rethrows {
        let table = table(ofKeyGroup: keyGroup).pointee
        for entry in 0..<table.rowCount {
            let row = layout.row(entry, table.pages)
            let key = RowLayout.key(row)
            guard key != RowLayout.noKey else { continue }
            try body(KeyStore.key(key, table.keys.chunks), RowLayout.words(row))
        }
    }

    @discardableResult
    func removeEntries(
        ofKeyGroup keyGroup: Int,
        where isRemoved: (_ key: ByteSlice, _ words: UnsafePointer<UInt64>) throws -> Bool
    ) rethrows -> Int {
        let table = table(ofKeyGroup: keyGroup)
        let keyCount = table.pointee.keyCount
        freeRetired(rowCount: keyCount)
        defer { compactIfSparse(table) }
        for entry in 0..<table.pointee.rowCount {
            let row = layout.row(entry, table.pointee.pages)
            let key = RowLayout.key(row)
            guard key != RowLayout.noKey else { continue }
            if try isRemoved(KeyStore.key(key, table.pointee.keys.chunks), RowLayout.words(row)) {
                remove(entry, of: table)
            }
        }
        return keyCount - table.pointee.keyCount
    }
}
