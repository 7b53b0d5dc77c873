import Checkpointing
import Foundation
import StreamAPI
import StreamCore
import Testing

@testable import CheckpointStorage

@Suite struct CheckpointStorageTests {
    private let temporary: TemporaryJob
    private var storage: CheckpointStorage { temporary.storage }
    private let files = FileManager.default

    init() throws { temporary = try TemporaryJob() }

    private func mode(_ path: String) throws -> Int? {
        try files.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func refusal(_ body: () throws -> Void) -> StorageError? {
        do {
            try body()
            return nil
        } catch {
            return error as? StorageError
        }
    }

    // MARK: What -s names

    @Test(arguments: ["", "/etc/passwd", "/no/such/folder", "/dev/null", "/"])
    func `A path that leads to no checkpoint is refused with 65`(path: String) {
        let error = refusal { _ = try CheckpointSnapshot(path: path) }
        #expect(error?.exitCode == .snapshotCorrupt)
    }

    @Test func `A parent that is a file is refused with 73`() {
        let error = refusal {
            _ = try CheckpointStorage(root: "/etc/passwd/x", job: temporary.job)
        }
        #expect(error?.exitCode == .cannotCreate)
        #expect(error?.description.contains("name another directory") == true)
    }

    // MARK: The folder

    @Test func `Folders are for the owner only, and so are files`() throws {
        try temporary.takeCheckpoint(.of(1, 1))
        #expect(try storage.createAttempt(Attempt(rawValue: 1), by: .example))
        try storage.recordCommitted(.of(1, 1))
        for folder in ["", "/attempts", "/shared", "/taskowned", "/chk-1-1"] {
            #expect(try mode(storage.path + folder) == 0o700)
        }
        for file in ["_metadata", "state-counts-0", "committed"] {
            #expect(try mode(temporary.file(.of(1, 1), file)) == 0o600)
        }
        #expect(try mode(storage.path + "/attempts/1") == 0o600)
        #expect(storage.path.hasSuffix("/" + JobID(name: "color-counts").hex))
    }

    @Test func `A folder that everybody may write to is refused with 73`() throws {
        try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: temporary.root)
        let error = refusal { _ = try CheckpointStorage(root: temporary.root, job: temporary.job) }
        #expect(error?.exitCode == .cannotCreate)
        #expect(error?.description.contains("chmod o-w") == true)
    }

    @Test func `A folder of another user is refused with 73`() throws {
        // Only root may give a folder away; everybody else sees /proc's owner.
        let isRoot = getuid() == 0
        if isRoot {
            try files.setAttributes([.ownerAccountID: 12_345], ofItemAtPath: temporary.root)
        }
        let root = isRoot ? temporary.root : "/usr"
        let error = refusal { _ = try CheckpointStorage(root: root, job: temporary.job) }
        #expect(error?.exitCode == .cannotCreate)
    }

    @Test func `A root that is no folder, or a link to one, or not absolute, is refused with 73`()
        throws
    {
        let link = temporary.root + "/link"
        try files.createSymbolicLink(atPath: link, withDestinationPath: storage.path)
        try temporary.write([1], to: temporary.root + "/file")
        for root in [link, temporary.root + "/file", "relative", "/a\0b"] {
            let error = refusal { _ = try CheckpointStorage(root: root, job: temporary.job) }
            #expect(error?.exitCode == .cannotCreate, "\(root)")
        }
    }

    // MARK: Attempts

    @Test func `An attempt is taken once, and only the newest stands`() throws {
        let (first, second) = (Attempt(rawValue: 1), Attempt(rawValue: 2))
        #expect(try storage.highestAttempt() == nil)
        #expect(try storage.createAttempt(first, by: .example))
        #expect(try !storage.createAttempt(first, by: .example))
        #expect(storage.standing(of: first) == .newest)
        let other = try CheckpointStorage(root: temporary.root, job: temporary.job)
        #expect(try other.createAttempt(second, by: .example))
        #expect(storage.standing(of: first) == .superseded(by: second))
        #expect(other.standing(of: second) == .newest)
    }

