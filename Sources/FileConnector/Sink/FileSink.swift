internal import CSystem
internal import Glibc
internal import Observability
package import StreamAPI
package import StreamCore
internal import Synchronization

/// The second phase of a file sink: finishes what its writers left pending, by renaming.
///
/// - Threading: control threads; calls do not overlap. ``makeWriter(encoding:context:)`` from any.
/// - Source: Flink `FileCommitter`; docs/files.md.
package final class FileSink: SinkCommitter {
    package let configuration: FileSinkConfiguration
    package var operatorID: OperatorID { configuration.operatorID }
    /// Paths of the last list that were finished: a list may have them again, and a reader may have
    /// taken them away meanwhile.
    private let finished = Mutex<Set<String>>([])

    package init(_ configuration: FileSinkConfiguration) { self.configuration = configuration }

    /// Makes the folder, unless it is there, and sees that it can be written.
    ///
    /// - Throws: ``FatalError``: 73, 74, 77.
    package func prepare() throws {
        try Folder.prepare(configuration.folder, configuration.place)
    }

    package func makeWriter(
        encoding: FileRowEncoding, context: OperatorContext
    ) -> any SinkWriter {
        FileSinkWriter(configuration, encoding, subtaskIndex: context.subtaskIndex)
    }

    package func commit(_ committables: [[UInt8]], areKnownCommitted: Bool) throws {
        let files = try committables.map(decode)
        let before = finished.withLock(\.self)
        for file in files {
            try finish(file, mayBeGone: areKnownCommitted || before.contains(file.path))
            try Failpoint.reached(.f3)
        }
        for folder in Set(files.map(\.folder)) { try Folder.sync(folder, configuration.place) }
        finished.withLock { $0 = Set(files.map(\.path)) }
    }

    private func decode(_ state: [UInt8]) throws(FatalError) -> PendingFile {
        do throws(FileStateError) {
            return try PendingFile(decoding: state)
        } catch {
            throw FatalError(
                .snapshotCorrupt, "the checkpoint's state of \(configuration.place): \(error)")
        }
    }

    /// Gives the file its name; a file that has it already is finished.
    private func finish(_ file: PendingFile, mayBeGone: Bool) throws(FatalError) {
        var status = stat()
        guard lstat(file.hiddenPath, &status) == 0 else {
            guard errno == ENOENT else {
                throw FileFailure.system(errno, "examine", file.hiddenPath, configuration.place)
            }
            return try requireFinished(file, mayBeGone: mayBeGone)
        }
        guard Int64(status.st_size) == file.byteCount else { throw torn(file, status) }
        try rename(file, inode: status.st_ino)
    }

    private func requireFinished(_ file: PendingFile, mayBeGone: Bool) throws(FatalError) {
        if mayBeGone || access(file.path, F_OK) == 0 { return }
        throw FatalError(
            .outputLost,
            "\(configuration.place): \(file.path) with \(file.rowCount) rows, \(file.byteCount) bytes, "
                + "is neither there nor waiting as \(file.hiddenName), and no record says that it was "
                + "finished. If somebody has taken it away, put an empty file of that name there and "
                + "start again")
    }

    private func torn(_ file: PendingFile, _ status: stat) -> FatalError {
        FatalError(
            .outputLost,
            "\(configuration.place): \(file.hiddenPath) has \(status.st_size) bytes, and had "
                + "\(file.byteCount) with \(file.rowCount) rows when its checkpoint was taken: the "
                + "filesystem lost a part of it, or somebody changed it; restore it")
    }

    private func rename(_ file: PendingFile, inode: ino_t) throws(FatalError) {
        let descriptor = open(file.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FileFailure.system(errno, "open", file.folder, configuration.place)
        }
        defer { close(descriptor) }
        let code = csystem_rename_without_replacing(descriptor, file.hiddenName, file.name)
        switch code {
        case 0: return
        case EEXIST:
            var other = stat()
            // A link that was made and whose old name was not taken away yet.
            if lstat(file.path, &other) == 0, other.st_ino == inode {
                unlink(file.hiddenPath)
                return
            }
            throw FatalError(
                .cannotCreate,
                "\(configuration.place): \(file.path) is there already and is another file than the "
                    + "one that waits as \(file.hiddenName); move it away and start again")
        case ENOENT: return try requireFinished(file, mayBeGone: false)
        default:
            throw FileFailure.system(code, "finish", file.path, configuration.place)
        }
    }

    // MARK: Leftovers

    package func discardLeftovers(
        keeping committables: [[UInt8]], isNewest: () -> Bool
    ) throws {
        let kept = Set(try committables.map(decode).map(\.hiddenName))
        // Listed before the question: what a later attempt makes is not among the names.
        let names = try Folder.names(in: configuration.folder, configuration.place).compactMap(
            \.self
        ).filter {
            PartName.isHidden($0, owner: configuration.owner) && !kept.contains($0)
        }
        guard !names.isEmpty, isNewest() else { return }
        for name in names { unlink(configuration.folder + "/" + name) }
        Log.info(
            "unfinished files of a former run removed",
            ["sink": operatorID.rawValue, "folder": configuration.folder, "files": names.count])
    }
}
