import StreamAPI
import StreamCore
import Testing

@testable import StateBackends

@Suite struct RemovalTests {
    // MARK: Against the model

    /// Whatever the order of insertions, updates, removals, snapshots and releases: a snapshot read at
    /// any later time has what the state had when it was taken, and the state has what a dictionary has.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func removalsLeaveWhatADictionaryHas(seed: UInt64) throws {
        var history = try History(seed: seed)
        for _ in 0..<150 { try history.step() }
        try history.checkAll()
    }

    /// The same through restores at other parallelisms: 1 → 3 → 2 → 1 subtasks.
    @Test(arguments: 0..<5 as Range<UInt64>)
    func removedKeysStayAwayAfterRescaling(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var model: Model = [:]
        var states = [try makeState()]
        for parallelism in [3, 2, 1] {
            let before = try restored(from: states.map { $0.snapshot() })
            states = try (0..<parallelism).map {
                try makeState(subtask: $0, of: parallelism, restored: before)
            }
            let added = randomKeys(300, &random)
            let removed = randomKeys(300, &random)
            model.update(added, text: [1, 2])
            for key in removed { model[key] = nil }
            for state in states {
                try state.update(
                    added.filter { state.keyGroups.contains(group(of: $0)) }, text: [1, 2])
                state.remove(removed.filter { state.keyGroups.contains(group(of: $0)) })
            }
            #expect(states.map(\.keyCount).reduce(0, +) == model.count)
            var union: Model = [:]
            for state in states {
                let entries = entries(of: state)
                #expect(try contents(of: state.snapshot()) == entries)
                union.merge(entries) { first, _ in first }
            }
            #expect(union == model)
        }
    }

    /// One state, its model, and the snapshots that are still read.
    private struct History {
        var random: SplitMix64
        let state: HeapKeyedState
        var model: Model = [:]
        var running: [(snapshot: any KeyedStateSnapshot, expected: Model)] = []

        init(seed: UInt64) throws {
            random = SplitMix64(seed: seed)
            state = try makeState()
        }

        mutating func step() throws {
            switch Int.random(in: 0..<13, using: &random) {
            case 0...4: try update()
            case 5...7: remove()
            case 8: removeWhereCountIsEven()
            case 9: running.append((state.snapshot(), model))
            case 10: try release()
            case 11: removeAll()
            default: try look()
            }
            #expect(state.keyCount == model.count)
        }

        private mutating func update() throws {
            let keys = randomKeys(Int.random(in: 0...300, using: &random), &random)
            let length = Int.random(in: 0...40, using: &random)
            let text = Bool.random(using: &random) ? [UInt8](repeating: 7, count: length) : nil
            try state.update(keys, text: text)
            model.update(keys, text: text)
        }

        private mutating func remove() {
            var keys = randomKeys(Int.random(in: 0...200, using: &random), &random)
            // Now and then nearly all, so that tables are compacted; repeats are passed over.
            if Int.random(in: 0..<4, using: &random) == 0 { keys += model.keys.dropFirst(3) + keys }
            state.remove(keys)
            for key in keys { model[key] = nil }
        }

        private mutating func removeWhereCountIsEven() {
            for group in 0..<groupCount {
                state.removeEntries(ofKeyGroup: group) { _, words in words[0] % 2 == 0 }
            }
            model = model.filter { $0.value.count % 2 != 0 }
        }

        /// Refused while a snapshot is read.
        private mutating func removeAll() {
            #expect(state.removeAll() == running.isEmpty)
            if running.isEmpty { model = [:] }
        }

        private mutating func release() throws {
            guard let index = running.indices.randomElement(using: &random) else { return }
            let (snapshot, expected) = running.remove(at: index)
            #expect(try contents(of: snapshot) == expected)
            snapshot.release()
        }

        private mutating func look() throws {
            let keys = randomKeys(50, &random)
            state.withFound(keys) { slots in
                for (key, slot) in zip(keys, slots) { #expect(slot?[0] == model[key]?.count) }
            }
            #expect(entries(of: state) == model)
        }

        func checkAll() throws {
            for (snapshot, expected) in running { #expect(try contents(of: snapshot) == expected) }
            #expect(entries(of: state) == model)
            #expect(try contents(of: state.snapshot()) == model)
        }
    }

    // MARK: One state

    @Test func aKeyThatComesBackStartsAtZero() throws {
        let state = try makeState()
        try state.update([[1], [2]], text: [9, 9])
        state.remove([[1], [1], [3]])
        #expect(state.keyCount == 1)
        try state.withSlots([[1]]) { slots in
            #expect(slots[0][0] == 0)
            #expect(state.bytes(at: slots[0] + 1).isAbsent)
        }
    }

    /// The state of a closed window serves the next one: what is kept is what one of them needs.
    @Test func memoryIsUsedAgainAndAFormerPeakIsGivenBack() throws {
        let state = try makeState()
        let many = (0..<20_000).map { Array("key-\($0)".utf8) }
        let few = Array(many.prefix(100))
        try state.update(many, text: [1, 2, 3])
        let peak = state.byteCount
        for _ in 0..<8 {
            #expect(state.removeAll())
            #expect(state.keyCount == 0)
            try state.update(few, text: [1])
        }
        #expect(state.byteCount < peak / 8)
        let settled = state.byteCount
        #expect(state.removeAll())
        try state.update(few, text: [1])
        #expect(state.byteCount == settled)
        #expect(entries(of: state).count == few.count)
    }

    @Test func lookupMakesNoKey() throws {
        let state = try makeState()
        try state.update([[1]], text: nil)
        state.withFound([[1], [2]]) { slots in
            #expect(slots[0]?[0] == 1)
            #expect(slots[1] == nil)
        }
        #expect(state.keyCount == 1)
    }

    /// A slot that `lookup` found is written to while a snapshot is read.
    @Test func aSlotThatWasFoundMayBeWrittenUnderASnapshot() throws {
        let state = try makeState()
        try state.update([[1]], text: nil)
        let snapshot = state.snapshot()
        state.withFound([[1]]) { slots in slots[0]?[0] = 77 }
        #expect(try contents(of: snapshot) == [[1]: ModelValue(count: 1)])
        #expect(entries(of: state) == [[1]: ModelValue(count: 77)])
    }

    // MARK: Memory

    /// As windows do: a generation of keys comes while the one before goes, for ever.
    @Test(arguments: [false, true])
    func memoryOfRemovedKeysIsUsedAgain(underSnapshots: Bool) throws {
        let state = try makeState()
        var sizes: [Int] = []
        for generation in 0..<40 {
            let snapshot = underSnapshots ? state.snapshot() : nil
            try state.update(keys(ofGeneration: generation), text: [1])
            if generation > 0 { state.remove(keys(ofGeneration: generation - 1)) }
            snapshot?.release()
            sizes.append(state.byteCount)
        }
        #expect(state.keyCount == 2000)
        // From the fourth generation on, no growth: what is kept is bounded by what was held at once.
        #expect(sizes[20...].max() ?? 0 <= 3 * sizes[2])
    }

    @Test func memoryIsGivenBackWhenFewKeysAreLeft() throws {
        let state = try makeState()
        let all = (0..<20).flatMap(keys(ofGeneration:))
        try state.update(all, text: nil)
        let full = state.byteCount
        state.remove(Array(all.dropFirst(10)))
        // What was replaced is freed in the course of some batches.
        for _ in 0..<20 { try state.update(keys(ofGeneration: 0), text: nil) }
        #expect(state.byteCount < full / 4)
        #expect(entries(of: state).count == 2000)
    }

    private func keys(ofGeneration generation: Int) -> [[UInt8]] {
        (0..<2000).map { Array("user-\($0 * 37)-\(generation)".utf8) }
    }
}

/// Few enough that they repeat; of many lengths, some of them with a chunk of their own.
private func randomKeys(_ count: Int, _ random: inout SplitMix64) -> [[UInt8]] {
    (0..<count).map { _ in
        let number = Int.random(in: 0..<3000, using: &random)
        let padding = number % 500 == 0 ? 2000 : number % 37
        return Array("\(number)".utf8) + [UInt8](repeating: 0, count: padding)
    }
}

/// What iterating says.
private func entries(of state: HeapKeyedState) -> Model {
    var model: Model = [:]
    state.forEachEntry { key, words in
        let bytes = state.bytes(at: words + 1)
        let text = bytes.isAbsent ? nil : array(bytes)
        #expect(
            model.updateValue(ModelValue(count: words[0], text: text), forKey: array(key)) == nil)
    }
    return model
}

private func array(_ slice: ByteSlice) -> [UInt8] {
    Array(UnsafeBufferPointer(start: slice.base, count: slice.count))
}
