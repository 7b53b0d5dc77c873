internal import CSystem
internal import StreamAPI
internal import StreamCore

/// The keys of a few rows on the way to their table rows.
///
/// A look-up reads four places that depend on each other: the bucket, the page's address, the row, the
/// key's bytes. In a large state none is in a cache. So each step is done for all keys of a block, and
/// asks for the memory of the next one, before any key takes the next step (Chen et al., "Improving
/// hash join performance through prefetching", 2004: group prefetching).
struct Probes {
    /// Enough to keep the memory busy, few enough to stay in the first cache.
    static let capacity = 32

    struct Probe {
        var table: UnsafeMutablePointer<KeyGroupTable>
        var entry: Int
        /// Nil if no row has the key's tag.
        var row: UnsafeMutableRawPointer?
    }

    let all = UnsafeMutablePointer<Probe>.allocate(capacity: capacity)

    func deallocate() { all.deallocate() }
}

extension HeapKeyedState {
    /// Finds the likely rows of at most ``Probes/capacity`` keys: the first with the key's tag. Whether
    /// it is the key's ``entry(of:_:_:)`` sees.
    // hot
    func probe(
        _ keys: UnsafePointer<ByteSlice>, _ hashes: UnsafePointer<UInt64>, _ range: Range<Int>
    ) {
        let probes = probes.all
        let first = range.lowerBound
        let (tables, groupCount, layout) = (tables, groupCount, layout)
        let (lower, ownCount) = (keyGroups.lower, UInt(keyGroups.count))
        for row in range {
            let group = KeyGroup.index(ofHash: hashes[row], groupCount: groupCount) &- lower
            precondition(UInt(bitPattern: group) < ownCount, "a key of another subtask")
            probes[row &- first].table = tables + group
            csystem_prefetch((tables + group).pointee.bucket(ofHash: hashes[row]))
        }
        for row in range {
            let table = probes[row &- first].table
            let entry = table.pointee.candidate(hashes[row])
            let address = entry < 0 ? nil : layout.row(entry, table.pointee.pages)
            probes[row &- first].entry = entry
            probes[row &- first].row = address
            if let address { csystem_prefetch(address) }
        }
        for row in range {
            guard let address = probes[row &- first].row else { continue }
            let table = probes[row &- first].table
            csystem_prefetch(table.pointee.keys.address(RowLayout.key(address)))
        }
    }

    /// The row of a probed key; -1 if it has none.
    @inline(__always)
    func entry(of probe: Probes.Probe, _ key: ByteSlice, _ hash: UInt64) -> Int {
        let table = probe.table
        if let row = probe.row, RowLayout.hash(row) == UInt32(truncatingIfNeeded: hash),
            isEqual(key, KeyStore.key(RowLayout.key(row), table.pointee.keys.chunks))
        {
            return probe.entry
        }
        return table.pointee.find(key, hash, layout)
    }
}
