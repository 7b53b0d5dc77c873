package import StreamCore

/// Sorts the rows of one batch by output partition, stably: a counting sort in preallocated arrays.
///
/// - Threading: one thread.
package final class PartitionGrouping {
    package let partitionCount: Int
    package let rowCapacity: Int
    /// The partition of each input row, in input order.
    private let partitions: UnsafeMutablePointer<Int32>
    /// Row numbers, grouped.
    private let grouped: UnsafeMutablePointer<Int32>
    /// `starts[p] ..< starts[p + 1]`: the rows of partition `p` in `grouped`.
    private let starts: UnsafeMutablePointer<Int32>
    /// Where the batch's rows without a key go.
    private var stickyPartition: Int

    /// - Parameters:
    ///   - partitionCount: Of the output topic, at least 1.
    ///   - firstStickyPartition: Where the first keyless batch goes; any number.
    package init(partitionCount: Int, rowCapacity: Int, firstStickyPartition: Int = 0) {
        precondition(partitionCount > 0)
        precondition(partitionCount <= Int(Int32.max))
        precondition(rowCapacity > 0)
        self.partitionCount = partitionCount
        self.rowCapacity = rowCapacity
        stickyPartition = firstStickyPartition % partitionCount
        partitions = .allocate(capacity: rowCapacity)
        grouped = .allocate(capacity: rowCapacity)
        starts = .allocate(capacity: partitionCount + 1)
    }

    deinit {
        partitions.deallocate()
        grouped.deallocate()
        starts.deallocate()
    }

    /// The rows of one partition, in input order; valid until the next `group`.
    package func rows(ofPartition partition: Int) -> UnsafeBufferPointer<Int32> {
        let start = Int(starts[partition])
        return UnsafeBufferPointer(
            start: grouped + start, count: Int(starts[partition + 1]) - start)
    }

    /// Groups the rows `rows[0 ..< count]`, or `0 ..< count` without `rows`.
    ///
    /// Rows with a key go to murmur2 of its bytes. Rows without go to one partition, another for
    /// each batch, as Kafka's own producer fills one batch before it turns to the next partition.
    ///
    /// - Parameters:
    ///   - keys: By row number; nil: no row has a key.
    ///   - given: By row number, partitions of the topic that go before the keys; -1: by the key.
    /// - Complexity: O(rows + partitions); allocates nothing.
    package func group(
        rows: UnsafePointer<Int32>?, count: Int, keys: UnsafePointer<ByteSlice>?,
        given: UnsafePointer<Int32>? = nil
    ) {
        precondition(count <= rowCapacity)
        starts.update(repeating: 0, count: partitionCount + 1)
        if let given {
            assign(given, rows: rows, count: count, keys: keys)
        } else if let keys {
            assignByKey(rows: rows, count: count, keys: keys)
        } else {
            assignAll(to: stickyPartition, count: count)
        }
        stickyPartition = (stickyPartition + 1) % partitionCount
        scatter(rows: rows, count: count)
    }

    /// Puts the rows `rows[0 ..< count]`, or `0 ..< count` without `rows`, into one partition.
    package func group(rows: UnsafePointer<Int32>?, count: Int, into partition: Int) {
        precondition(count <= rowCapacity && partition >= 0 && partition < partitionCount)
        starts.update(repeating: 0, count: partitionCount + 1)
        assignAll(to: partition, count: count)
        scatter(rows: rows, count: count)
    }

    private func assignAll(to partition: Int, count: Int) {
        partitions.update(repeating: Int32(truncatingIfNeeded: partition), count: count)
        starts[partition + 1] = Int32(truncatingIfNeeded: count)
    }

    // hot
    private func assign(
        _ given: UnsafePointer<Int32>, rows: UnsafePointer<Int32>?, count: Int,
        keys: UnsafePointer<ByteSlice>?
    ) {
        let partitions = partitions
        let counts = starts + 1
        let partitionCount = UInt32(truncatingIfNeeded: partitionCount)
        for index in 0..<count {
            let row = rows.map { Int($0[index]) } ?? index
            let key = keys.map { $0[row] } ?? .absent
            let byKey =
                key.isAbsent
                ? stickyPartition : Murmur2.partition(of: key, partitionCount: partitionCount)
            let partition = given[row] >= 0 ? Int(given[row]) : byKey
            assert(partition < Int(partitionCount))
            partitions[index] = Int32(truncatingIfNeeded: partition)
            counts[partition] &+= 1
        }
    }

    // hot
    private func assignByKey(
        rows: UnsafePointer<Int32>?, count: Int, keys: UnsafePointer<ByteSlice>
    ) {
        let partitions = partitions
        let counts = starts + 1
        let partitionCount = UInt32(truncatingIfNeeded: partitionCount)
        let sticky = stickyPartition
        for index in 0..<count {
            let key = keys[rows.map { Int($0[index]) } ?? index]
            let partition =
                key.isAbsent
                ? sticky : Murmur2.partition(of: key, partitionCount: partitionCount)
            partitions[index] = Int32(truncatingIfNeeded: partition)
            counts[partition] &+= 1
        }
    }

    /// Turns the counts into starts and puts every row into its place. hot
    private func scatter(rows: UnsafePointer<Int32>?, count: Int) {
        let partitions = partitions
        let grouped = grouped
        let starts = starts
        for partition in 0..<partitionCount { starts[partition &+ 1] &+= starts[partition] }
        // From the last row to the first: each partition is filled from its end, which leaves
        // `starts` as ends moved back to the beginnings, shifted by one.
        for index in stride(from: count &- 1, through: 0, by: -1) {
            let partition = Int(partitions[index]) &+ 1
            starts[partition] &-= 1
            grouped[Int(starts[partition])] =
                rows.map { $0[index] } ?? Int32(truncatingIfNeeded: index)
        }
        // Undo the shift: the start of `p` is in `starts[p + 1]` now.
        for partition in 0..<partitionCount { starts[partition] = starts[partition &+ 1] }
        starts[partitionCount] = Int32(truncatingIfNeeded: count)
    }
}