    @Test func `Checkpoint folders count for the highest attempt, other names do not`() throws {
        try temporary.takeCheckpoint(.of(9, 1))
        #expect(try storage.createAttempt(Attempt(rawValue: 3), by: .example))
        for name in ["007", "abc", "-1", "4294967295", "99999999999999999999"] {
            try temporary.write([], to: storage.path + "/attempts/" + name)
        }
        #expect(try storage.highestAttempt() == Attempt(rawValue: 9))
        #expect(storage.standing(of: Attempt(rawValue: 3)) == .newest)
    }

    @Test func `An attempt whose file is gone does not stand`() throws {
        #expect(try storage.createAttempt(Attempt(rawValue: 1), by: .example))
        try files.removeItem(atPath: storage.path + "/attempts/1")
        guard case .unreadable = storage.standing(of: Attempt(rawValue: 1)) else {
            Issue.record("stands without its file")
            return
        }
    }

    // MARK: Lock and heartbeat

    @Test func `One holder has the lock, until it lets go or goes`() throws {
        var other: CheckpointStorage? = try CheckpointStorage(
            root: temporary.root, job: temporary.job)
        #expect(try storage.tryLock(as: .example))
        #expect(try storage.tryLock(as: .example))
        #expect(try other?.tryLock(as: .example) == false)
        storage.unlock()
        #expect(try other?.tryLock(as: .example) == true)
        #expect(try !storage.tryLock(as: .example))
        other = nil
        #expect(try storage.tryLock(as: .example))
    }

