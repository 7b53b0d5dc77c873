internal import StreamAPI
internal import StreamCore

extension Accumulator {
    /// Whether no sum can overflow in this pass, whatever rows share a key: the sum of all the
    /// pass's magnitudes, on top of the largest sum now, still fits.
    // hot
    func isSafe(_ pass: AccumulatorPass) -> Bool {
        guard let argument = pass.argument else { return true }
        let values = argument.integers
        let hasNulls = argument.hasNulls
        var total: UInt64 = 0
        var largest: UInt64 = 0
        for index in pass.range {
            let row = Int(pass.rows[index])
            largest = max(largest, Int64(bitPattern: pass.slots[index][word]).magnitude)
            guard !hasNulls || argument.validity[row] != 0 else { continue }
            let (sum, overflow) = total.addingReportingOverflow(values[row].magnitude)
            if overflow { return false }
            total = sum
        }
        let (reach, overflow) = total.addingReportingOverflow(largest)
        return !overflow && reach <= UInt64(Int64.max)
    }

    /// Whether the one row at `index` overflows its key's sum.
    func overflows(_ pass: AccumulatorPass, at index: Int) -> Bool {
        guard let argument = pass.argument else { return false }
        let row = Int(pass.rows[index])
        guard !argument.isNull(row) else { return false }
        let sum = Int64(bitPattern: pass.slots[index][word])
        return sum.addingReportingOverflow(argument.integers[row]).overflow
    }
}
