internal import StreamAPI
internal import StreamCore

/// One pass over some selected rows: each row updates its key's words, and the result as of this row
/// goes into the result column. Rows of one key follow each other in row order, so repeats are right.
struct AccumulatorPass {
    /// The selected rows' numbers.
    let rows: UnsafeMutablePointer<Int32>
    /// Their keys' words.
    let slots: UnsafeMutablePointer<StateSlot>
    /// Which of both.
    let range: Range<Int>
    /// Nil for `COUNT(*)`.
    let argument: Column?
    let result: Column
}

extension Accumulator {
    /// Runs the pass. Sums do not overflow: the caller has made sure (``isSafe(_:)``).
    func run(_ pass: AccumulatorPass, _ state: any KeyedStateBackend, _ arena: ByteArena) {
        switch kind {
        case .countRows: countRows(pass)
        case .countValues: countValues(pass)
        case .sumIntegers: sumIntegers(pass)
        case .sumDoubles: sumDoubles(pass)
        case .averageIntegers: averageIntegers(pass)
        case .averageDoubles: averageDoubles(pass)
        case .leastInteger: integers(pass) { $0 < $1 }
        case .greatestInteger: integers(pass) { $0 > $1 }
        case .leastDouble: doubles(pass) { $0 < $1 || $1.isNaN }
        case .greatestDouble: doubles(pass) { $0 > $1 || $0.isNaN }
        case .leastBoolean: booleans(pass) { $0 < $1 }
        case .greatestBoolean: booleans(pass) { $0 > $1 }
        case .leastBytes: bytes(pass, state, arena) { $0 < 0 }
        case .greatestBytes: bytes(pass, state, arena) { $0 > 0 }
        }
    }

    // hot
    private func countRows(_ pass: AccumulatorPass) {
        let results = pass.result.integers
        pass.result.hasNulls = false
        for index in pass.range {
            let count = pass.slots[index][word] &+ 1
            pass.slots[index][word] = count
            results[Int(pass.rows[index])] = Int64(bitPattern: count)
        }
    }

    // hot
    private func countValues(_ pass: AccumulatorPass) {
        guard let argument = pass.argument, argument.hasNulls else { return countRows(pass) }
        let results = pass.result.integers
        let validity = argument.validity
        pass.result.hasNulls = false
        for index in pass.range {
            let row = Int(pass.rows[index])
            let count = pass.slots[index][word] &+ UInt64(validity[row])
            pass.slots[index][word] = count
            results[row] = Int64(bitPattern: count)
        }
    }

    // hot
    private func sumIntegers(_ pass: AccumulatorPass) {
        guard let argument = pass.argument else { return }
        let values = argument.integers
        let results = pass.result.integers
        eachValue(pass, argument) { words, row, isValue in
            if isValue {
                let sum = Int64(bitPattern: words[word]) &+ values[row]
                words[word] = UInt64(bitPattern: sum)
            }
            results[row] = Int64(bitPattern: words[word])
        }
    }

    // hot
    private func sumDoubles(_ pass: AccumulatorPass) {
        guard let argument = pass.argument else { return }
        let values = argument.doubles
        let results = pass.result.doubles
        eachValue(pass, argument) { words, row, isValue in
            if isValue {
                words[word] = (Double(bitPattern: words[word]) + values[row]).bitPattern
            }
            results[row] = Double(bitPattern: words[word])
        }
    }

    // hot
    private func averageIntegers(_ pass: AccumulatorPass) {
        guard let argument = pass.argument else { return }
        let values = argument.integers
        let results = pass.result.integers
        average(pass, argument) { words, row, isValue in
            if isValue {
                let sum = Int64(bitPattern: words[word]) &+ values[row]
                words[word] = UInt64(bitPattern: sum)
            }
            // Truncates towards zero, as Flink does for AVG of integers.
            let count = Int64(bitPattern: words[word &+ 1])
            results[row] = count > 0 ? Int64(bitPattern: words[word]) / count : 0
        }
    }

    // hot
    private func averageDoubles(_ pass: AccumulatorPass) {
        guard let argument = pass.argument else { return }
        let values = argument.doubles
        let results = pass.result.doubles
        average(pass, argument) { words, row, isValue in
            if isValue {
                words[word] = (Double(bitPattern: words[word]) + values[row]).bitPattern
            }
            results[row] = Double(bitPattern: words[word]) / Double(words[word &+ 1])
        }
    }

