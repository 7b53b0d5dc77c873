internal import Glibc

/// A file open for reading: a regular one, not a link, a pipe or a device.
///
/// - Threading: any; reads name their position.
final class FileReader: Sendable {
    let path: String
    /// Bytes, when it was opened.
    let byteCount: Int64
    /// Wall clock, since the epoch.
    let modificationTimeMilliseconds: Int64
    private let descriptor: Int32

    init(opening name: String, in directory: Directory) throws(StorageError) {
        precondition(!name.isEmpty && !name.utf8.contains(UInt8(ascii: "/")))
        path = directory.url(name)
        // Without O_NONBLOCK opening a pipe would wait for its writer.
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        descriptor = openat(directory.descriptor, name, flags)
        guard descriptor >= 0 else { throw FileReader.openError(errno, path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let number = errno
            close(descriptor)
            throw .system(number, "examine", path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw StorageError(.corrupt, path, "is not a regular file; restore the original")
        }
        byteCount = Int64(status.st_size)
        let time = status.st_mtim
        modificationTimeMilliseconds = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    deinit { close(descriptor) }

    private static func openError(_ number: Int32, _ path: String) -> StorageError {
        switch number {
        case ENOENT: StorageError(.missing, path, "the file is missing; restore it from a copy")
        case ELOOP:
            StorageError(.corrupt, path, "is a symbolic link; put the file itself there")
        default: .system(number, "open the file", path)
        }
    }

    /// Reads exactly `count` bytes; the caller has checked `count` against ``byteCount``.
    func read(at offset: Int64, count: Int) throws(StorageError) -> [UInt8] {
        precondition(offset >= 0 && count >= 0 && offset + Int64(count) <= byteCount)
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            done = 0
            while done < count {
                let got = pread(
                    descriptor, buffer.baseAddress?.advanced(by: done), count - done,
                    Int(offset) + done)
                if got < 0 && errno == EINTR { continue }
                guard got > 0 else {
                    failure = got < 0 ? errno : EIO
                    return
                }
                done += got
            }
        }
        guard failure == 0 else { throw .system(failure, "read", path) }
        return bytes
    }

    /// The whole file.
    func readAll(byteCountMax: Int) throws(StorageError) -> [UInt8] {
        guard byteCount <= Int64(byteCountMax) else {
            throw StorageError(
                .corrupt, path,
                "has \(byteCount) bytes, more than the \(byteCountMax) possible; restore the file"
            )
        }
        return try read(at: 0, count: Int(byteCount))
    }
}
