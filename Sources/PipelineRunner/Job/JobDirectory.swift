internal import CSystem
internal import Glibc
internal import StreamAPI

/// Where the job's folder lives: the checkpoint directory, or, with checkpointing off, a scratch
/// folder that goes with the run.
struct JobDirectory: ~Copyable {
    let path: String
    private let isScratch: Bool

    /// - Parameter configured: `execution.checkpointing.dir`; nil when checkpointing is off.
    init(_ configured: String?) throws(FatalError) {
        if let configured {
            path = configured
            isScratch = false
            return
        }
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/millrace-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw FatalError(
                .cannotCreate,
                "\(parent): a scratch folder cannot be created, errno \(errno); set "
                    + "TMPDIR to a folder that can be written")
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        isScratch = true
    }

    deinit { if isScratch { _ = csystem_remove_tree(path) } }
}
