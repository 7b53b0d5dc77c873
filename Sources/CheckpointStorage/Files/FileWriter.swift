internal import Glibc

/// A file that is written once, from the beginning, and synced once.
///
/// Created with mode 0600 and only if nothing has its name. A failed write or sync leaves it
/// useless: after a failed fsync the kernel may have dropped the pages, and a second fsync would
/// succeed without them.
final class FileWriter {
    let path: String
    private let descriptor: Int32
    private(set) var byteCount: Int64 = 0
    private var isUsable = true

    init(creating name: String, in directory: Directory) throws(StorageError) {
        precondition(!name.isEmpty && !name.utf8.contains(UInt8(ascii: "/")))
        path = directory.url(name)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        descriptor = openat(directory.descriptor, name, flags, 0o600)
        guard descriptor >= 0 else { throw .system(errno, "create the file", path) }
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws(StorageError) {
        precondition(isUsable, "a file is not written after a failure or its sync")
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                isUsable = false
                throw .system(count < 0 ? errno : EIO, "write", path)
            }
            done += count
        }
        assert(done == bytes.count)
        byteCount += Int64(bytes.count)
    }

    /// fsync(2), once.
    func sync() throws(StorageError) {
        precondition(isUsable, "a file is synced once")
        isUsable = false
        guard fsync(descriptor) == 0 else { throw .system(errno, "sync the file", path) }
    }
}
