internal import Glibc

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
package enum JobSignals {
    /// Call before any other thread exists: every thread inherits the mask.
    package static func block() { SignalWatch.block() }

    /// Calls `received` on a thread of its own, for the life of the process.
    package static func start(_ received: @escaping @Sendable (Int32) -> Void) {
        SignalWatch.start(received)
    }
}
