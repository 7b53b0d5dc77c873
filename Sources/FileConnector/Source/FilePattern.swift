internal import Glibc
internal import StreamAPI

/// The files that a `path` means: one file, those of a folder, or those whose name matches the
/// pattern in its last component.
struct FilePattern {
    /// Files of one source, at most.
    static let fileCountMax = 65_536

    let path: String
    let place: String

    /// `*`, `?` or `[` in the last component.
    static func isPattern(_ path: String) -> Bool {
        lastComponent(path).contains { "*?[".contains($0) }
    }

    static func lastComponent(_ path: String) -> Substring {
        path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
    }

    /// The files there are, by name.
    ///
    /// Subfolders are not entered. Files whose names begin with `.` or `_` are unfinished or hidden,
    /// as in Flink, and left out unless they are named.
    ///
    /// - Throws: ``FatalError``: 66 where a named file or the folder is not there, 77, 74; 78 for what
    ///   is no file.
    /// - Blocking: on the disk.
    func list() throws(FatalError) -> [String] {
        let name = Self.lastComponent(path)
        if Self.isPattern(path) {
            let folder = String(path.dropLast(name.count + 1))
            return try files(in: folder.isEmpty ? "/" : folder, matching: String(name))
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw FileFailure.system(errno, "examine", path, place)
        }
        if status.st_mode & S_IFMT == S_IFDIR { return try files(in: path, matching: nil) }
        try OpenFile.requireRegular(status, path, place)
        return [path]
    }

    private func files(in folder: String, matching pattern: String?) throws(FatalError) -> [String]
    {
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        var found: [String] = []
        for name in try readableNames(in: folder) where matches(name, pattern) {
            var status = stat()
            guard stat(prefix + name, &status) == 0 else {
                // It was there a moment ago: removed meanwhile.
                if errno == ENOENT { continue }
                throw FileFailure.system(errno, "examine", prefix + name, place)
            }
            if status.st_mode & S_IFMT == S_IFDIR { continue }
            try OpenFile.requireRegular(status, prefix + name, place)
            found.append(prefix + name)
        }
        guard found.count <= Self.fileCountMax else {
            throw FatalError(
                .configuration,
                "\(place): \(path) has \(found.count) files, more than \(Self.fileCountMax); name "
                    + "fewer by a pattern, or move those away that have been read")
        }
        return found.sorted()
    }

    /// - Throws: ``FatalError`` (78) for a name that is not UTF-8: it would be left out unseen.
    private func readableNames(in folder: String) throws(FatalError) -> [String] {
        let names = try Folder.names(in: folder, place)
        let readable = names.compactMap(\.self)
        guard readable.count == names.count else {
            throw FatalError(
                .configuration,
                "\(place): \(folder) has \(names.count - readable.count) names that are not UTF-8; "
                    + "rename those files, or move them away")
        }
        return readable
    }

    private func matches(_ name: String, _ pattern: String?) -> Bool {
        if let first = name.first, first == "." || first == "_", pattern?.first != first {
            return false
        }
        guard let pattern else { return true }
        return fnmatch(pattern, name, FNM_PERIOD) == 0
    }
}
