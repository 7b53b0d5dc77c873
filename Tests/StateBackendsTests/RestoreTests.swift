import StreamAPI
import StreamCore
import Testing

@testable import StateBackends

@Suite struct RestoreTests {
    /// 1 → 2 → 5 → 3 → 1 subtasks, with changes in between: the union of all subtasks' state is the
    /// dictionary's, and each key is with the subtask that owns its group.
    @Test(arguments: 0..<5 as Range<UInt64>)
    func rescalingKeepsEveryKey(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var model: Model = [:]
        var states = [try makeState()]
        for parallelism in [1, 2, 5, 3, 1] {
            let before = try restored(from: states.map { $0.snapshot() })
            states = try (0..<parallelism).map {
                try makeState(subtask: $0, of: parallelism, restored: before)
            }
            let keys = (0..<200).map { _ in
                Array("key-\(Int.random(in: 0..<800, using: &random))".utf8)
            }
            let text = Array("text of \(parallelism)".utf8)
            model.update(keys, text: text)
            for (subtask, state) in states.enumerated() {
                try state.update(keys.filter { owner(of: $0, parallelism) == subtask }, text: text)
            }
            #expect(try union(states) == model)
        }
    }

    private func owner(of key: [UInt8], _ parallelism: Int) -> Int {
        KeyGroup.subtask(ofGroup: group(of: key), groupCount: groupCount, parallelism: parallelism)
    }

    private func union(_ states: [HeapKeyedState]) throws -> Model {
        try states.reduce(into: [:]) { all, state in
            all.merge(try contents(of: state.snapshot())) { first, _ in
                Issue.record("a key is in two subtasks")
                return first
            }
        }
    }

    @Test func theBytesOfAGroupDoNotDependOnTheTableThatWroteThem() throws {
        let state = try makeState()
        for batch in 0..<40 { try state.update((0..<50).map { [UInt8(batch), $0] }, text: [1]) }
        let first = try restored(from: [state.snapshot()])
        let second = try restored(from: [try makeState(restored: first).snapshot()])
        for group in 0..<groupCount {
            #expect(try first.readKeyGroup(group) == second.readKeyGroup(group))
        }
    }

    @Test func anotherSchemaIsRefused() throws {
        let state = try makeState()
        let other = KeyedStateDescriptor(wordCount: 2, bytesWords: [1], schema: Array("else".utf8))
        let snapshot = try restored(from: [state.snapshot()])
        let error = #expect(throws: KeyedStateError.self) {
            _ = try HeapStateBackend().makeKeyedState(other, context: context(), restored: snapshot)
        }
        #expect(error?.code == .schemaMismatch)
    }

    @Test func aNewerFormatIsNamed() throws {
        let restored = RestoredState(items: [], stateSchema: [99], readKeyGroup: { _ in nil })
        let error = #expect(throws: KeyedStateError.self) { _ = try makeState(restored: restored) }
        #expect(error?.message.contains("99") == true)
    }

    /// Cut anywhere, or with any byte changed: an error or another value, never a trap.
    @Test func damagedBytesAreErrors() throws {
        let state = try makeState()
        try state.update((0..<10).map { [UInt8($0), 7] }, text: [1, 2, 3])
        let whole = try restored(from: [state.snapshot()])
        for group in 0..<groupCount {
            guard let bytes = try whole.readKeyGroup(group), !bytes.isEmpty else { continue }
            for length in 1..<bytes.count {
                expectCorrupt(group, Array(bytes[..<length]), whole)
            }
            expectCorrupt(group, bytes + [0], whole)
            for index in bytes.indices {
                var changed = bytes
                changed[index] ^= 0xff
                _ = try? makeState(restored: replacing(group, changed, whole))
            }
        }
    }

    @Test func aKeyOfAnotherGroupIsRefused() throws {
        let state = try makeState()
        try state.update([[1, 2, 3]], text: nil)
        let whole = try restored(from: [state.snapshot()])
        let own = group(of: [1, 2, 3])
        let bytes = try #require(try whole.readKeyGroup(own))
        expectCorrupt((own + 1) % groupCount, bytes, replacing(own, [], whole))
    }

    private func replacing(_ group: Int, _ bytes: [UInt8], _ whole: RestoredState) -> RestoredState
    {
        RestoredState(items: [], stateSchema: whole.stateSchema) {
            $0 == group ? bytes : try whole.readKeyGroup($0)
        }
    }

    private func expectCorrupt(_ group: Int, _ bytes: [UInt8], _ whole: RestoredState) {
        let error = #expect(throws: KeyedStateError.self) {
            _ = try makeState(restored: replacing(group, bytes, whole))
        }
        #expect(error?.code == .corrupt)
    }
}
