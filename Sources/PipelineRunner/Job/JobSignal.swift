internal import Glibc
internal import Observability
internal import StreamAPI

/// What a signal asks for.
enum JobSignal {
    /// SIGUSR1: a checkpoint now.
    case checkpoint
    /// SIGTERM, SIGINT: a final checkpoint, its commit, and exit 0.
    case stop

    init(_ number: Int32) { self = number == SIGUSR1 ? .checkpoint : .stop }

    /// The exit code of a process that a signal ended before its final checkpoint.
    static func exitCode(of number: Int32) -> ExitCode {
        number == SIGINT ? .interrupted : .terminated
    }
}
