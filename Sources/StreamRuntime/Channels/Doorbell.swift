internal import Glibc
internal import Synchronization

/// Lets one thread sleep until another has something for it: a queue that fills, one that drains,
/// mail, or cancellation. Each subtask has one, whatever it waits for.
///
/// The waiter spins for at most 5 microseconds first, since a batch usually follows soon, and then
/// sleeps: the broker shares the cores. Ringing costs a fence and a load unless somebody sleeps.
///
/// - Threading: ``ring()`` from any thread; ``wait(until:)`` from the owner's.
final class Doorbell: @unchecked Sendable {
    // Proof: both pointers are made and destroyed once; POSIX guards what they point to.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let isSleeping = Atomic<Bool>(false)

    private static let spinNanosecondsMax: UInt64 = 5_000

    init() {
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        let made =
            pthread_mutex_init(mutex, nil) | pthread_condattr_init(&attributes)
            | pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
            | pthread_cond_init(condition, &attributes)
        precondition(made == 0, "a mutex and a condition of these attributes cannot fail")
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Wakes the owner, if it sleeps, to look again. Publish first what it shall see.
    func ring() {
        // Pairs with the fence in `wait`: either the owner sees what was published, or we see
        // that it sleeps. Without the fences both could miss.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard isSleeping.load(ordering: .relaxed) else { return }
        pthread_mutex_lock(mutex)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Returns as soon as `isReady`; whoever changes its answer must ring afterwards.
    ///
    /// - Parameter isReady: Reads atomics only; called several times, also with the lock held.
    func wait(until isReady: () -> Bool) {
        if spin(until: isReady) { return }
        pthread_mutex_lock(mutex)
        isSleeping.store(true, ordering: .relaxed)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        while !isReady() { pthread_cond_wait(condition, mutex) }
        isSleeping.store(false, ordering: .relaxed)
        pthread_mutex_unlock(mutex)
    }

    /// Returns as soon as `isReady`, or when the time is over.
    ///
    /// - Parameter isReady: As in ``wait(until:)``.
    func wait(atMostMilliseconds milliseconds: Int64, until isReady: () -> Bool) {
        let nanoseconds = monotonicNanoseconds() &+ UInt64(milliseconds) &* 1_000_000
        var deadline = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        pthread_mutex_lock(mutex)
        isSleeping.store(true, ordering: .relaxed)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        while !isReady(), pthread_cond_timedwait(condition, mutex, &deadline) == 0 {}
        isSleeping.store(false, ordering: .relaxed)
        pthread_mutex_unlock(mutex)
    }

    private func spin(until isReady: () -> Bool) -> Bool {
        let deadline = monotonicNanoseconds() &+ Doorbell.spinNanosecondsMax
        repeat {
            if isReady() { return true }
            for _ in 0..<32 { _ = isSleeping.load(ordering: .relaxed) }
        } while monotonicNanoseconds() < deadline
        return false
    }
}

/// A monotonic clock in nanoseconds.
private func monotonicNanoseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
}
