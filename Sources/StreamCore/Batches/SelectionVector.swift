/// The rows of a batch that are still alive, ascending. Filters shrink it; nothing is moved.
public final class SelectionVector {
    public let rows: UnsafeMutablePointer<Int32>
    public let capacity: Int
    public var count = 0

    public init(capacity: Int) {
        precondition(capacity > 0 && capacity <= Int(Int32.max))
        self.capacity = capacity
        rows = .allocate(capacity: capacity)
    }

    deinit { rows.deallocate() }

    /// Selects rows `0 ..< rowCount`.
    public func selectAll(_ rowCount: Int) {
        precondition(rowCount <= capacity)
        for row in 0..<rowCount { rows[row] = Int32(truncatingIfNeeded: row) }
        count = rowCount
    }

    public func copy(from other: SelectionVector) {
        precondition(other.count <= capacity)
        rows.update(from: other.rows, count: other.count)
        count = other.count
    }

    /// Removes one selected row, by its row number; O(count), for error paths only.
    public func remove(row: Int32) {
        var kept = 0
        for index in 0..<count where rows[index] != row {
            rows[kept] = rows[index]
            kept += 1
        }
        count = kept
    }
}
