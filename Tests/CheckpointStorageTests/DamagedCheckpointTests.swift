import Checkpointing
import Foundation
import StreamAPI
import StreamCore
import Testing

@testable import CheckpointStorage

/// Whatever is in the folder, listing goes on and opening gives an error with an exit code.
@Suite struct DamagedCheckpointTests {
    private let temporary: TemporaryJob
    private var storage: CheckpointStorage { temporary.storage }
    private let files = FileManager.default
    private let id = CheckpointID.of(1, 1)

    init() throws {
        temporary = try TemporaryJob()
        try temporary.takeCheckpoint(id)
        try temporary.takeCheckpoint(.of(1, 2))
    }

    private func context(_ parallelism: Int = 1, groups: Int = 128) -> OperatorContext {
        OperatorContext(
            operatorID: .counts, subtaskIndex: 0, parallelism: parallelism, maxParallelism: groups)
    }

    private func refusal(_ body: () throws -> Void) -> StorageError? {
        do {
            try body()
            return nil
        } catch {
            return error as? StorageError
        }
    }

    /// The first checkpoint is damaged; the second is still found.
    private func expectUnreadable(_ words: String, _ exitCode: ExitCode = .snapshotCorrupt) throws {
        let list = try storage.list()
        #expect(list.map(\.id) == [id, .of(1, 2)])
        #expect(list.last?.facts != nil)
        guard case .unreadable(let reason) = list[0].content else {
            Issue.record("readable, though \(words)")
            return
        }
        #expect(reason.contains(words), "\(reason)")
        let error = refusal { _ = try storage.open(id) }
        #expect(error?.exitCode == exitCode, "\(error?.description ?? "none")")
    }

    private var metadataPath: String { temporary.file(id) }
    private var statePath: String { temporary.file(id, "state-counts-0") }

    @Test func `A metadata cut short, extended, emptied or changed is unreadable`() throws {
        let bytes = try temporary.bytes(metadataPath)
        var changed = bytes
        changed[50] ^= 1
        for (damaged, words) in [
            ([], "empty"), (Array(bytes.dropLast()), "should have"), (bytes + [0], "should have"),
            (changed, "checksum"), (Array("hello, world".utf8), "no Millrace checkpoint"),
        ] {
            try temporary.write(damaged, to: metadataPath)
            try expectUnreadable(words)
        }
    }

    @Test func `A link, a folder or a pipe in place of the metadata is not read`() throws {
        try files.removeItem(atPath: metadataPath)
        try files.createSymbolicLink(
            atPath: metadataPath, withDestinationPath: temporary.file(.of(1, 2)))
        try expectUnreadable("symbolic link")
        try files.removeItem(atPath: metadataPath)
        try files.createDirectory(atPath: metadataPath, withIntermediateDirectories: false)
        try expectUnreadable("not a regular file")
        try files.removeItem(atPath: metadataPath)
        #expect(mkfifo(metadataPath, 0o600) == 0)
        try expectUnreadable("not a regular file")
    }

    @Test func `A link in place of the folder is not followed`() throws {
        try files.removeItem(atPath: temporary.path(id))
        try files.createSymbolicLink(
            atPath: temporary.path(id), withDestinationPath: temporary.path(.of(1, 2)))
        try expectUnreadable("symbolic link", .cannotCreate)
    }

    @Test func `A larger file than any metadata is not read into memory`() throws {
        let handle = try #require(FileHandle(forWritingAtPath: metadataPath))
        try handle.truncate(atOffset: UInt64(CheckpointMetadata.byteCountMax) + 1)
        try handle.close()
        try expectUnreadable("more than")
    }

    @Test func `A copy under another id is refused`() throws {
        let bytes = try temporary.bytes(temporary.file(.of(1, 2)))
        try temporary.write(bytes, to: metadataPath)
        try expectUnreadable("holds checkpoint 1-2")
    }

    @Test func `Another job's checkpoint is refused`() throws {
        let other = CheckpointMetadata.example(id, job: JobID(name: "other"))
        try temporary.write(try #require(other.encoded()), to: metadataPath)
        try expectUnreadable("belongs to job", .configuration)
    }

    @Test func `A state file that is missing, short, long or changed is refused when it is read`()
        throws
    {
        let bytes = try temporary.bytes(statePath)
        for damaged in [nil, [], Array(bytes.dropLast()), bytes + [0]] {
            if let damaged {
                try temporary.write(damaged, to: statePath)
            } else {
                try files.removeItem(atPath: statePath)
            }
            let snapshot = try storage.open(id)
            #expect(
                refusal { _ = try snapshot.restoredState(for: context()) }?.exitCode
                    == .snapshotCorrupt)
            #expect(refusal { try snapshot.verifyState() }?.exitCode == .snapshotCorrupt)
        }
    }

    @Test func `Every flipped byte of a state file is noticed`() throws {
        let bytes = try temporary.bytes(statePath)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            try temporary.write(damaged, to: statePath)
            let error = refusal { try storage.open(id).verifyState() }
            #expect(error?.exitCode == .snapshotCorrupt, "byte \(index)")
        }
    }

    @Test func `A read of a damaged key group names the file and the group`() throws {
        var bytes = try temporary.bytes(statePath)
        bytes[StateFile.headerByteCount] ^= 1
        try temporary.write(bytes, to: statePath)
        let restored = try #require(try storage.open(id).restoredState(for: context()))
        let error = refusal { _ = try restored.readKeyGroup(1) }
        #expect(error?.description.contains("state-counts-0: key group 1") == true)
        #expect(try restored.readKeyGroup(2) == GroupNames.stored(2))
    }

    @Test func `A path without a checkpoint says how one is named`() throws {
        for path in ["/nowhere/at/all", storage.path, "/a\0b"] {
            #expect(
                refusal { _ = try CheckpointSnapshot(path: path) }?.exitCode == .snapshotCorrupt)
        }
        try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: temporary.path(id))
        let open = refusal { _ = try CheckpointSnapshot(path: temporary.path(id)) }
        #expect(open?.exitCode == .cannotCreate)
    }
}
