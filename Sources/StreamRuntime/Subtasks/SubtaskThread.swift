internal import CSystem
internal import Glibc
internal import Synchronization

/// The system refused a thread.
package struct SubtaskThreadError: Error, Sendable, CustomStringConvertible {
    package let threadName: String
    package let errorNumber: Int32
    package var description: String {
        "no thread for subtask \(threadName): \(String(cString: strerror(errorNumber))); "
            + "raise the limit of processes (ulimit -u) or lower parallelism.default"
    }
}

/// A named thread with a stack of a stated size and signals blocked: those sent to the process are
/// the main thread's business. The ones that report a crash of this thread stay open.
///
/// - Threading: `join` from one thread at a time.
final class SubtaskThread: Sendable {
    let name: String
    /// Nil once joined.
    private let handle: Mutex<pthread_t?>

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// - Parameter name: At most 15 bytes are shown by the kernel.
    init(
        name: String, stackByteCount: Int, run: @escaping @Sendable () -> Void
    ) throws(SubtaskThreadError) {
        precondition(!name.isEmpty && stackByteCount > 0)
        self.name = name
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackByteCount)
        let body = Unmanaged.passRetained(Body(name: name, run: run))
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, SubtaskThread.main, body.toOpaque())
        guard code == 0 else {
            body.release()
            throw SubtaskThreadError(threadName: name, errorNumber: code)
        }
        handle = Mutex(thread)
    }

    deinit {
        if let thread = handle.withLock({ $0 }) { pthread_detach(thread) }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? =
        { argument in
            guard let argument else { return nil }
            blockSignals()
            let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
            csystem_name_thread(body.name)
            body.run()
            return nil
        }

    private static func blockSignals() {
        var blocked = sigset_t()
        sigfillset(&blocked)
        for crash in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] {
            sigdelset(&blocked, crash)
        }
        pthread_sigmask(SIG_BLOCK, &blocked, nil)
    }

    /// Waits for the thread's end.
    ///
    /// - Returns: False if it runs on at `deadline`.
    func join(until deadline: ContinuousClock.Instant) -> Bool {
        guard let thread = handle.withLock({ $0 }) else { return true }
        let left = max(.zero, ContinuousClock.now.duration(to: deadline)).components
        let milliseconds = Int(left.seconds) * 1000 + Int(left.attoseconds / 1_000_000_000_000_000)
        guard csystem_join_thread(thread, milliseconds) == 0 else { return false }
        handle.withLock { $0 = nil }
        return true
    }
}
