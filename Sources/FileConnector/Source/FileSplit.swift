package import StreamCore

/// What tells a file from another one under its name: a hash of its first bytes.
///
/// Not the inode: a file that was copied back is the same file.
package struct FileFingerprint: Hashable, Sendable {
    /// Bytes that are hashed, at most.
    package static let byteCountMax = 4096

    /// Bytes that are hashed: `0 ... byteCountMax`, and never more than have been read.
    package let byteCount: Int
    /// xxh3-64 of them.
    package let hash: UInt64

    /// - Parameter bytes: The beginning of the file; those beyond `readByteCount` are left out.
    package init(of bytes: [UInt8], readByteCount: Int64) {
        byteCount = min(bytes.count, Self.byteCountMax, Int(clamping: readByteCount))
        hash = bytes.withUnsafeBytes { [byteCount] in StableHash.xxh3($0.baseAddress, byteCount) }
    }

    fileprivate init(byteCount: Int, hash: UInt64) {
        self.byteCount = byteCount
        self.hash = hash
    }

    /// Whether a file that begins with `bytes` may be the one that this was taken of.
    package func matches(_ bytes: [UInt8]) -> Bool {
        bytes.count >= byteCount
            && FileFingerprint(of: bytes, readByteCount: Int64(byteCount)) == self
    }
}

/// One file and where to read on: what a checkpoint keeps of a file source.
///
/// The bytes, little-endian (``ByteWriter``):
///
///     u8 version = 2 | u32 n, n bytes path | i64 offset | i64 line | u8 is at end | i32 fingerprint bytes | u64 hash
///
/// Version 1 has no line; it is counted when the file is opened.
package struct FileSplit: Hashable, Sendable {
    package static let version: UInt8 = 2
    private static let versionWithoutLine: UInt8 = 1
    /// Linux's PATH_MAX.
    package static let pathByteCountMax = 4096

    package let path: String
    /// Bytes from the beginning of the file to the next line to be read.
    package var offset: Int64
    /// The number of that line, from 1: one more than there are line feeds before it. Nil: not counted.
    package var line: Int64?
    /// Everything that was known to be in the file had been read.
    package var isAtEnd: Bool
    package var fingerprint: FileFingerprint

    /// A file of which nothing has been read.
    package init(path: String) {
        self.path = path
        offset = 0
        line = 1
        isAtEnd = false
        fingerprint = FileFingerprint(of: [], readByteCount: 0)
    }

    /// For messages.
    var place: RecordPlace {
        RecordPlace(
            topic: path, partition: PartitionIndex(rawValue: 0), offset: Offset(rawValue: offset),
            line: line)
    }

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append(Self.version)
        writer.append(path)
        writer.append(offset)
        writer.append(line ?? 0)
        writer.append(UInt8(isAtEnd ? 1 : 0))
        writer.append(Int32(fingerprint.byteCount))
        writer.append(fingerprint.hash)
        return writer.bytes
    }

    /// - Throws: ``FileStateError`` for bytes that ``encoded()`` does not produce.
    package init(decoding bytes: [UInt8]) throws(FileStateError) {
        let versions = [Self.version, Self.versionWithoutLine]
        guard let version = bytes.first, versions.contains(version) else {
            throw .unknownVersion(bytes.first ?? 0)
        }
        do throws(ByteReaderError) {
            self = try Self(body: bytes)
        } catch {
            throw .unreadable(error)
        }
        let counts = 0...FileFingerprint.byteCountMax
        guard offset >= 0, line.map({ $0 > 0 }) ?? true, path.hasPrefix("/"),
            !path.utf8.contains(0), counts.contains(fingerprint.byteCount)
        else { throw .outOfRange }
    }

    private init(body bytes: [UInt8]) throws(ByteReaderError) {
        var reader = ByteReader(bytes)
        let version = try reader.read(UInt8.self)
        path = try reader.readString(cap: Self.pathByteCountMax)
        offset = try reader.read(Int64.self)
        let line = version == Self.versionWithoutLine ? 0 : try reader.read(Int64.self)
        self.line = line == 0 ? nil : line
        isAtEnd = try reader.read(UInt8.self) != 0
        let byteCount = Int(try reader.read(Int32.self))
        fingerprint = FileFingerprint(byteCount: byteCount, hash: try reader.read(UInt64.self))
        try reader.expectEnd()
    }
}

/// Why a file's bytes in a checkpoint cannot be used.
package enum FileStateError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownVersion(UInt8)
    case unreadable(ByteReaderError)
    case outOfRange

    package var description: String {
        switch self {
        case .unknownVersion(let version):
            "a file's entry has version \(version), which this program does not read"
        case .unreadable(let error): "a file's entry cannot be read: \(error)"
        case .outOfRange: "a file's entry has a path or a number that cannot be"
        }
    }
}
