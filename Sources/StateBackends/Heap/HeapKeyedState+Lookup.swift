internal import StreamAPI
internal import StreamCore
internal import Synchronization

extension HeapKeyedState {
    // hot
    func lookupOrInsert(
        keys: UnsafePointer<ByteSlice>, hashes: UnsafePointer<UInt64>, count: Int,
        slots: UnsafeMutablePointer<StateSlot>
    ) throws(KeyedStateError) {
        freeRetired(rowCount: count)
        for start in stride(from: 0, to: count, by: Probes.capacity) {
            let range = start..<min(count, start &+ Probes.capacity)
            probe(keys, hashes, range)
            try lookupOrInsertProbed(keys, hashes, range, slots)
        }
    }

    // hot
    private func lookupOrInsertProbed(
        _ keys: UnsafePointer<ByteSlice>, _ hashes: UnsafePointer<UInt64>, _ range: Range<Int>,
        _ slots: UnsafeMutablePointer<StateSlot>
    ) throws(KeyedStateError) {
        let probes = probes.all
        for row in range {
            let probe = probes[row &- range.lowerBound]
            var entry = entry(of: probe, keys[row], hashes[row])
            if entry < 0 { entry = try insert(keys[row], hashes[row], probe.table, row) }
            slots[row] = writableSlot(entry, of: probe.table)
        }
    }

    @inline(__always)
    func writableSlot(_ entry: Int, of table: UnsafeMutablePointer<KeyGroupTable>) -> StateSlot {
        let page = entry &>> layout.rowShift
        if table.pointee.pages[page].load(as: UInt32.self) != epoch { own(page, of: table) }
        return RowLayout.words(layout.row(entry, table.pointee.pages))
    }

    @inline(never)
    private func insert(
        _ key: ByteSlice, _ hash: UInt64, _ table: UnsafeMutablePointer<KeyGroupTable>, _ row: Int
    ) throws(KeyedStateError) -> Int {
        guard key.count <= HeapStateBackend.keyByteCountMax else {
            throw KeyedStateError(
                .keyTooLong, row: row,
                "the key has \(key.count) bytes; keyed state takes "
                    + "\(HeapStateBackend.keyByteCountMax)")
        }
        // The new row is a change of its page, unless that is new, too.
        let page = table.pointee.nextRow &>> layout.rowShift
        if page < table.pointee.pageCount { own(page, of: table) }
        let entry = table.pointee.insert(key, hash, layout, epoch: epoch, retired: &retired)
        guard let entry else {
            throw KeyedStateError(
                .keyGroupFull, row: row,
                "the key group has \(table.pointee.keyCount) keys and cannot take another; "
                    + "raise pipeline.max-parallelism")
        }
        return entry
    }

    /// Makes a page writable: nothing that a snapshot reads is in it afterwards.
    @inline(never)
    func own(_ index: Int, of table: UnsafeMutablePointer<KeyGroupTable>) {
        let page = table.pointee.pages[index]
        guard page.load(as: UInt32.self) != epoch else { return }
        guard isShared else { return page.storeBytes(of: epoch, as: UInt32.self) }
        let copy = UnsafeMutableRawPointer.allocate(byteCount: layout.pageByteCount, alignment: 8)
        copy.copyMemory(from: page, byteCount: layout.pageByteCount)
        copy.storeBytes(of: epoch, as: UInt32.self)
        if table.pointee.directoryEpoch != epoch {
            table.pointee.replaceDirectory(
                capacity: table.pointee.pageCapacity, epoch: epoch, retired: &retired)
        }
        table.pointee.pages[index] = copy
        retired.append(page, byteCount: layout.pageByteCount)
    }

    /// Whether some snapshot may still be read. Acquires, so that its reads come before our writes.
    @inline(__always)
    var isShared: Bool { liveSnapshots.load(ordering: .acquiring) > 0 }

    /// Frees what no snapshot reads any more, in proportion to the rows of a batch.
    @inline(__always)
    func freeRetired(rowCount: Int) {
        if !retired.isEmpty { freeSomeRetired(rowCount) }
    }

    @inline(never)
    private func freeSomeRetired(_ rowCount: Int) {
        if !isShared { retired.snapshotsEnded() }
        retired.freeSome(rowCount: rowCount)
    }
}
