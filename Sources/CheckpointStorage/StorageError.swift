internal import Glibc
package import StreamAPI

/// The checkpoint directory could not be used: what, which file, why, and what to do.
///
/// Callers act on ``code``; a job that ends because of it ends with ``exitCode``.
package struct StorageError: Error, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// A folder or file cannot be created, or is not ours to use.
        case cannotCreate
        /// A read, write or sync failed. A later checkpoint may succeed.
        case inputOutput
        /// Bytes are not what was written.
        case corrupt
        /// Nothing is there.
        case missing
        /// The snapshot is sound, but not for this job or these settings.
        case incompatible
    }

    package let code: Code
    package let path: String
    /// What is wrong, why, and what to do, without the path.
    package let reason: String

    package init(_ code: Code, _ path: String, _ reason: String) {
        self.code = code
        self.path = path
        self.reason = reason
    }

    package var exitCode: ExitCode {
        switch code {
        case .cannotCreate: .cannotCreate
        case .inputOutput: .inputOutput
        case .corrupt, .missing: .snapshotCorrupt
        case .incompatible: .configuration
        }
    }

    package var description: String { "\(path): \(reason)" }
}

extension StorageError {
    /// A system call failed.
    ///
    /// - Parameter doing: The call in words: `create the file`.
    static func system(_ number: Int32, _ doing: String, _ path: String) -> StorageError {
        let text = String(cString: strerror(number))
        let (code, advice): (Code, String) =
            switch number {
            case EACCES, EPERM, EROFS:
                (
                    .cannotCreate,
                    "give this user the right to it, or name another directory "
                        + "(execution.checkpointing.dir)"
                )
            case ENOTDIR, ENAMETOOLONG, ELOOP:
                (.cannotCreate, "name another directory (execution.checkpointing.dir)")
            case ENOSPC, EDQUOT: (.inputOutput, "free space on that filesystem")
            default: (.inputOutput, "check the disk and the filesystem")
            }
        return StorageError(
            code, path, "cannot \(doing): \(text) (errno \(number)); \(advice)")
    }
}
