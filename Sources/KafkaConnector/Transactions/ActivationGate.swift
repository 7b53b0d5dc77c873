internal import Glibc

/// Keeps sink subtasks from writing into a transaction that a barrier has closed to them.
///
/// Activations are counted. A subtask that has passed `n` barriers may write once there have been
/// `n + 1` activations: the first opens the job's first transaction, and each following one comes
/// after the flush of a barrier which all subtasks have passed. So a record behind barrier `n` can
/// neither enter the transaction that `n` seals nor overtake its records in the log.
///
/// - Threading: any thread. Asked once per subtask and transaction, not per record.
final class ActivationGate<Target: AnyObject & Sendable>: @unchecked Sendable {
    // Proof: `mutex` guards both variables; the pointers are made and destroyed once.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var activationCount = 0
    private var target: Target?

    init() {
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        let made = pthread_mutex_init(mutex, nil) | pthread_cond_init(condition, nil)
        precondition(made == 0, "a mutex and a condition with default attributes cannot fail")
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Opens `target` to every subtask that has passed as many barriers as there were activations
    /// before this one.
    func activate(_ target: Target) {
        pthread_mutex_lock(mutex)
        self.target = target
        activationCount += 1
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Lets go of `target`, so that it can be freed; a newer one stays.
    func release(_ released: Target) {
        pthread_mutex_lock(mutex)
        if target === released { target = nil }
        pthread_mutex_unlock(mutex)
    }

    /// Waits until a subtask that has passed `barriersPassed` barriers may write.
    ///
    /// - Parameter isCancelled: Asked after each wake-up; change its answer, then call ``wakeAll()``.
    /// - Returns: What to write into; nil if cancelled.
    func wait(barriersPassed: Int, isCancelled: () -> Bool) -> Target? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isCancelled() {
            if activationCount > barriersPassed, let target { return target }
            pthread_cond_wait(condition, mutex)
        }
        return nil
    }

    /// Makes every waiting subtask look at its cancellation.
    func wakeAll() {
        // With the mutex: a waiter is either before its check or asleep, never between.
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
