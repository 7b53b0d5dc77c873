internal import StreamAPI
internal import StreamCore

/// Two accumulators become one: two sessions that a row has joined.
extension Accumulator {
    /// Adds what other words of the same layout hold.
    ///
    /// - Parameter isLater: Whether the other's rows come behind those of `words`.
    func merge(
        _ other: StateSlot, isLater: Bool, into words: StateSlot, _ state: any KeyedStateBackend,
        _ arena: ByteArena
    ) {
        if setWord == nil {
            perform(MergeTask(other: other, isLater: isLater, words: words), state, arena)
        } else {
            mergeSets(other, isLater: isLater, into: words, state, arena)
        }
    }

    /// `DISTINCT`: the other's values that are new here are added one by one.
    private func mergeSets(
        _ other: StateSlot, isLater: Bool, into words: StateSlot, _ state: any KeyedStateBackend,
        _ arena: ByteArena
    ) {
        guard let setWord else { return }
        let adder = OneRow(type, words)
        // Where the order of values counts, those of what began first come first.
        let behind = isOrdered && !isLater ? takeSet(words, state, arena) : []
        DistinctSet(state.bytes(at: other + setWord)).forEach {
            add($0, to: words, adder, state, arena)
        }
        for value in behind { add(value, to: words, adder, state, arena) }
    }

    private func add(
        _ value: ByteSlice, to words: StateSlot, _ adder: OneRow, _ state: any KeyedStateBackend,
        _ arena: ByteArena
    ) {
        guard let setWord, !DistinctSet(state.bytes(at: words + setWord)).contains(value),
            adder.column.store(value)
        else { return }
        DistinctSet.insert(value, at: words + setWord, state)
        run(adder.pass, state, arena)
    }

    /// Takes the values of a set out of what is kept, with what was made of them.
    private func takeSet(
        _ words: StateSlot, _ state: any KeyedStateBackend, _ arena: ByteArena
    ) -> [ByteSlice] {
        guard let setWord else { return [] }
        var values: [ByteSlice] = []
        DistinctSet(state.bytes(at: words + setWord)).forEach { values.append(arena.append($0)) }
        state.removeBytes(at: words + setWord)
        // A last value is replaced by the first that is added.
        if case .list = kind { state.removeBytes(at: words + word) }
        return values
    }

    private var isOrdered: Bool {
        switch kind {
        case .list, .last: true
        default: false
        }
    }

    /// What merging would do wrong; nil if it may be done. A set's values that both have count twice
    /// here, so a merge may be refused a little early.
    func mergeFailure(
        _ other: StateSlot, _ words: StateSlot, _ state: any KeyedStateBackend
    ) -> AccumulatorFailure? {
        if let setWord {
            let count = bytesCount(other, words, setWord, state) * 2
            if count > Accumulator.valueByteCountMax { return .tooLong(byteCount: count) }
        }
        switch kind {
        case .list(let separator, _):
            let count = bytesCount(other, words, word, state) + separator.count
            return count > Accumulator.valueByteCountMax ? .tooLong(byteCount: count) : nil
        case .sum, .average:
            return isMergedSum(other, words) ? nil : .overflow
        default: return nil
        }
    }

    private func bytesCount(
        _ a: StateSlot, _ b: StateSlot, _ owner: Int, _ state: any KeyedStateBackend
    ) -> Int {
        state.bytes(at: a + owner).count + state.bytes(at: b + owner).count
    }

    private func isMergedSum(_ other: StateSlot, _ words: StateSlot) -> Bool {
        switch input {
        case .int64:
            !Int64.load(words + word).addingReportingOverflow(Int64.load(other + word)).overflow
        case .int128:
            isDecimalSum(Int128.load(words + word), Int128.load(other + word), words)
        default: true
        }
    }
}

/// A batch of one row, for one key's words.
private final class OneRow {
    let column: Column
    private let row: UnsafeMutablePointer<Int32>
    private let slot: UnsafeMutablePointer<StateSlot>

    init(_ type: LogicalType, _ words: StateSlot) {
        column = Column(type: type, capacity: 1)
        row = .allocate(capacity: 1)
        slot = .allocate(capacity: 1)
        row.initialize(to: 0)
        slot.initialize(to: words)
    }

    deinit {
        row.deallocate()
        slot.deallocate()
    }

    var pass: AccumulatorPass {
        AccumulatorPass(
            rows: row, slots: slot, range: 0..<1, argument: column, presence: nil, result: nil)
    }
}

private struct MergeTask: KernelTask {
    let other: StateSlot
    let isLater: Bool
    let words: StateSlot
    func perform<Kernel: AccumulatorKernel>(_ kernel: Kernel) {
        kernel.merge(other, isLater: isLater, into: words)
    }
}

extension Column {
    /// Writes a value of canonical bytes, as ``ValueScratch`` made them, at row 0; a slice is not
    /// copied.
    ///
    /// - Returns: False if the bytes are no such value: they come from a file.
    func store(_ value: ByteSlice) -> Bool {
        let bytes = UnsafeRawBufferPointer(start: value.base, count: value.count)
        guard physical == .slice || bytes.count == physical.stride else { return false }
        switch physical {
        case .slice: slices[0] = value
        case .bool8: booleans[0] = bytes[0] & 1
        case .int64: integers[0] = Int64(littleEndian: bytes.loadUnaligned(as: Int64.self))
        case .float64:
            doubles[0] = Double(
                bitPattern: UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
        case .int128: decimals[0] = Int128(littleEndian: bytes.loadUnaligned(as: Int128.self))
        }
        return true
    }
}
