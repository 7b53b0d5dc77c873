internal import CSystem
internal import Glibc

/// A wait with a limit that any thread can end; a ring before the wait ends the next one at once.
public final class WakeUpBell: @unchecked Sendable {
    // Proof: the semaphore is made and destroyed once, and is made for several threads.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    public init() {
        semaphore.initialize(to: sem_t())
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Any thread.
    public func ring() { sem_post(semaphore) }

    /// Blocks until a ring, or for `limit` by the monotonic clock, a day at most; the reader's thread. A
    /// signal may end it early.
    public func wait(_ limit: Duration) {
        let (seconds, attoseconds) = max(.zero, min(limit, .seconds(86_400))).components
        _ = csystem_wait_semaphore(
            semaphore, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
