internal import Glibc
package import StreamAPI
internal import StreamCore
internal import Synchronization

/// A checkpoint or savepoint that is there and sound: its metadata, and its state files by need.
///
/// - Threading: any.
package final class CheckpointSnapshot: Sendable {
    package let metadata: CheckpointMetadata
    /// The snapshot's folder.
    package var path: String { folder.path }
    /// Whether the file `committed` is in the folder, now.
    package var isRecordedCommitted: Bool { folder.hasFile(CheckpointStorage.committedName) }
    let folder: Directory
    private let files = Mutex<[String: FileReader]>([:])

    init(in folder: Directory) throws(StorageError) {
        let file = try FileReader(opening: CheckpointStorage.metadataName, in: folder)
        let bytes = try file.readAll(byteCountMax: CheckpointMetadata.byteCountMax)
        do throws(MetadataError) {
            metadata = try CheckpointMetadata(decoding: bytes)
        } catch {
            throw StorageError(
                .corrupt, file.path,
                "\(error.description); restore the file, or start from another checkpoint with -s")
        }
        self.folder = folder
    }

    /// Opens what `run -s PATH` names: a checkpoint's folder, or the `_metadata` in it.
    ///
    /// Any job's: a savepoint may start another pipeline.
    package convenience init(path: String) throws(StorageError) {
        var path = path
        if path.hasPrefix("file://") { path.removeFirst("file://".count) }
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        guard !path.utf8.contains(0) else {
            throw StorageError(.missing, path, "is no path: it holds a NUL byte")
        }
        guard !path.isEmpty else {
            throw StorageError(
                .missing, "-s", "names nothing; give a checkpoint's folder, or `latest`")
        }
        if path.hasSuffix("/" + CheckpointStorage.metadataName) {
            path.removeLast(CheckpointStorage.metadataName.count + 1)
        }
        let folder = try Self.open(path.isEmpty ? "/" : path)
        try folder.requireNotWritableByAll()
        guard folder.hasEntry(CheckpointStorage.metadataName) else {
            throw StorageError(
                .missing, folder.path,
                "holds no _metadata: name a folder chk-<attempt>-<number>, or the _metadata in it")
        }
        try self.init(in: folder)
    }

    private static func open(_ path: String) throws(StorageError) -> Directory {
        do throws(StorageError) {
            return try Directory(opening: path)
        } catch {
            // Nothing is created here: a path that leads to a file is a snapshot that is not there.
            guard error.code == .cannotCreate else { throw error }
            throw StorageError(.missing, error.path, error.reason)
        }
    }

    /// What the snapshot has for one operator instance, under the parallelism of `context`; nil if
    /// it does not know the operator.
    ///
    /// - Throws: `.incompatible` if the number of key groups has changed, `.missing` or `.corrupt`
    ///   for a state file. Reading a key group throws the same.
    package func restoredState(for context: OperatorContext) throws(StorageError) -> RestoredState?
    {
        precondition(context.subtaskIndex < context.parallelism)
        guard let state = metadata.operators.first(where: { $0.id == context.operatorID }) else {
            return nil
        }
        let places = try keyGroups(of: state, in: context)
        return RestoredState(
            items: state.items, stateSchema: state.stateSchema, watermark: state.watermark,
            splitWatermarks: state.splitWatermarks
        ) { keyGroup in
            try places[keyGroup].map { try $0.file.read($0.slice) }
        }
    }

    private struct Place: Sendable {
        let file: FileReader
        let slice: KeyGroupSlice
    }

    private func keyGroups(
        of state: OperatorState, in context: OperatorContext
    ) throws(StorageError) -> [Int: Place] {
        if !state.keyed.isEmpty { try requireMaxParallelism(context.maxParallelism) }
        var places: [Int: Place] = [:]
        for handle in state.keyed {
            for slice in handle.slices where context.keyGroups.contains(slice.keyGroup) {
                places[slice.keyGroup] = Place(file: try stateFile(handle), slice: slice)
            }
        }
        return places
    }

    /// Opens a state file once and checks its header and its length.
    func stateFile(_ handle: KeyedStateHandle) throws(StorageError) -> FileReader {
        if let open = files.withLock({ $0[handle.fileName] }) { return open }
        let file = try FileReader(opening: handle.fileName, in: folder)
        guard file.byteCount == handle.fileByteCount else {
            throw file.damaged(
                "has \(file.byteCount) bytes and should have \(handle.fileByteCount)")
        }
        guard try file.read(at: 0, count: StateFile.headerByteCount) == StateFile.header else {
            throw file.damaged("does not begin as a state file does")
        }
        files.withLock { $0[handle.fileName] = file }
        return file
    }

    /// Reads every state file whole and checks every checksum.
    package func verifyState() throws(StorageError) {
        for handle in metadata.operators.flatMap(\.keyed) {
            let file = try stateFile(handle)
            for slice in handle.slices { _ = try file.read(slice) }
        }
    }
}

extension FileReader {
    func damaged(_ what: String) -> StorageError {
        StorageError(
            .corrupt, path, "\(what); restore the file, or start from another checkpoint with -s")
    }

    /// The slice's place was checked against the file's length.
    fileprivate func read(_ slice: KeyGroupSlice) throws(StorageError) -> [UInt8] {
        let bytes = try read(at: slice.offset, count: Int(slice.length))
        guard StableHash.crc32c(bytes) == slice.checksum else {
            throw damaged(
                "key group \(slice.keyGroup) has a wrong checksum: it was changed or damaged")
        }
        return bytes
    }
}
