internal import CSystem
internal import Glibc

/// A thread that carries out blocking work, one piece after the other, in the order given.
///
/// The controller never blocks: storage, each transactional slot and the courtesy publishing of
/// offsets have a worker each.
///
/// - Threading: `submit` and `finish` from any thread.
final class SerialWorker: Sendable {
    private enum Work: Sendable {
        case run(@Sendable () -> Void)
        case finish
    }

    private let queue: EventQueue<Work>
    private let thread: UInt

    /// - Parameter name: At most 15 bytes, as `top -H` shows it.
    init(name: String) {
        let queue = EventQueue<Work>()
        self.queue = queue
        thread = startThread(name: name) {
            var running = true
            while running {
                for work in queue.take(until: nil) {
                    switch work {
                    case .run(let body): body()
                    case .finish: running = false
                    }
                }
            }
        }
    }

    func submit(_ body: @escaping @Sendable () -> Void) { queue.post(.run(body)) }

    /// Waits for everything submitted, and ends the thread. Once.
    func finish() {
        queue.post(.finish)
        pthread_join(thread, nil)
    }
}

/// Starts a named thread with the default stack of the system.
///
/// - Returns: For `pthread_join`.
func startThread(name: String, _ body: @escaping @Sendable () -> Void) -> UInt {
    let box = Unmanaged.passRetained(ThreadBody(name: name, body: body))
    var thread = pthread_t()
    let status = pthread_create(
        &thread, nil,
        { argument in
            let body = Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue()
            csystem_name_thread(body.name)
            body.body()
            return nil
        }, box.toOpaque())
    precondition(status == 0, "pthread_create failed with \(status): out of threads or memory")
    return thread
}

private final class ThreadBody: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
