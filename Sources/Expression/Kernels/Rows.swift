internal import StreamCore

/// The rows that a kernel computes, ascending.
struct Rows {
    let rows: UnsafePointer<Int32>
    let count: Int
    /// The rows are `0 ..< count`: loops need not read ``rows``, and vectorise.
    let isDense: Bool

    init(_ rows: UnsafePointer<Int32>, count: Int, isDense: Bool) {
        self.rows = rows
        self.count = count
        self.isDense = isDense
    }

    init(_ selection: SelectionVector, of rowCount: Int) {
        // Ascending and distinct: as many as there are means all.
        self.init(
            UnsafePointer(selection.rows), count: selection.count,
            isDense: selection.count == rowCount)
    }

    /// Calls `body` for each row; inlined into two loops, so a body of plain arithmetic vectorises
    /// in the dense one.
    @inline(__always)
    func forEach(_ body: (Int) -> Void) {
        if isDense {
            for row in 0..<count { body(row) }
        } else {
            for index in 0..<count { body(Int(rows[index])) }
        }
    }

    /// Calls `body` for each row that has a value in `column`.
    @inline(__always)
    func forEachValid(in column: Column, _ body: (Int) -> Void) {
        guard column.hasNulls else { return forEach(body) }
        let validity = column.validity
        forEach { row in
            if validity[row] != 0 { body(row) }
        }
    }
}

/// Room for a narrowed selection: the rows that take a branch.
///
/// Owned by one kernel; grows to the largest batch seen.
final class RowBuffer {
    private(set) var rows: UnsafeMutablePointer<Int32>
    private var capacity: Int
    var count = 0

    init() {
        capacity = 1
        rows = .allocate(capacity: 1)
    }

    deinit { rows.deallocate() }

    func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        rows.deallocate()
        rows = .allocate(capacity: wanted)
        capacity = wanted
    }

    /// The buffer's rows, as a part of `whole`.
    func view(of whole: Rows) -> Rows {
        Rows(UnsafePointer(rows), count: count, isDense: whole.isDense && count == whole.count)
    }

    /// Takes the rows of `whole` for which `isKept` holds.
    @inline(__always)
    func keep(_ whole: Rows, where isKept: (Int) -> Bool) {
        reserve(whole.count)
        let target = rows
        var kept = 0
        whole.forEach { row in
            // Written always, counted if kept: no branch to mispredict.
            target[kept] = Int32(truncatingIfNeeded: row)
            kept &+= isKept(row) ? 1 : 0
        }
        count = kept
    }
}

extension SelectionVector {
    /// Keeps the rows for which a BOOLEAN column is TRUE.
    func keepTrue(in column: Column) {
        let values = column.booleans
        let validity = column.validity
        let target = rows
        let selected = count
        var kept = 0
        if column.hasNulls {
            for index in 0..<selected {
                let row = target[index]
                target[kept] = row
                kept &+= Int(values[Int(row)] & validity[Int(row)])
            }
        } else {
            for index in 0..<selected {
                let row = target[index]
                target[kept] = row
                kept &+= Int(values[Int(row)])
            }
        }
        count = kept
    }
}
