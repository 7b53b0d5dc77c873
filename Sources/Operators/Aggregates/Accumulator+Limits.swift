internal import StreamAPI
internal import StreamCore

/// Why a row cannot be added to what is kept for its key.
enum AccumulatorFailure: Equatable {
    /// The sum, or the mean made of it, would leave its type.
    case overflow
    /// The text or the set of values would have so many bytes.
    case tooLong(byteCount: Int)
}

extension Accumulator {
    /// 10^38: a DECIMAL's unscaled value stays below.
    static let decimalEnd = UInt128(10).power(LogicalType.decimalPrecisionMax)

    /// Whether no row of this pass can fail, whatever rows share a key: the sum of all the pass's
    /// magnitudes, on top of the largest sum now, still fits; and so do all its bytes.
    func isSafe(_ pass: AccumulatorPass, _ state: any KeyedStateBackend) -> Bool {
        if let setWord, !areBytesSafe(pass, state, setWord, each: 24) { return false }
        switch kind {
        case .list(let separator, _): return areBytesSafe(pass, state, word, each: separator.count)
        case .sum, .average: return isSumSafe(pass)
        default: return true
        }
    }

    private func isSumSafe(_ pass: AccumulatorPass) -> Bool {
        guard let argument = pass.argument else { return true }
        switch input {
        case .int64: return isSumSafe(pass, argument.integers)
        case .int128: return isSumSafe(pass, argument.decimals)
        default: return true
        }
    }

    // hot
    private func isSumSafe(
        _ pass: AccumulatorPass, _ values: UnsafePointer<Int64>
    ) -> Bool {
        var total: UInt64 = 0
        var largest: UInt64 = 0
        for index in pass.range {
            let row = Int(pass.rows[index])
            largest = max(largest, Int64.load(pass.slots[index] + word).magnitude)
            if let presence = pass.presence, presence[row] == 0 { continue }
            let (sum, overflow) = total.addingReportingOverflow(values[row].magnitude)
            if overflow { return false }
            total = sum
        }
        let (reach, overflow) = total.addingReportingOverflow(largest)
        return !overflow && reach <= UInt64(Int64.max)
    }

    // hot
    private func isSumSafe(
        _ pass: AccumulatorPass, _ values: UnsafePointer<Int128>
    ) -> Bool {
        let end = Accumulator.decimalEnd / UInt128(factor.magnitude)
        var total: UInt128 = 0
        var largest: UInt128 = 0
        for index in pass.range {
            let row = Int(pass.rows[index])
            largest = max(largest, Int128.load(pass.slots[index] + word).magnitude)
            if let presence = pass.presence, presence[row] == 0 { continue }
            total += values[row].magnitude
            // Twice 10^38 is still within the type, and the loop ends before there is more.
            if total >= end { return false }
        }
        return largest < end && total + largest < end
    }

    /// - Parameter each: Bytes that a value may need beside its own, in a set that does not grow.
    private func areBytesSafe(
        _ pass: AccumulatorPass, _ state: any KeyedStateBackend, _ owner: Int, each: Int
    ) -> Bool {
        guard let argument = pass.argument else { return true }
        var total = 0
        var largest = 0
        for index in pass.range {
            let row = Int(pass.rows[index])
            if let presence = pass.presence, presence[row] == 0 { continue }
            largest = max(largest, state.bytes(at: pass.slots[index] + owner).count)
            let width = argument.physical == .slice ? argument.slices[row].count : 16
            total += width + each
        }
        // A set's buckets may double.
        return largest * 2 + total <= Accumulator.valueByteCountMax
    }

    /// What adding the one row at `index` would do wrong; nil if it may be added.
    func failure(
        _ pass: AccumulatorPass, at index: Int, _ state: any KeyedStateBackend
    ) -> AccumulatorFailure? {
        guard let argument = pass.argument else { return nil }
        let row = Int(pass.rows[index])
        if let presence = pass.presence, presence[row] == 0 { return nil }
        let words = pass.slots[index]
        if let setWord {
            var scratch = ValueScratch()
            let value = scratch.bytes(of: argument, row)
            let set = DistinctSet(state.bytes(at: words + setWord))
            if set.contains(value) { return nil }
            let byteCount = set.byteCount(inserting: value.count)
            if byteCount > Accumulator.valueByteCountMax { return .tooLong(byteCount: byteCount) }
        }
        switch kind {
        case .list(let separator, _):
            let old = state.bytes(at: words + word)
            let byteCount =
                argument.slices[row].count + (old.isAbsent ? 0 : old.count + separator.count)
            return byteCount > Accumulator.valueByteCountMax
                ? .tooLong(byteCount: byteCount) : nil
        case .sum, .average: return sumFailure(argument, row, words)
        default: return nil
        }
    }

    private func sumFailure(
        _ argument: Column, _ row: Int, _ words: StateSlot
    ) -> AccumulatorFailure? {
        switch input {
        case .int64:
            let sum = Int64.load(words + word)
            return sum.addingReportingOverflow(argument.integers[row]).overflow ? .overflow : nil
        case .int128:
            return isDecimalSum(Int128.load(words + word), argument.decimals[row], words)
                ? nil : .overflow
        default: return nil
        }
    }

    /// Whether the sum of both, and the mean of it, have at most 38 digits.
    func isDecimalSum(_ a: Int128, _ b: Int128, _ words: StateSlot) -> Bool {
        let (sum, overflow) = a.addingReportingOverflow(b)
        guard !overflow, sum.magnitude < Accumulator.decimalEnd else { return false }
        guard case .average = kind, factor > 1 else { return true }
        // Rounding adds at most one.
        let quotient = sum.magnitude / UInt128(max(1, words[word + 2] &+ 1))
        return quotient < Accumulator.decimalEnd / factor.magnitude - 1
    }
}

extension UInt128 {
    fileprivate func power(_ exponent: Int) -> UInt128 {
        (0..<exponent).reduce(1) { power, _ in power * self }
    }
}
