internal import Glibc
package import StreamCore
internal import Synchronization

/// One job's folder on a filesystem: its lock, its attempts, its checkpoints.
///
/// ```
/// <dir>/<JobID>/
///   lock  heartbeat  attempts/<n>
///   shared/  taskowned/
///   chk-<attempt>-<sequence>/  state-<operator>-<subtask> ...  _metadata  committed
/// ```
///
/// It decides nothing: what may be written, renamed or deleted when is `Checkpointing`'s business.
///
/// - Threading: any control thread. Calls for one checkpoint do not overlap.
/// - Blocking: every call, on the disk.
/// - Errors: ``StorageError`` throughout.
package final class CheckpointStorage: Sendable {
    package let job: JobID
    /// The job's folder.
    package var path: String { folder.path }
    let folder: Directory
    let attempts: Directory
    /// The descriptor that holds the flock, from `tryLock` to `unlock`.
    let lockDescriptor = Mutex<Int32?>(nil)

    /// Opens the job's folder, creating what is not there.
    ///
    /// - Parameters:
    ///   - root: `execution.checkpointing.dir`, an absolute path; created with mode 0700 if absent.
    ///   - job: Names the folder within.
    /// - Throws: `.cannotCreate` if the root or the job's folder belongs to another user, is
    ///   writable by everybody, or cannot be created.
    package init(root: String, job: JobID) throws(StorageError) {
        guard root.hasPrefix("/"), !root.utf8.contains(0) else {
            throw StorageError(.cannotCreate, root, "is not an absolute path; write it from / on")
        }
        self.job = job
        let top = try Directory(creating: root)
        try top.requireOwned()
        folder = try top.makeSubdirectory(job.hex)
        try folder.requireOwned()
        attempts = try folder.makeSubdirectory("attempts")
        try attempts.requireOwned()
        // Flink's names; empty as long as every checkpoint keeps its files in its own folder.
        _ = try folder.makeSubdirectory("shared")
        _ = try folder.makeSubdirectory("taskowned")
    }

    deinit { unlock() }
}

extension CheckpointID {
    /// The name of the checkpoint's folder: `chk-3-17`.
    package var folderName: String { "chk-\(self)" }

    /// - Returns: Nil unless `name` is exactly what ``folderName`` gives.
    package init?(folderName name: String) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let attempt = UInt32(parts[1]), let sequence = UInt32(parts[2]),
            attempt <= CheckpointID.attemptMax.rawValue
        else { return nil }
        self.init(attempt: Attempt(rawValue: attempt), sequence: sequence)
        guard folderName == name else { return nil }
    }
}
