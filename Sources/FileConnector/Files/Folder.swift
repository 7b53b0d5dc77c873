internal import Glibc
internal import StreamAPI

/// What is done with a folder by its path.
enum Folder {
    /// Makes the entries durable: fsync(2).
    static func sync(_ path: String, _ place: String) throws(FatalError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure.system(errno, "open", path, place) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw FileFailure.system(errno, "sync the folder", path, place)
        }
    }

    /// Creates a folder and its parents unless they are there, and sees that files can be made in it.
    ///
    /// - Throws: ``FatalError``: 73 if it cannot be a folder, 77 if it may not be written, 74.
    static func prepare(_ path: String, _ place: String) throws(FatalError) {
        var parent = ""
        for name in path.split(separator: "/") {
            let above = parent.isEmpty ? "/" : parent
            parent += "/" + name
            if mkdir(parent, 0o777) == 0 {
                try sync(above, place)
            } else if errno != EEXIST, access(parent, F_OK) != 0 {
                throw FileFailure.system(errno, "create the folder", parent, place)
            }
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw FileFailure.system(errno, "examine", path, place)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw FatalError(.cannotCreate, "\(place): \(path) is no folder; name one")
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw FileFailure.system(errno, "write in the folder", path, place)
        }
    }

    /// The names of all entries, unsorted; nil for one that is not UTF-8.
    static func names(in path: String, _ place: String) throws(FatalError) -> [String?] {
        guard let stream = opendir(path) else {
            throw FileFailure.system(errno, "list the folder", path, place)
        }
        defer { closedir(stream) }
        var names: [String?] = []
        errno = 0
        while let entry = readdir(stream) {
            names.append(entry.name)
            errno = 0
        }
        guard errno == 0 else { throw FileFailure.system(errno, "list the folder", path, place) }
        return names
    }
}

extension UnsafeMutablePointer<dirent> {
    /// The entry's name; nil if it is not UTF-8.
    fileprivate var name: String? {
        withUnsafePointer(to: &pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
        }
    }
}
