internal import CSystem
internal import Glibc

/// An open folder. Everything in it is reached through its descriptor, never by a path, and no
/// symbolic link is followed: whoever swaps a folder while we work changes nothing for us.
///
/// - Threading: any; the kernel serialises.
/// - Blocking: every call, on the disk.
final class Directory: Sendable {
    let path: String
    let descriptor: Int32

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private static let openFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    /// Opens a folder that is there.
    convenience init(opening path: String) throws(StorageError) {
        let descriptor = open(path, Directory.openFlags)
        guard descriptor >= 0 else { throw Directory.openError(errno, path) }
        self.init(path: path, descriptor: descriptor)
    }

    /// Creates a folder and its parents, each with mode 0700, unless they are there, and opens it.
    convenience init(creating path: String) throws(StorageError) {
        var parent = ""
        for name in path.split(separator: "/") {
            parent += "/" + name
            if mkdir(parent, 0o700) != 0, errno != EEXIST, errno != EISDIR {
                // An ancestor that cannot be created may well be there.
                var status = stat()
                let number = errno
                if stat(parent, &status) != 0 {
                    throw .system(number, "create the folder", parent)
                }
            }
        }
        try self.init(opening: path)
    }

    /// The path of an entry, for messages.
    func url(_ name: String) -> String { path + "/" + name }

    /// Names come from us or were checked when they were read: one that leads elsewhere is a
    /// mistake in the program.
    private func requireEntryName(_ name: String) {
        precondition(!name.isEmpty && name != "." && name != "..")
        precondition(!name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0))
    }

    /// - Throws: `.missing` if it is not there.
    func subdirectory(_ name: String) throws(StorageError) -> Directory {
        requireEntryName(name)
        let opened = openat(descriptor, name, Directory.openFlags)
        guard opened >= 0 else { throw Directory.openError(errno, url(name)) }
        return Directory(path: url(name), descriptor: opened)
    }

    /// Opens a folder within this one, creating it durably if need be.
    func makeSubdirectory(_ name: String) throws(StorageError) -> Directory {
        requireEntryName(name)
        if mkdirat(descriptor, name, 0o700) == 0 {
            try sync()
        } else if errno != EEXIST {
            throw .system(errno, "create the folder", url(name))
        }
        return try subdirectory(name)
    }

    private static func openError(_ number: Int32, _ path: String) -> StorageError {
        switch number {
        case ENOENT: StorageError(.missing, path, "there is no such folder; check the path")
        case ENOTDIR, ELOOP:
            StorageError(
                .cannotCreate, path,
                "is not a folder or is a symbolic link; name the folder itself")
        default: .system(number, "open the folder", path)
        }
    }

    /// Refuses a folder in which somebody else could plant or change files.
    func requireOwned() throws(StorageError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(errno, "examine", path) }
        guard status.st_uid == geteuid() else {
            throw StorageError(
                .cannotCreate, path,
                "belongs to user \(status.st_uid), not to user \(geteuid()) who runs this; use a "
                    + "folder of your own, or chown it")
        }
        try requireNotWritableByAll()
    }

    func requireNotWritableByAll() throws(StorageError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(errno, "examine", path) }
        guard status.st_mode & S_IWOTH == 0 else {
            throw StorageError(
                .cannotCreate, path,
                "is writable by everybody, who could plant or change checkpoints; chmod o-w it")
        }
    }

    /// Makes the entries durable: fsync(2) of the folder.
    func sync() throws(StorageError) {
        guard fsync(descriptor) == 0 else { throw .system(errno, "sync the folder", path) }
    }

    /// The names of all entries, unsorted.
    func entries() throws(StorageError) -> [String] {
        // A descriptor of its own: the position of a shared one would be shared too.
        let own = openat(descriptor, ".", Directory.openFlags)
        guard own >= 0, let stream = fdopendir(own) else {
            throw .system(errno, "list the folder", path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .system(errno, "list the folder", path) }
        return names
    }

    /// Whether a regular file of that name is there.
    func hasFile(_ name: String) -> Bool {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
            && status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether anything of that name is there.
    func hasEntry(_ name: String) -> Bool {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// Removes a file; one that is not there is no error.
    func remove(_ name: String) throws(StorageError) {
        requireEntryName(name)
        guard unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else {
            throw .system(errno, "remove the file", url(name))
        }
    }

    /// Removes an empty folder; one that is not there is no error.
    func removeSubdirectory(_ name: String) throws(StorageError) {
        requireEntryName(name)
        guard unlinkat(descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw .system(errno, "remove the folder", url(name))
        }
    }

    /// Renames over whatever has the name `to`.
    func rename(_ from: String, replacing to: String) throws(StorageError) {
        requireEntryName(from)
        requireEntryName(to)
        guard renameat(descriptor, from, descriptor, to) == 0 else {
            throw .system(errno, "rename \(from)", url(to))
        }
    }

    /// Renames; fails if `to` is there.
    func rename(_ from: String, to: String) throws(StorageError) {
        requireEntryName(from)
        requireEntryName(to)
        let code = csystem_rename_without_replacing(descriptor, from, to)
        guard code != EEXIST else {
            throw StorageError(
                .inputOutput, url(to),
                "is there already: two runners wrote the same checkpoint; "
                    + "make sure that one of them has stopped")
        }
        guard code == 0 else { throw .system(code, "rename \(from)", url(to)) }
    }
}
