internal import StreamCore

/// Sorts the selected rows of a batch by the subtask that owns their key group: a counting sort, so
/// that order within a subtask stays.
///
/// ```
///   rows       0 1 2 3 4 5        key groups  7 2 7 0 2 7      3 targets of 8 groups
///   target     2 0 2 0 0 2        -> sorted   1 3 4 | (none) | 0 2 5
/// ```
///
/// - Threading: one subtask's.
final class RowRouter {
    /// Filled by the partitioner: one per selected row.
    private(set) var keyGroups: UnsafeMutablePointer<UInt16>
    private var sortedRows: UnsafeMutablePointer<Int32>
    private var capacity: Int
    private let groupCount: Int
    private let targetCount: Int
    private let targetOfGroup: UnsafeMutablePointer<UInt16>
    /// Rows of target `t` are `sortedRows[starts[t] ..< starts[t + 1]]`.
    private let starts: UnsafeMutablePointer<Int>

    init(groupCount: Int, targetCount: Int, rowCapacity: Int) {
        precondition(rowCapacity > 0)
        precondition(targetCount > 0 && targetCount <= groupCount)
        precondition(groupCount <= KeyGroup.countMax)
        self.groupCount = groupCount
        self.targetCount = targetCount
        capacity = rowCapacity
        keyGroups = .allocate(capacity: rowCapacity)
        sortedRows = .allocate(capacity: rowCapacity)
        starts = .allocate(capacity: targetCount + 2)
        targetOfGroup = .allocate(capacity: groupCount)
        for group in 0..<groupCount {
            targetOfGroup[group] = UInt16(
                KeyGroup.subtask(ofGroup: group, groupCount: groupCount, parallelism: targetCount))
        }
    }

    deinit {
        keyGroups.deallocate()
        sortedRows.deallocate()
        starts.deallocate()
        targetOfGroup.deallocate()
    }

    /// Makes room for a batch of `count` selected rows; allocates only when one is larger than any
    /// before.
    func reserve(_ count: Int) {
        guard count > capacity else { return }
        keyGroups.deallocate()
        sortedRows.deallocate()
        capacity = count
        keyGroups = .allocate(capacity: count)
        sortedRows = .allocate(capacity: count)
    }

    /// Sorts by ``keyGroups``, which holds one group per selected row.  // hot
    func sort(_ selection: SelectionVector) {
        let count = selection.count
        precondition(count <= capacity)
        let (rows, sorted, groups) = (selection.rows, sortedRows, keyGroups)
        let (targets, positions) = (targetOfGroup, starts)
        // Counts go two places up, so that after the second loop `starts` are where they belong.
        for index in 0..<(targetCount + 2) { positions[index] = 0 }
        for index in 0..<count {
            assert(Int(groups[index]) < groupCount)
            positions[Int(targets[Int(groups[index])]) + 2] &+= 1
        }
        for index in 2..<(targetCount + 2) { positions[index] &+= positions[index - 1] }
        for index in 0..<count {
            let target = Int(targets[Int(groups[index])]) + 1
            sorted[positions[target]] = rows[index]
            positions[target] &+= 1
        }
    }

    /// The rows of one target, in selection order; valid until the next sort.
    func rows(ofTarget target: Int) -> UnsafeBufferPointer<Int32> {
        precondition(target >= 0 && target < targetCount)
        return UnsafeBufferPointer(
            start: sortedRows + starts[target], count: starts[target + 1] - starts[target])
    }
}
