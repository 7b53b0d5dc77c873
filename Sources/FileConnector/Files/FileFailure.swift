internal import Glibc
internal import StreamAPI

/// Why a call of the operating system on a file failed, as the failure that ends the job.
enum FileFailure {
    /// - Parameters:
    ///   - number: The errno.
    ///   - doing: The call in words: `open`.
    ///   - path: Of the file or folder.
    ///   - place: Who does it: `source logs`.
    /// - Returns: Exit code 66 for what is not there, 77 for a right that is missing, 73 for a path
    ///   that cannot be, else 74.
    static func system(
        _ number: Int32, _ doing: String, _ path: String, _ place: String
    ) -> FatalError {
        let (exitCode, advice): (ExitCode, String) =
            switch number {
            case ENOENT: (.inputMissing, "check the path")
            case EACCES, EPERM, EROFS: (.unauthorized, "give this user the right to it")
            case ENOTDIR, ENAMETOOLONG, ELOOP: (.cannotCreate, "name another path")
            case ENOSPC, EDQUOT: (.inputOutput, "free space on that filesystem")
            case EMFILE, ENFILE: (.inputOutput, "raise the limit of open files (ulimit -n)")
            default: (.inputOutput, "check the disk and the filesystem")
            }
        let text = String(cString: strerror(number))
        return FatalError(
            exitCode, "\(place): cannot \(doing) \(path): \(text) (errno \(number)); \(advice)")
    }
}
