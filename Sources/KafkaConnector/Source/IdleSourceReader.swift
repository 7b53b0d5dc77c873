internal import Glibc
internal import StreamAPI
internal import StreamCore

/// The reader of a subtask that has no partition: more subtasks than partitions.
///
/// It costs no client and no connection.
final class IdleSourceReader: SourceReader {
    private let isEnded: Bool
    private let bell = WakeUpBell()

    /// - Parameter isEnded: The run stops at the end of its input, which is here already.
    init(isEnded: Bool) { self.isEnded = isEnded }

    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        batch.removeAll()
        if isEnded { return .ended }
        bell.wait(waitMax)
        return .idle
    }

    func snapshot() -> [[UInt8]] { [] }
    func openSplits() -> [SplitKey] { [] }
    var wakeUp: @Sendable () -> Void { { [bell] in bell.ring() } }
    func close() {}
}

/// A wait with a limit that any thread can end; a ring before the wait ends the next one at once.
private final class WakeUpBell: @unchecked Sendable {
    // Proof: the semaphore is made and destroyed once, and is made for several threads.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        semaphore.initialize(to: sem_t())
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func ring() { sem_post(semaphore) }

    func wait(_ limit: Duration) {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        let (seconds, attoseconds) = limit.components
        let nanoseconds = Int64(deadline.tv_nsec) + attoseconds / 1_000_000_000
        deadline.tv_sec += Int(seconds) + Int(nanoseconds / 1_000_000_000)
        deadline.tv_nsec = Int(nanoseconds % 1_000_000_000)
        sem_timedwait(semaphore, &deadline)
    }
}
