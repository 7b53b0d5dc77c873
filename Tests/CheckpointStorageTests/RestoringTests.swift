import Checkpointing
import StreamAPI
import StreamCore
import Testing

@testable import CheckpointStorage

@Suite struct RestoringTests {
    private let temporary: TemporaryJob
    private var storage: CheckpointStorage { temporary.storage }

    init() throws { temporary = try TemporaryJob() }

    private func context(
        _ index: Int, of parallelism: Int, _ id: OperatorID = .counts, groups: Int = 128
    ) -> OperatorContext {
        OperatorContext(
            operatorID: id, subtaskIndex: index, parallelism: parallelism, maxParallelism: groups)
    }

    @Test(arguments: [1, 2, 5], [1, 2, 3, 128])
    func `Every key group is found under another parallelism, by its owner only`(
        written: Int, restored: Int
    ) throws {
        try temporary.takeCheckpoint(.of(1, 1), parallelism: written)
        let snapshot = try storage.open(.of(1, 1))
        for index in 0..<restored {
            let context = context(index, of: restored)
            let state = try #require(try snapshot.restoredState(for: context))
            #expect(state.stateSchema == Array("count BIGINT".utf8))
            for group in 0..<128 {
                let expected = context.keyGroups.contains(group) ? GroupNames.stored(group) : nil
                #expect(try state.readKeyGroup(group) == expected)
            }
        }
    }

    @Test func `Items go to every instance, whole`() throws {
        try temporary.takeCheckpoint(.of(1, 1), parallelism: 3)
        let snapshot = try storage.open(.of(1, 1))
        for index in 0..<2 {
            let state = try #require(
                try snapshot.restoredState(for: context(index, of: 2, .events)))
            #expect(state.items == [[0], [1], [2]])
            #expect(state.stateSchema == nil)
        }
    }

    @Test func `An operator that the snapshot does not know gets nothing`() throws {
        try temporary.takeCheckpoint(.of(1, 1))
        let new = OperatorID(rawValue: "new")
        #expect(try storage.open(.of(1, 1)).restoredState(for: context(0, of: 1, new)) == nil)
    }

    @Test(arguments: ["", "/", "/_metadata"])
    func `A path may name the folder or the metadata in it`(suffix: String) throws {
        let metadata = try temporary.takeCheckpoint(.of(1, 1))
        let path = temporary.path(.of(1, 1)) + suffix
        #expect(try CheckpointSnapshot(path: path).metadata == metadata)
        #expect(try CheckpointSnapshot(path: "file://" + path).metadata == metadata)
    }

    @Test func `Other key groups, and state without an operator, are refused with 78`() throws {
        try temporary.takeCheckpoint(.of(1, 1))
        let snapshot = try storage.open(.of(1, 1))
        func refusal(_ groups: Int, _ operators: Set<OperatorID>, _ allow: Bool) -> StorageError? {
            do throws(StorageError) {
                try snapshot.requireCompatible(
                    maxParallelism: groups, operators: operators, allowNonRestoredState: allow)
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal(128, [.events, .counts], false) == nil)
        #expect(refusal(64, [.events, .counts], true)?.exitCode == .configuration)
        let lacking = refusal(128, [.events], false)
        #expect(lacking?.exitCode == .configuration)
        #expect(lacking?.description.contains("lacks: counts") == true)
        #expect(refusal(128, [.events], true) == nil)
        #expect(throws: StorageError.self) {
            try snapshot.restoredState(for: context(0, of: 1, groups: 64))
        }
    }

    @Test func `Copied state is a checkpoint of its own`() throws {
        try temporary.takeCheckpoint(.of(1, 1))
        let operators = try storage.copyState(of: try storage.open(.of(1, 1)), to: .of(2, 2))
        try storage.writeMetadata(.example(.of(2, 2), job: temporary.job, operators: operators))
        try storage.renameMetadata(.of(2, 2))
        try storage.delete(.of(1, 1))
        let copy = try storage.open(.of(2, 2))
        try copy.verifyState()
        let state = try #require(try copy.restoredState(for: context(0, of: 1)))
        #expect(try state.readKeyGroup(127) == GroupNames.stored(127))
    }

    @Test func `A second state file of one instance is refused`() throws {
        let range = KeyGroupRange(lower: 0, upper: 1)
        func write() throws -> KeyedStateHandle {
            try storage.writeKeyedState(
                GroupNames(keyGroups: range), checkpoint: .of(1, 1), operatorID: .counts,
                subtaskIndex: 0)
        }
        _ = try write()
        #expect(throws: StorageError.self) { try write() }
    }

    @Test func `Names of state files are plain, whatever the operator is called`() {
        for id in [
            "counts", "a/b", "../../etc", "", "ä", String(repeating: "x", count: 300), ".hidden",
        ] {
            let name = StateFile.name(operatorID: OperatorID(rawValue: id), subtaskIndex: 3)
            #expect(StateFile.isValidName(name), "\(name)")
        }
        #expect(StateFile.name(operatorID: .counts, subtaskIndex: 3) == "state-counts-3")
    }
}
