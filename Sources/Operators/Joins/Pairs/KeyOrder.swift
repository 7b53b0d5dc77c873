internal import StreamCore

/// The keys of a window's slices in the order of their bytes, so that what is emitted does not depend
/// on how tables are laid out.
///
/// Sorted by eight bytes behind what all keys have in common, with a radix sort; where those are
/// equal, by all bytes.
///
/// - Threading: one subtask's. Valid until a slice is changed.
final class KeyOrder {
    /// One key of one slice.
    struct Item {
        /// Its ``KeyRecord``.
        let key: UnsafeRawPointer
        let entry: UnsafeMutablePointer<SliceTable.Entry>
        let slice: SlicePointer
    }
    private struct Place {
        let prefix: UInt64
        let index: Int32
    }

    private var items: [Item] = []
    private var places: [Place] = []
    private var scratch: [Place] = []
    /// More are not kept from window to window.
    private static let keptCountMax = 1 << 17
    /// Fewer are not worth eight passes.
    private static let radixCountMin = 256

    var count: Int { items.count }
    subscript(position: Int) -> Item { items[Int(places[position].index)] }

    /// Takes the keys of `slices`, which are ascending, and sorts them; of one key, the slices stay
    /// ascending.
    func collect(_ slices: ArraySlice<SlicePointer>) {
        removeAll()
        for slice in slices { collect(slice) }
        guard !items.isEmpty else { return }
        makePlaces(behind: commonByteCount())
        if places.count < KeyOrder.radixCountMin {
            places.sort { ($0.prefix, $0.index) < ($1.prefix, $1.index) }
        } else {
            radixSort()
        }
        sortEqualPrefixes()
    }

    func removeAll() {
        let keepsCapacity = items.capacity <= KeyOrder.keptCountMax
        items.removeAll(keepingCapacity: keepsCapacity)
        places.removeAll(keepingCapacity: keepsCapacity)
        scratch.removeAll(keepingCapacity: keepsCapacity)
    }

    // hot
    private func collect(_ slice: SlicePointer) {
        let table = slice.pointee.table
        items.reserveCapacity(items.count + table.keyCount)
        table.forEachEntry { entry in
            let key = UnsafeRawPointer(slice.pointee.keys.address(entry.pointee.key))
            items.append(Item(key: key, entry: entry, slice: slice))
        }
    }

    /// Bytes at the beginning that all keys share.
    private func commonByteCount() -> Int {
        let first = KeyRecord.read(items[0].key)
        var common = first.count
        guard let base = first.base else { return 0 }
        for item in items {
            let key = KeyRecord.read(item.key)
            guard let bytes = key.base else { return 0 }
            common = min(common, key.count)
            var at = 0
            while at < common, bytes[at] == base[at] { at &+= 1 }
            common = at
        }
        return common
    }

    private func makePlaces(behind common: Int) {
        places.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            let key = KeyRecord.read(item.key)
            var prefix: UInt64 = 0
            if let bytes = key.base {
                let end = min(key.count, common + 8)
                for at in common..<end {
                    prefix |= UInt64(bytes[at]) &<< UInt64(56 - 8 * (at - common))
                }
            }
            places.append(Place(prefix: prefix, index: Int32(truncatingIfNeeded: index)))
        }
    }

    /// Least significant byte first; stable. Bytes that are the same in all prefixes cost nothing.
    private func radixSort() {
        let first = places[0].prefix
        let differing = places.reduce(UInt64(0)) { $0 | ($1.prefix ^ first) }
        scratch = places
        for shift in stride(from: 0, to: UInt64(64), by: 8) where differing &>> shift & 0xff != 0 {
            distribute(shift)
            swap(&places, &scratch)
        }
    }

    // hot
    private func distribute(_ shift: UInt64) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 257) { starts in
            starts.initialize(repeating: 0)
            for place in places { starts[Int(place.prefix &>> shift & 0xff) + 1] &+= 1 }
            for byte in 1...256 { starts[byte] &+= starts[byte - 1] }
            scratch.withUnsafeMutableBufferPointer { target in
                for place in places {
                    let byte = Int(place.prefix &>> shift & 0xff)
                    target[starts[byte]] = place
                    starts[byte] &+= 1
                }
            }
        }
    }

    private func sortEqualPrefixes() {
        var start = 0
        while start < places.count {
            var end = start + 1
            while end < places.count, places[end].prefix == places[start].prefix { end += 1 }
            if end - start > 1, !areEqual(start..<end) { sort(start..<end) }
            start = end
        }
    }

    private func areEqual(_ range: Range<Int>) -> Bool {
        let first = KeyRecord.read(self[range.lowerBound].key)
        return range.dropFirst().allSatisfy {
            haveEqualBytes(KeyRecord.read(self[$0].key), first)
        }
    }

    private func sort(_ range: Range<Int>) {
        places[range].sort { a, b in
            let x = KeyRecord.read(items[Int(a.index)].key)
            let y = KeyRecord.read(items[Int(b.index)].key)
            if haveEqualBytes(x, y) { return a.index < b.index }
            return precedes(x, y)
        }
    }
}

/// The rows of one key and side, in order of arrival.
final class RowList {
    private(set) var rows: UnsafeMutablePointer<UnsafeRawPointer>
    /// Of each of ``rows``, in its chunks.
    private(set) var references: UnsafeMutablePointer<RowChunks.Reference>
    private(set) var count = 0
    private var capacity = 64
    /// A longer list is not kept.
    private static let keptCapacityMax = 1 << 16

    init() {
        rows = .allocate(capacity: capacity)
        references = .allocate(capacity: capacity)
    }

    deinit {
        rows.deallocate()
        references.deallocate()
    }

    @inline(__always)
    func removeAll() {
        count = 0
        if capacity > RowList.keptCapacityMax { grow(to: 64) }
    }

    /// Appends the chain that ends with `last`: pointers to whole rows, header first.
    // hot
    @inline(__always)
    func append(chain last: RowChunks.Reference, of chunks: RowChunks.Bases) {
        let start = count
        var next = last
        while next != RowChunks.none {
            let row = UnsafeRawPointer(RowChunks.address(next, chunks))
            if count == capacity { grow(to: capacity * 2) }
            rows[count] = row
            references[count] = next
            count &+= 1
            next = RowFrame.previous(row)
        }
        reverse(from: start)
    }

    @inline(__always)
    private func reverse(from start: Int) {
        var low = start
        var high = count &- 1
        while low < high {
            (rows[low], rows[high]) = (rows[high], rows[low])
            (references[low], references[high]) = (references[high], references[low])
            low &+= 1
            high &-= 1
        }
    }

    @inline(never)
    private func grow(to wanted: Int) {
        let kept = min(count, wanted)
        let rows = UnsafeMutablePointer<UnsafeRawPointer>.allocate(capacity: wanted)
        let references = UnsafeMutablePointer<RowChunks.Reference>.allocate(capacity: wanted)
        rows.update(from: self.rows, count: kept)
        references.update(from: self.references, count: kept)
        self.rows.deallocate()
        self.references.deallocate()
        (self.rows, self.references, capacity) = (rows, references, wanted)
    }
}
