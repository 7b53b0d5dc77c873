internal import Glibc
internal import StreamAPI
internal import Synchronization

/// Turns signals into calls on an ordinary thread, where locks and allocation are allowed.
///
/// Call ``block()`` before any other thread exists, so that all of them inherit the mask.
enum SignalWatch {
    static let watched: [Int32] = [SIGTERM, SIGINT, SIGUSR1]

    /// Blocks the watched signals in this thread and every later one; ignores SIGPIPE, because a
    /// closed connection is an error of the call that finds it.
    static func block() {
        signal(SIGPIPE, SIG_IGN)
        var set = signalSet()
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Calls `received` for each signal, for the life of the process.
    static func start(_ received: @escaping @Sendable (Int32) -> Void) {
        _ = startThread(name: "signals") {
            var set = signalSet()
            while true {
                var number: Int32 = 0
                if sigwait(&set, &number) == 0 { received(number) }
            }
        }
    }

    private static func signalSet() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in watched { sigaddset(&set, number) }
        return set
    }
}

/// The signals of a job, for the executable's entry.
package final class JobSignals: Sendable {
    private let runner = Mutex<JobRunner?>(nil)

    package init() {}

    /// Call before any other thread exists: every thread inherits the mask.
    package static func block() { SignalWatch.block() }

    /// Takes signals from now on, on a thread of its own, for the life of the process. Until there
    /// is a job, one that asks for a stop ends the process at once.
    package func start() {
        SignalWatch.start { [self] number in
            if let runner = runner.withLock(\.self) { return runner.received(signal: number) }
            if case .stop = JobSignal(number) { _exit(JobSignal.exitCode(of: number).rawValue) }
        }
    }

    /// Signals are the job's from now on.
    package func forward(to job: JobRunner) { runner.withLock { $0 = job } }
}
