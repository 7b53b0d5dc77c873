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

    /// Blocks until a ring, or for `limit`; the reader's thread.
    public func wait(_ limit: Duration) {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        let (seconds, attoseconds) = limit.components
        let nanoseconds = Int64(deadline.tv_nsec) + attoseconds / 1_000_000_000
        deadline.tv_sec += Int(seconds) + Int(nanoseconds / 1_000_000_000)
        deadline.tv_nsec = Int(nanoseconds % 1_000_000_000)
        sem_timedwait(semaphore, &deadline)
    }
}
