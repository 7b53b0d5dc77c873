package import Checkpointing
package import StreamCore

extension CheckpointStorage {
    /// Every folder that has a `_metadata`, ascending, with what is wrong with those that cannot be
    /// read. Folders without one are leftovers: ``leftovers()``.
    package func list() throws(StorageError) -> [StoredCheckpoint] {
        try checkpointIDs().compactMap { id in stored(id) }
    }

    private func checkpointIDs() throws(StorageError) -> [CheckpointID] {
        try folder.entries().compactMap { CheckpointID(folderName: $0) }.sorted()
    }

    /// Nil for a folder without a metadata.
    private func stored(_ id: CheckpointID) -> StoredCheckpoint? {
        var isCommitted = false
        let content: StoredCheckpoint.Content
        do throws(StorageError) {
            let folder = try self.folder.subdirectory(id.folderName)
            guard folder.hasEntry(Self.metadataName) else { return nil }
            isCommitted = folder.hasFile(Self.committedName)
            content = .readable(try snapshot(id, in: folder).metadata.facts)
        } catch {
            content = .unreadable(reason: error.description)
        }
        return StoredCheckpoint(id: id, content: content, isRecordedCommitted: isCommitted)
    }

    /// A checkpoint of this job, to restore from.
    ///
    /// - Throws: `.missing`, `.corrupt`; `.incompatible` if it is another job's.
    package func open(_ checkpoint: CheckpointID) throws(StorageError) -> CheckpointSnapshot {
        try snapshot(checkpoint, in: try folder.subdirectory(checkpoint.folderName))
    }

    private func snapshot(
        _ id: CheckpointID, in folder: Directory
    ) throws(StorageError) -> CheckpointSnapshot {
        let snapshot = try CheckpointSnapshot(in: folder)
        guard snapshot.metadata.facts.id == id else {
            throw StorageError(
                .corrupt, folder.path,
                "holds checkpoint \(snapshot.metadata.facts.id), not \(id): the folder was renamed "
                    + "or copied; restore its name")
        }
        guard snapshot.metadata.job == job else {
            throw StorageError(
                .incompatible, folder.path,
                "belongs to job \(snapshot.metadata.jobName) (\(snapshot.metadata.job)), not to "
                    + "\(job); give each job its own folder, or start from it with -s")
        }
        return snapshot
    }

    /// Checkpoint folders without a metadata: writes that were cut off, and deletions.
    ///
    /// - Parameter attempt: Ours. Folders of later attempts are left out: if this process was
    ///   stopped and replaced, one of them is being written.
    package func leftovers(before attempt: Attempt) throws(StorageError) -> [CheckpointID] {
        try checkpointIDs().filter { id in
            guard id.attempt < attempt else { return false }
            guard let folder = try? folder.subdirectory(id.folderName) else { return false }
            return !folder.hasEntry(Self.metadataName)
        }
    }
}
