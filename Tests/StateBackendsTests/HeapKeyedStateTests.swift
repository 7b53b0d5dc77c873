import Dispatch
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import StateBackends

@Suite struct HeapKeyedStateTests {
    // MARK: One state

    @Test func aNewKeyHasZeroWordsAndARepeatHasTheSameSlot() throws {
        let state = try makeState()
        let key = Array("red".utf8)
        try state.withSlots([key, Array("blue".utf8), key]) { slots in
            #expect(slots[0] == slots[2])
            #expect(slots[0] != slots[1])
            #expect(slots[0][0] == 0)
            #expect(state.bytes(at: slots[0] + 1).isAbsent)
        }
        #expect(state.keyCount == 2)
    }

    @Test func keysOfEveryLengthAreToldApart() throws {
        let state = try makeState()
        let lengths = Array(0...40) + [254, 255, 256, 1000, 1023, 1024, 4090, 4096, 5000, 70_000]
        let keys = lengths.map { [UInt8](repeating: 7, count: $0) }
        var model: Model = [:]
        for text: [UInt8]? in [nil, [], [1, 2, 3]] {
            try state.update(keys, text: text)
            model.update(keys, text: text)
        }
        #expect(try contents(of: state.snapshot()) == model)
    }

    @Test func keysThatDifferInOneByteAreToldApart() throws {
        let state = try makeState()
        let base = [UInt8](repeating: 1, count: 19)
        let keys = base.indices.map { index in
            var key = base
            key[index] = 2
            return key
        }
        try state.update(keys + keys, text: nil)
        #expect(state.keyCount == base.count)
    }

    @Test func aKeyThatIsTooLongIsAnErrorThatNamesTheRow() throws {
        let state = try makeState()
        let long = [UInt8](repeating: 0, count: HeapStateBackend.keyByteCountMax + 1)
        let error = #expect(throws: KeyedStateError.self) {
            try state.withSlots([[1], long, [2]]) { _ in }
        }
        #expect(error?.code == .keyTooLong)
        #expect(error?.row == 1)
        #expect(state.keyCount == 1)
    }

    @Test func aResizedValueKeepsItsBytesAndLeavesSnapshotsAlone() throws {
        let state = try makeState()
        let key = Array("red".utf8)
        func grow(to count: Int, _ byte: UInt8) throws {
            try state.withSlots([key]) { slots in
                let old = state.bytes(at: slots[0] + 1).count
                let bytes = state.resizeBytes(to: count, at: slots[0] + 1)
                for at in min(old, count)..<count { bytes[at] = byte }
            }
        }
        var expected: [UInt8] = []
        var snapshots: [(any KeyedStateSnapshot, [UInt8])] = []
        for round in 1...60 {
            let byte = UInt8(round)
            let count = round % 7 == 0 ? expected.count / 2 : expected.count + round
            try grow(to: count, byte)
            expected = Array(expected.prefix(count))
            expected += [UInt8](repeating: byte, count: count - expected.count)
            if round % 5 == 0 { snapshots.append((state.snapshot(), expected)) }
        }
        for (snapshot, bytes) in snapshots {
            #expect(try contents(of: snapshot)[key]?.text == bytes)
        }
    }

    // MARK: Snapshots

    /// Whatever the order of updates, snapshots and releases, a snapshot read at any later time has
    /// what the state had when it was taken, and the state has what a dictionary has.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func snapshotsHaveTheStateOfTheirBarrier(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let state = try makeState()
        var model: Model = [:]
        var running: [(snapshot: any KeyedStateSnapshot, expected: Model)] = []
        for _ in 0..<60 {
            let keys = randomKeys(&random)
            let text = randomText(&random)
            try state.update(keys, text: text)
            model.update(keys, text: text)
            if Int.random(in: 0..<5, using: &random) == 0 {
                running.append((state.snapshot(), model))
            }
            if Int.random(in: 0..<7, using: &random) == 0, !running.isEmpty {
                let (snapshot, expected) = running.remove(
                    at: Int.random(in: 0..<running.count, using: &random))
                #expect(try contents(of: snapshot) == expected)
                snapshot.release()
            }
        }
        for (snapshot, expected) in running { #expect(try contents(of: snapshot) == expected) }
        #expect(try contents(of: state.snapshot()) == model)
    }

    /// The writer's thread reads while the task's thread changes every key, again and again.
    @Test func aSnapshotIsReadByAnotherThreadWhileItsKeysChange() throws {
        let state = try makeState()
        let keys = (0..<400).map { Array("key-\($0)".utf8) }
        try state.update(keys, text: Array("before".utf8))
        for _ in 0..<3 {
            let snapshot = state.snapshot()
            let expected = try contents(of: snapshot)
            let reading = Reading()
            DispatchQueue.global().async { reading.run(snapshot) }
            repeat {
                try state.update(keys, text: Array("after".utf8))
            } while !reading.isDone.load(ordering: .acquiring)
            #expect(reading.result.withLock { $0 } == expected)
        }
    }

    /// What another thread reads, and whether it has.
    private final class Reading: Sendable {
        let result = Mutex<Model?>(nil)
        let isDone = Atomic<Bool>(false)

        func run(_ snapshot: any KeyedStateSnapshot) {
            let model = try? contents(of: snapshot)
            snapshot.release()
            result.withLock { $0 = model }
            isDone.store(true, ordering: .releasing)
        }
    }

    @Test func memoryOfReleasedSnapshotsIsFreed() throws {
        let state = try makeState()
        let keys = (0..<1000).map { Array("key-\($0)".utf8) }
        for _ in 0..<3 {
            let snapshot = state.snapshot()
            try state.update(keys, text: nil)
            snapshot.release()
        }
        for _ in 0..<100 { try state.update([keys[0]], text: nil) }
        #expect(state.retired.isEmpty)
    }

    @Test func aSnapshotOutlivesItsState() throws {
        var state: HeapKeyedState? = try makeState()
        try state?.update([[1], [2]], text: [9])
        let snapshot = try #require(state?.snapshot())
        state = nil
        #expect(try contents(of: snapshot).count == 2)
    }

    // MARK: Helpers

    private func randomKeys(_ random: inout SplitMix64) -> [[UInt8]] {
        (0..<Int.random(in: 0...80, using: &random)).map { _ in
            let number = Int.random(in: 0..<400, using: &random)
            return Array("key-\(number)".utf8) + [UInt8](repeating: 0, count: number % 37)
        }
    }

    private func randomText(_ random: inout SplitMix64) -> [UInt8]? {
        guard Bool.random(using: &random) else { return nil }
        return (0..<Int.random(in: 0...40, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
    }
}
