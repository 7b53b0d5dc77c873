internal import Glibc
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// A part file that is written completely and waits for its checkpoint: pending, in Flink's words.
///
/// What a checkpoint keeps of it, little-endian (``ByteWriter``):
///
///     u8 version = 1 | u32 n, n bytes folder | u32 n, n bytes hidden name | u32 n, n bytes name | i64 bytes | i64 rows
package struct PendingFile: Hashable, Sendable {
    package static let version: UInt8 = 1

    package let folder: String
    /// Its name until it is finished.
    package let hiddenName: String
    /// Its name from then on.
    package let name: String
    package let byteCount: Int64
    package let rowCount: Int64

    package var path: String { folder + "/" + name }
    package var hiddenPath: String { folder + "/" + hiddenName }

    package init(
        folder: String, hiddenName: String, name: String, byteCount: Int64, rowCount: Int64
    ) {
        self.folder = folder
        self.hiddenName = hiddenName
        self.name = name
        self.byteCount = byteCount
        self.rowCount = rowCount
    }

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append(Self.version)
        for text in [folder, hiddenName, name] { writer.append(text) }
        writer.append(byteCount)
        writer.append(rowCount)
        return writer.bytes
    }

    /// - Throws: ``FileStateError`` for bytes that ``encoded()`` does not produce.
    package init(decoding bytes: [UInt8]) throws(FileStateError) {
        guard let version = bytes.first, version == Self.version else {
            throw .unknownVersion(bytes.first ?? 0)
        }
        do throws(ByteReaderError) {
            self = try Self(body: bytes)
        } catch {
            throw .unreadable(error)
        }
        let isSound =
            folder.hasPrefix("/") && !folder.utf8.contains(0) && byteCount > 0 && rowCount > 0
            && [hiddenName, name].allSatisfy(Self.isName) && hiddenName.hasPrefix(".")
        guard isSound else { throw .outOfRange }
    }

    private init(body bytes: [UInt8]) throws(ByteReaderError) {
        var reader = ByteReader(bytes)
        _ = try reader.read(UInt8.self)
        folder = try reader.readString(cap: FileSplit.pathByteCountMax)
        hiddenName = try reader.readString(cap: PartName.byteCountMax)
        name = try reader.readString(cap: PartName.byteCountMax)
        byteCount = try reader.read(Int64.self)
        rowCount = try reader.read(Int64.self)
        try reader.expectEnd()
    }

    /// A name within a folder, of our making.
    private static func isName(_ text: String) -> Bool {
        text.contains(PartName.prefix) && !text.utf8.contains(UInt8(ascii: "/"))
            && !text.utf8.contains(0)
    }
}

/// The names of part files.
///
/// `part-<writer>-<subtask>-<number>.<extension>`; until it is finished with a dot in front and
/// `.inprogress.<owner>` behind. The writer is 64 random bits in hexadecimal, drawn by each writer
/// when it is made, so that no run meets the name of another one, whatever became of checkpoints.
package enum PartName {
    static let prefix = "part-"
    static let separator = ".inprogress."
    /// Linux's NAME_MAX.
    static let byteCountMax = 255

    static func name(writer: UInt64, subtask: Int, number: Int, fileExtension: String) -> String {
        "\(prefix)\(FileSinkConfiguration.hexadecimal(writer))-\(subtask)-\(number).\(fileExtension)"
    }

    static func hidden(_ name: String, owner: String) -> String {
        ".\(name)\(separator)\(owner)"
    }

    /// Whether an entry of the folder is an unfinished file of this owner.
    static func isHidden(_ name: String, owner: String) -> Bool {
        name.hasPrefix("." + prefix) && name.hasSuffix(separator + owner)
    }
}

/// One part file while it is written, and until it is on disk.
///
/// - Threading: written by the subtask's thread until ``makePending(rowCount:)``; then the snapshot
///   thread makes it durable.
final class PartFile: Sendable {
    let folder: String
    let name: String
    let hiddenName: String
    private let place: String
    private let descriptor: Int32
    private enum Durability { case none, synced, failed(FatalError) }
    private let durability = Mutex(Durability.none)

    /// Creates the file under its hidden name.
    ///
    /// - Throws: ``FatalError``: 77, 73 or 74 if it cannot be created.
    init(_ configuration: FileSinkConfiguration, name: String) throws(FatalError) {
        folder = configuration.folder
        self.name = name
        hiddenName = PartName.hidden(name, owner: configuration.owner)
        place = configuration.place
        let path = folder + "/" + hiddenName
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileFailure.system(errno, "create", path, place) }
    }

    deinit { close(descriptor) }

    var hiddenPath: String { folder + "/" + hiddenName }

    /// Writes all of these bytes behind the last ones.
    func write(_ bytes: UnsafeRawBufferPointer) throws(FatalError) {
        var rest = bytes
        while let base = rest.baseAddress, rest.count > 0 {
            let count = Glibc.write(descriptor, base, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure.system(errno, "write", hiddenPath, place) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Returns when the file and its entry in the folder are on disk; at once if they are already.
    ///
    /// - Throws: ``FatalError`` (74), from then on always: after a failed fsync(2) nobody knows what
    ///   is on disk, and another one may succeed without having written it.
    /// - Blocking: on the disk.
    func makeDurable() throws(FatalError) {
        let known = durability.withLock(\.self)
        switch known {
        case .synced: return
        case .failed(let error): throw error
        case .none: break
        }
        do throws(FatalError) {
            guard fsync(descriptor) == 0 else {
                throw FileFailure.system(errno, "sync", hiddenPath, place)
            }
            try Folder.sync(folder, place)
            durability.withLock { $0 = .synced }
        } catch {
            durability.withLock { $0 = .failed(error) }
            throw error
        }
    }

    /// Removes the file, which nobody waits for.
    func discard() { unlink(hiddenPath) }
}