    // hot
    private func integers(_ pass: AccumulatorPass, _ wins: (Int64, Int64) -> Bool) {
        guard let argument = pass.argument else { return }
        let values = argument.integers
        let results = pass.result.integers
        eachValue(pass, argument) { words, row, isValue, isFirst in
            if isValue, isFirst || wins(values[row], Int64(bitPattern: words[word])) {
                words[word] = UInt64(bitPattern: values[row])
            }
            results[row] = Int64(bitPattern: words[word])
        }
    }

    /// NaN is the greatest of all, as in Java's `Double.compare`.
    // hot
    private func doubles(_ pass: AccumulatorPass, _ wins: (Double, Double) -> Bool) {
        guard let argument = pass.argument else { return }
        let values = argument.doubles
        let results = pass.result.doubles
        eachValue(pass, argument) { words, row, isValue, isFirst in
            if isValue, isFirst || wins(values[row], Double(bitPattern: words[word])) {
                words[word] = values[row].bitPattern
            }
            results[row] = Double(bitPattern: words[word])
        }
    }

    // hot
    private func booleans(_ pass: AccumulatorPass, _ wins: (UInt64, UInt64) -> Bool) {
        guard let argument = pass.argument else { return }
        let values = argument.booleans
        let results = pass.result.booleans
        eachValue(pass, argument) { words, row, isValue, isFirst in
            if isValue, isFirst || wins(UInt64(values[row]), words[word]) {
                words[word] = UInt64(values[row])
            }
            results[row] = UInt8(truncatingIfNeeded: words[word])
        }
    }

    /// Bytes compare as unsigned, which for UTF-8 is the order of code points.
    // hot
    private func bytes(
        _ pass: AccumulatorPass, _ state: any KeyedStateBackend, _ arena: ByteArena,
        _ wins: (Int) -> Bool
    ) {
        guard let argument = pass.argument else { return }
        let values = argument.slices
        let results = pass.result.slices
        let validity = pass.result.validity
        pass.result.hasNulls = true
        for index in pass.range {
            let row = Int(pass.rows[index])
            let owner = pass.slots[index] + word
            var best = state.bytes(at: owner)
            if !argument.isNull(row), best.isAbsent || wins(compareBytes(values[row], best)) {
                state.setBytes(values[row], at: owner)
                best = values[row]
            }
            // The state's own bytes may be overwritten by the next row of this key.
            results[row] = arena.append(best)
            validity[row] = best.isAbsent ? 0 : 1
        }
    }

    // MARK: Flags

    /// Calls `update` for each row with the key's words, and whether the row has a value; keeps the
    /// flag and the result's validity.
    @inline(__always)
    private func eachValue(
        _ pass: AccumulatorPass, _ argument: Column,
        _ update: (StateSlot, _ row: Int, _ isValue: Bool) -> Void
    ) {
        eachValue(pass, argument) { words, row, isValue, _ in update(words, row, isValue) }
    }

    /// The same; `isFirst`: no row of the key had a value before.
    @inline(__always)
    private func eachValue(
        _ pass: AccumulatorPass, _ argument: Column,
        _ update: (StateSlot, _ row: Int, _ isValue: Bool, _ isFirst: Bool) -> Void
    ) {
        let validity = pass.result.validity
        let hasNulls = argument.hasNulls
        pass.result.hasNulls = hasNulls || pass.result.hasNulls
        for index in pass.range {
            let row = Int(pass.rows[index])
            let words = pass.slots[index]
            let isValue = !hasNulls || argument.validity[row] != 0
            update(words, row, isValue, words[flagWord] & flag == 0)
            if isValue { words[flagWord] |= flag }
            validity[row] = words[flagWord] & flag != 0 ? 1 : 0
        }
    }

    /// The same for AVG, whose count says what a flag would.
    @inline(__always)
    private func average(
        _ pass: AccumulatorPass, _ argument: Column,
        _ update: (StateSlot, _ row: Int, _ isValue: Bool) -> Void
    ) {
        let validity = pass.result.validity
        let hasNulls = argument.hasNulls
        for index in pass.range {
            let row = Int(pass.rows[index])
            let words = pass.slots[index]
            let isValue = !hasNulls || argument.validity[row] != 0
            if isValue { words[word &+ 1] &+= 1 }
            update(words, row, isValue)
            validity[row] = words[word &+ 1] != 0 ? 1 : 0
        }
        pass.result.hasNulls = hasNulls
    }
}

/// Negative, zero or positive as `a` is before, equal to or behind `b`.
@inline(__always)
func compareBytes(_ a: ByteSlice, _ b: ByteSlice) -> Int {
    let count = min(a.count, b.count)
    if let x = a.base, let y = b.base {
        for at in 0..<count where x[at] != y[at] { return Int(x[at]) &- Int(y[at]) }
    }
    return a.count &- b.count
}
