internal import StreamCore

/// The members of one object, and which of them have a name that does not come again.
final class LastMembers {
    private(set) var names: [ByteSlice] = []
    private(set) var values: [ByteSlice] = []
    private var last: [Bool] = []
    /// Open addressing: 0, or 1 + the number of a member that is the last of its name.
    private var table: [UInt32] = []

    var count: Int { names.count }

    func isLast(_ member: Int) -> Bool { last[member] }

    func removeAll() {
        names.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    func append(_ name: ByteSlice, _ value: ByteSlice) {
        names.append(name)
        values.append(value)
    }

    /// From the end to the beginning: a name that is known has come later.
    func markLast() {
        last = Array(repeating: true, count: count)
        guard count > 1 else { return }
        let bits = Int.bitWidth - (2 * count).leadingZeroBitCount
        table = Array(repeating: 0, count: 1 << bits)
        for member in names.indices.reversed() { last[member] = insert(member) }
    }

    /// - Returns: False for a name that is there.
    private func insert(_ member: Int) -> Bool {
        let name = names[member]
        let mask = table.count - 1
        var bucket = Int(truncatingIfNeeded: StableHash.xxh3(name.base, name.count)) & mask
        // Ends: the table is at most half full.
        while table[bucket] != 0 {
            if Bytes.equal(names[Int(table[bucket]) - 1], name) { return false }
            bucket = (bucket + 1) & mask
        }
        table[bucket] = UInt32(member + 1)
        return true
    }
}
