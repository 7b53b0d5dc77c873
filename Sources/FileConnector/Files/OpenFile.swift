internal import Glibc
internal import StreamAPI
internal import StreamCore

/// A regular file, open for reading; closed when the last reference goes.
///
/// - Threading: one thread.
final class OpenFile {
    let path: String
    private let descriptor: Int32
    private let place: String

    /// - Parameter place: Who opens it, for messages: `source logs`.
    /// - Throws: ``FatalError``: 66 if it is not there, 77 if it may not be read, 78 for a folder, a
    ///   FIFO, a socket or a device, which cannot be read again from a position.
    init(_ path: String, place: String) throws(FatalError) {
        self.path = path
        self.place = place
        // Without O_NONBLOCK the opening of a FIFO would wait for a writer.
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure.system(errno, "open", path, place) }
        do throws(FatalError) {
            try Self.requireRegular(try status(), path, place)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    static func requireRegular(
        _ status: stat, _ path: String, _ place: String
    ) throws(FatalError) {
        let kind: String
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: kind = "a folder"
        case S_IFIFO: kind = "a FIFO"
        case S_IFSOCK: kind = "a socket"
        default: kind = "a device"
        }
        throw FatalError(
            .configuration,
            "\(place): \(path) is \(kind), not a file: after a failure it could not be read again "
                + "from a position; name a file")
    }

    func status() throws(FatalError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw FileFailure.system(errno, "examine", path, place)
        }
        return status
    }

    /// Bytes, now.
    func byteCount() throws(FatalError) -> Int64 { Int64(try status().st_size) }

    /// Reads up to `count` bytes at `offset`.
    ///
    /// - Returns: Bytes read; 0 at the end of the file.
    func read(
        into target: UnsafeMutableRawPointer, count: Int, at offset: Int64
    ) throws(FatalError) -> Int {
        while true {
            let got = pread(descriptor, target, count, off_t(offset))
            if got >= 0 { return got }
            guard errno == EINTR else { throw FileFailure.system(errno, "read", path, place) }
        }
    }

    /// How many line feeds stand before `offset`.
    ///
    /// - Cost: Reads the file up to there.
    func lineFeedCount(before offset: Int64) throws(FatalError) -> Int64 {
        let chunk = ByteChunk(capacity: ByteArena.chunkByteCount)
        var (count, at) = (Int64(0), Int64(0))
        while at < offset {
            let wanted = min(chunk.capacity, Int(clamping: offset - at))
            let got = try read(into: chunk.bytes, count: wanted, at: at)
            guard got > 0 else { break }
            count += Int64(ByteSearch.count(0x0A, in: chunk.bytes, from: 0, to: got))
            at += Int64(got)
        }
        return count
    }

    /// The bytes from `offset` on, `count` at most; fewer where the file ends.
    func bytes(at offset: Int64, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = try bytes.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                guard let target = rest.baseAddress else { return 0 }
                return try read(into: target, count: rest.count, at: offset + Int64(filled))
            }
            guard got > 0 else { break }
            filled += got
        }
        return Array(bytes.prefix(filled))
    }
}
