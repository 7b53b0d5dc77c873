internal import StreamAPI
internal import StreamCore

/// How one kind of aggregate call changes and reads a key's words. Leaf code: one specialisation of
/// the loops for each kernel, no dynamic call in any of them.
protocol AccumulatorKernel {
    /// An argument as it lies in its column.
    associatedtype Input
    /// A result as it lies in its column.
    associatedtype Value
    /// Whether one value is enough for a result.
    static var hasValueOnceAdded: Bool { get }

    func add(_ input: Input, to words: StateSlot)
    func hasValue(_ words: StateSlot) -> Bool
    /// Anything where `hasValue` is false.
    func value(_ words: StateSlot) -> Value
    /// Adds what other words of the same layout hold.
    ///
    /// - Parameter isLater: Whether the other's rows come behind those of `words`.
    func merge(_ other: StateSlot, isLater: Bool, into words: StateSlot)
}

extension AccumulatorKernel {
    static var hasValueOnceAdded: Bool { true }
}

/// One bit of a word that 64 calls share: set once a value that is not NULL came.
struct ValueFlag {
    let word: Int
    let bit: UInt64

    @inline(__always)
    func isSet(_ words: StateSlot) -> Bool { words[word] & bit != 0 }
    @inline(__always)
    func set(_ words: StateSlot) { words[word] |= bit }
}

/// One pass over some rows: each row updates its key's words, and the result as of this row goes
/// into the result column. Rows of one key follow each other in row order, so repeats are right.
struct AccumulatorPass {
    /// Row numbers.
    let rows: UnsafePointer<Int32>
    /// Their keys' words.
    let slots: UnsafePointer<StateSlot>
    /// Which of both.
    let range: Range<Int>
    /// Nil for `COUNT(*)`.
    let argument: Column?
    /// By row number, 1 where the row counts: it passes the filter and its argument is not NULL.
    /// Nil: all do.
    let presence: UnsafePointer<UInt8>?
    /// Nil: nobody asks for results row by row.
    let result: Column?
}

extension AccumulatorPass {
    // hot
    func update<Kernel: AccumulatorKernel>(_ kernel: Kernel) {
        // COUNT(*) reads nothing, so any address will do.
        let base = argument.map { UnsafeRawPointer($0.values) } ?? UnsafeRawPointer(rows)
        let inputs = base.assumingMemoryBound(to: Kernel.Input.self)
        guard let result else { return updateOnly(kernel, inputs) }
        let values = result.values.assumingMemoryBound(to: Kernel.Value.self)
        if presence == nil, Kernel.hasValueOnceAdded {
            for index in range {
                let row = Int(rows[index])
                let words = slots[index]
                kernel.add(inputs[row], to: words)
                values[row] = kernel.value(words)
            }
        } else {
            updateSome(kernel, inputs, result)
        }
    }

    private func updateSome<Kernel: AccumulatorKernel>(
        _ kernel: Kernel, _ inputs: UnsafePointer<Kernel.Input>, _ result: Column
    ) {
        let values = result.values.assumingMemoryBound(to: Kernel.Value.self)
        let validity = result.validity
        result.hasNulls = true
        for index in range {
            let row = Int(rows[index])
            let words = slots[index]
            if presence.map({ $0[row] != 0 }) ?? true { kernel.add(inputs[row], to: words) }
            let hasValue = kernel.hasValue(words)
            if hasValue { values[row] = kernel.value(words) }
            validity[row] = hasValue ? 1 : 0
        }
    }

    private func updateOnly<Kernel: AccumulatorKernel>(
        _ kernel: Kernel, _ inputs: UnsafePointer<Kernel.Input>
    ) {
        guard let presence else {
            for index in range { kernel.add(inputs[Int(rows[index])], to: slots[index]) }
            return
        }
        for index in range {
            let row = Int(rows[index])
            if presence[row] != 0 { kernel.add(inputs[row], to: slots[index]) }
        }
    }
}
