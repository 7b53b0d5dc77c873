internal import Observability
package import StreamAPI
package import StreamCore

extension CheckpointStorage: KeyedStateWriter {
    /// Writes one state file of a checkpoint: sequentially, one fsync.
    ///
    /// - Throws: ``StorageError``, or what `snapshot` throws. The checkpoint has failed then; its
    ///   folder is removed by ``delete(_:)``.
    package func writeKeyedState(
        _ snapshot: any KeyedStateSnapshot, checkpoint: CheckpointID, operatorID: OperatorID,
        subtaskIndex: Int
    ) throws -> KeyedStateHandle {
        precondition(subtaskIndex >= 0)
        precondition(checkpoint.attempt <= CheckpointID.attemptMax)
        defer { snapshot.release() }
        let name = StateFile.name(operatorID: operatorID, subtaskIndex: subtaskIndex)
        let folder = try checkpointFolder(checkpoint)
        let file = try FileWriter(creating: name, in: folder)
        try file.write(StateFile.header)
        var slices: [KeyGroupSlice] = []
        var group = ByteWriter()
        for keyGroup in snapshot.keyGroups.lower..<snapshot.keyGroups.upper {
            group.removeAll()
            try snapshot.write(keyGroup: keyGroup, into: &group)
            if group.count == 0 { continue }
            slices.append(
                KeyGroupSlice(
                    keyGroup: keyGroup, offset: file.byteCount, length: Int64(group.count),
                    checksum: StableHash.crc32c(group.bytes)))
            try file.write(group.bytes)
        }
        assert(file.byteCount >= Int64(StateFile.headerByteCount))
        try plant(.p4, "write", file.path)
        try file.sync()
        return KeyedStateHandle(
            fileName: name, fileByteCount: file.byteCount, stateSchema: snapshot.stateSchema,
            slices: slices)
    }

    /// Copies a snapshot's state into a new checkpoint's folder: for a checkpoint 0, whose state is
    /// that of the checkpoint that the run started from.
    ///
    /// - Returns: What the new checkpoint's metadata says of its operators; the files are synced.
    package func copyState(
        of snapshot: CheckpointSnapshot, to checkpoint: CheckpointID
    ) throws(StorageError) -> [OperatorState] {
        precondition(snapshot.path != folder.url(checkpoint.folderName))
        for handle in snapshot.metadata.operators.flatMap(\.keyed) {
            let source = try snapshot.stateFile(handle)
            let copy = try FileWriter(
                creating: handle.fileName, in: try checkpointFolder(checkpoint))
            var offset: Int64 = 0
            while offset < source.byteCount {
                let count = min(Self.copyByteCount, Int(source.byteCount - offset))
                try copy.write(try source.read(at: offset, count: count))
                offset += Int64(count)
            }
            try copy.sync()
        }
        return snapshot.metadata.operators
    }

    private static let copyByteCount = 1 << 20

    /// A drill's failure, as that of the call that follows.
    func plant(_ point: Failpoint, _ doing: String, _ path: String) throws(StorageError) {
        do throws(FailpointError) {
            try Failpoint.reached(point)
        } catch {
            throw .system(error.errorNumber, doing, path)
        }
    }

    /// The checkpoint's folder, created durably when its first file is written.
    func checkpointFolder(_ checkpoint: CheckpointID) throws(StorageError) -> Directory {
        try folder.makeSubdirectory(checkpoint.folderName)
    }
}
