internal import Checkpointing
internal import Observability
package import StreamCore

/// The steps by which a checkpoint becomes durable and committed, one method each: between them the
/// protocol checks that its attempt is still the newest.
extension CheckpointStorage {
    static let metadataName = "_metadata"
    static let temporaryName = "_metadata.tmp"
    static let committedName = "committed"

    /// Writes and syncs the metadata under a temporary name. State files are written before.
    ///
    /// - Throws: ``StorageError``: the checkpoint has failed and its id is used up. Nothing is
    ///   tried again on the same file.
    package func writeMetadata(_ metadata: CheckpointMetadata) throws(StorageError) {
        precondition(metadata.job == job, "a job writes into its own folder")
        let folder = try checkpointFolder(metadata.facts.id)
        guard let bytes = metadata.encoded() else {
            throw StorageError(
                .inputOutput, folder.url(Self.metadataName),
                "the metadata is larger than \(CheckpointMetadata.byteCountMax) bytes; lower the "
                    + "parallelism or the number of operators")
        }
        let file = try FileWriter(creating: Self.temporaryName, in: folder)
        try file.write(bytes)
        try plant(.p5a, "sync the file", file.path)
        try file.sync()
        try plant(.p5b, "rename", file.path)
    }

    /// Gives the metadata its name, without replacing, and syncs the folder: then the checkpoint
    /// is durable.
    ///
    /// - Throws: ``StorageError``: whether the checkpoint is durable is not known.
    package func renameMetadata(_ checkpoint: CheckpointID) throws(StorageError) {
        let folder = try folder.subdirectory(checkpoint.folderName)
        try folder.rename(Self.temporaryName, to: Self.metadataName)
        try plant(.p5c, "sync the folder", folder.path)
        try folder.sync()
    }

    /// Writes the hint that every transaction of the checkpoint is committed. Not synced: without
    /// it a restart only works harder.
    package func recordCommitted(_ checkpoint: CheckpointID) throws(StorageError) {
        let folder = try folder.subdirectory(checkpoint.folderName)
        if folder.hasFile(Self.committedName) { return }
        try FileWriter(creating: Self.committedName, in: folder).write(
            Array("\(checkpoint)\n".utf8))
    }

    /// Makes a checkpoint durable that a former runner may have left between rename and sync: its
    /// metadata and its entries are written and synced anew by this process.
    ///
    /// - Parameter attempt: Makes the copy's name new.
    package func makeDurable(
        _ checkpoint: CheckpointID, attempt: Attempt
    ) throws(StorageError) {
        let folder = try folder.subdirectory(checkpoint.folderName)
        let bytes = try FileReader(opening: Self.metadataName, in: folder).readAll(
            byteCountMax: CheckpointMetadata.byteCountMax)
        let copyName = "\(Self.metadataName).copy-\(attempt.rawValue)"
        let copy = try FileWriter(creating: copyName, in: folder)
        try copy.write(bytes)
        try copy.sync()
        try folder.rename(copyName, replacing: Self.metadataName)
        try folder.sync()
        try self.folder.sync()
    }

    /// Deletes a checkpoint: first its metadata, so that a half-deleted one is none, and the
    /// temporary one, so that a replaced runner that wakes up cannot rename it over removed state.
    ///
    /// One that is not there is no error.
    package func delete(_ checkpoint: CheckpointID) throws(StorageError) {
        let folder: Directory
        do throws(StorageError) {
            folder = try self.folder.subdirectory(checkpoint.folderName)
        } catch {
            if error.code == .missing { return }
            throw error
        }
        try folder.remove(Self.metadataName)
        try folder.remove(Self.temporaryName)
        try folder.sync()
        try plant(.p9, "remove the folder", folder.path)
        for name in try folder.entries() { try folder.remove(name) }
        try self.folder.removeSubdirectory(checkpoint.folderName)
    }
}
