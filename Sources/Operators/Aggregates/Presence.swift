internal import StreamCore

/// Which rows of a batch count for one aggregate call: 1 a row where they do, by row number.
///
/// - Threading: one subtask; its memory is reused from batch to batch.
final class Presence {
    /// Nil: all rows do.
    private(set) var pointer: UnsafePointer<UInt8>?
    private var flags: UnsafeMutablePointer<UInt8>
    private var capacity = RecordBatch.rowCapacityDefault
    private var distinct = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1)

    init() { flags = .allocate(capacity: capacity) }
    deinit {
        flags.deallocate()
        distinct.deallocate()
    }

    @inline(__always)
    func isSet(_ row: Int) -> Bool { flags[row] != 0 }

    /// Rows count where the column is not NULL.
    func follow(_ column: Column?) {
        pointer = column.flatMap { $0.hasNulls ? UnsafePointer($0.validity) : nil }
    }

    /// Rows count where `isPresent` says so.
    func fill(
        _ rowCapacity: Int, _ selection: SelectionVector, _ isPresent: (Int) -> Bool
    ) {
        let flags = reserve(rowCapacity)
        for index in 0..<selection.count {
            let row = Int(selection.rows[index])
            flags[row] = isPresent(row) ? 1 : 0
        }
        pointer = UnsafePointer(flags)
    }

    /// Of the selected rows, those count that are not NULL.
    func narrow(to column: Column, _ selection: SelectionVector) {
        guard column.hasNulls else { return }
        for index in 0..<selection.count {
            let row = Int(selection.rows[index])
            flags[row] = column.validity[row]
        }
    }

    /// Selects what was selected before a filter narrowed the batch, less the rows that failed.
    ///
    /// - Parameter asked: How many rows the filter let pass; those that count less the ones still
    ///   selected have failed.
    func restore(_ before: SelectionVector, to batch: RecordBatch, asked: Int) {
        guard batch.selection.count < asked else { return batch.selection.copy(from: before) }
        var kept = 0
        var next = 0
        let survivors = batch.selection
        let rows = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, before.count))
        defer { rows.deallocate() }
        for index in 0..<before.count {
            let row = before.rows[index]
            let survives = next < survivors.count && survivors.rows[next] == row
            if survives { next += 1 }
            // A NULL argument has cleared its flag, but is among the survivors.
            guard survives || !isSet(Int(row)) else { continue }
            rows[kept] = row
            kept += 1
        }
        batch.selection.rows.update(from: rows, count: kept)
        batch.selection.count = kept
    }

    /// Room for which rows' values are new, by row number.
    func distinctFlags(_ rowCapacity: Int) -> UnsafeMutablePointer<UInt8> {
        if distinct.count < rowCapacity {
            distinct.deallocate()
            distinct = .allocate(capacity: rowCapacity)
        }
        return distinct.baseAddress.unsafelyUnwrapped
    }

    private func reserve(_ rowCapacity: Int) -> UnsafeMutablePointer<UInt8> {
        guard rowCapacity > capacity else { return flags }
        flags.deallocate()
        capacity = rowCapacity
        flags = .allocate(capacity: rowCapacity)
        return flags
    }
}

extension SelectionVector {
    /// Keeps the rows for which `isKept` is true.
    @inline(__always)
    func keep(_ isKept: (Int) -> Bool) {
        var kept = 0
        for index in 0..<count {
            rows[kept] = rows[index]
            kept &+= isKept(Int(rows[index])) ? 1 : 0
        }
        count = kept
    }
}