    @Test func `The heartbeat says who, where, since when, and how old it is`() throws {
        #expect(storage.readHeartbeat() == nil)
        try storage.writeHeartbeat(.example)
        let fresh = try #require(storage.readHeartbeat())
        #expect(fresh.holder == .example)
        #expect(fresh.ageMilliseconds < 1_800_000)
        try files.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -3_600)],
            ofItemAtPath: storage.path + "/heartbeat")
        let old = try #require(storage.readHeartbeat())
        #expect((3_599_000...7_200_000).contains(old.ageMilliseconds))
        try storage.writeHeartbeat(.example)
        #expect(try #require(storage.readHeartbeat()).ageMilliseconds < 1_800_000)
    }

    @Test func `A holder takes away its own heartbeat only`() throws {
        let other = JobHolder(pid: 1, host: "db1", sinceMilliseconds: 1, holdsLock: false)
        try storage.writeHeartbeat(.example)
        try storage.removeHeartbeat(of: other)
        #expect(storage.readHeartbeat() != nil)
        try storage.removeHeartbeat(of: .example)
        #expect(storage.readHeartbeat() == nil)
        try storage.removeHeartbeat(of: .example)
    }

    @Test func `A heartbeat that cannot be parsed is none`() throws {
        for text in [
            "", "pid x\nhost a\nsince 1\nholds-lock 1\n", "pid 1\n",
            String(repeating: "a", count: 9999),
        ] {
            try temporary.write(Array(text.utf8), to: storage.path + "/heartbeat")
            #expect(storage.readHeartbeat() == nil)
        }
    }

    @Test func `A lock file that is a link is not followed`() throws {
        try files.createSymbolicLink(
            atPath: storage.path + "/lock", withDestinationPath: "/tmp/elsewhere")
        #expect(refusal { _ = try storage.tryLock(as: .example) } != nil)
    }

    // MARK: Checkpoints

    @Test func `A checkpoint is there when it has been renamed, not before`() throws {
        let metadata = try temporary.takeCheckpoint(.of(1, 1))
        let next = CheckpointMetadata.example(.of(1, 2), job: temporary.job)
        try storage.writeMetadata(next)
        #expect(try storage.list().map(\.id) == [.of(1, 1)])
        #expect(try storage.leftovers(before: Attempt(rawValue: 2)) == [.of(1, 2)])
        try storage.renameMetadata(.of(1, 2))
        #expect(try storage.list().map(\.facts) == [metadata.facts, next.facts])
        #expect(try storage.leftovers(before: Attempt(rawValue: 9)).isEmpty)
    }

    @Test func `What a later attempt is writing is no leftover of an earlier one that wakes up`()
        throws
    {
        for id in [CheckpointID.of(1, 2), .of(2, 3), .of(3, 4)] {
            try storage.writeMetadata(.example(id, job: temporary.job))
        }
        #expect(try storage.leftovers(before: Attempt(rawValue: 2)) == [.of(1, 2)])
    }

    @Test func `A deletion cut off in the middle leaves nothing that could be renamed`() throws {
        try storage.writeMetadata(.example(.of(1, 2), job: temporary.job))
        let folder = storage.path + "/chk-1-2"
        // Entries that cannot be removed as files: one of them is met before the metadata.
        for name in 0..<20 {
            try files.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: false)
        }
        #expect(throws: StorageError.self) { try storage.delete(.of(1, 2)) }
        #expect(throws: StorageError.self) { try storage.renameMetadata(.of(1, 2)) }
    }

    @Test func `The list is in the order of ids, with what is recorded as committed`() throws {
        for id in [CheckpointID.of(2, 11), .of(1, 9), .of(1, 10), .of(10, 1)] {
            try temporary.takeCheckpoint(id, parallelism: 1)
        }
        try storage.recordCommitted(.of(1, 10))
        try storage.recordCommitted(.of(1, 10))
        let list = try storage.list()
        #expect(list.map(\.id) == [.of(1, 9), .of(1, 10), .of(2, 11), .of(10, 1)])
        #expect(list.map(\.isRecordedCommitted) == [false, true, false, false])
    }

    @Test func `Nothing replaces a checkpoint that is there`() throws {
        try temporary.takeCheckpoint(.of(1, 1))
        let before = try temporary.bytes(temporary.file(.of(1, 1)))
        try storage.writeMetadata(.example(.of(1, 1), job: temporary.job))
        #expect(refusal { try storage.renameMetadata(.of(1, 1)) }?.code == .inputOutput)
        #expect(try temporary.bytes(temporary.file(.of(1, 1))) == before)
    }

    @Test func `A temporary file that is there is not written again`() throws {
        try storage.writeMetadata(.example(.of(1, 1), job: temporary.job))
        let error = refusal { try storage.writeMetadata(.example(.of(1, 1), job: temporary.job)) }
        #expect(error?.exitCode == .inputOutput)
    }

    @Test func `Making durable leaves the same bytes in a new file`() throws {
        let metadata = try temporary.takeCheckpoint(.of(1, 1))
        let path = temporary.file(.of(1, 1))
        let before = try files.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
        try storage.makeDurable(.of(1, 1), attempt: Attempt(rawValue: 2))
        #expect(try storage.open(.of(1, 1)).metadata == metadata)
        #expect(try files.attributesOfItem(atPath: path)[.systemFileNumber] as? Int != before)
    }

    @Test func `A deleted checkpoint is gone, and deleting it again is no error`() throws {
        try temporary.takeCheckpoint(.of(1, 1))
        try storage.delete(.of(1, 1))
        #expect(!files.fileExists(atPath: temporary.path(.of(1, 1))))
        try storage.delete(.of(1, 1))
        #expect(try storage.list().isEmpty)
    }

    @Test func `Names that are no checkpoint's are passed over`() throws {
        for name in [
            "chk-", "chk-1", "chk-01-1", "chk-1-1-1", "chk-x-1", "chk-4294967295-1", "other",
        ] {
            try files.createDirectory(
                atPath: storage.path + "/" + name, withIntermediateDirectories: false)
        }
        #expect(try storage.list().isEmpty)
        #expect(try storage.leftovers(before: Attempt(rawValue: 9)).isEmpty)
        #expect(CheckpointID(folderName: "chk-3-17") == .of(3, 17))
    }
}

extension JobHolder {
    static let example = JobHolder(
        pid: 4711, host: "db1", sinceMilliseconds: 1_763_715_600_000, holdsLock: true)
}
