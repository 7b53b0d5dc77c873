/// What the process tells its supervisor: sysexits, and codes of our own for what an operator must
/// decide. A supervisor may restart after 1, 69, 70, 73 and 74; the others need a person first.
public enum ExitCode: Int32, Sendable, CaseIterable {
    /// Finished, or stopped as asked with the last checkpoint committed.
    case finished = 0
    /// The job failed and its restart strategy is exhausted.
    case failed = 1
    case usage = 64
    /// A snapshot is corrupt or unreadable.
    case snapshotCorrupt = 65
    case inputMissing = 66
    /// A broker cannot be reached.
    case unreachable = 69
    case internalError = 70
    /// The checkpoint directory cannot be created or is not ours.
    case cannotCreate = 73
    /// Reading or writing the checkpoint directory, or a file of a source or sink, failed.
    case inputOutput = 74
    /// Another instance holds the job, or has taken it over: do not restart at once.
    case superseded = 75
    /// A permission (ACL) is missing.
    case unauthorized = 77
    /// The configuration is wrong, or does not fit the state.
    case configuration = 78
    /// Output is lost or torn; the message has the exact range.
    case outputLost = 79
    /// Whether a transaction committed cannot be known; the operator must choose.
    case outcomeUnknown = 80
    /// Records that the checkpoint needs are gone from a source.
    case sourceGap = 81
    /// More records were rejected than a dead-letter sink's `max_rate` allows.
    case tooManyRejected = 82
    /// SIGINT a second time, before the final checkpoint.
    case interrupted = 130
    /// SIGTERM a second time, before the final checkpoint.
    case terminated = 143
}

/// A failure that decides the process's exit code: restarting cannot mend it.
public struct FatalError: Error, Sendable, CustomStringConvertible {
    public let exitCode: ExitCode
    /// What happened to what, why, and what to do.
    public let message: String
    public init(_ exitCode: ExitCode, _ message: String) {
        self.exitCode = exitCode
        self.message = message
    }
    public var description: String { message }
}
