internal import Glibc

/// What happened, in order of arrival, from any thread to the one that controls the job.
///
/// Bounded by what can be outstanding: each action gives at most two events, each subtask one
/// acknowledgement a checkpoint.
///
/// - Threading: `post` from any thread, `next` from one.
final class EventQueue<Event: Sendable>: @unchecked Sendable {
    // Proof of `@unchecked`: `events` is only touched under `mutex`.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var events: [Event] = []

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // Deadlines are monotonic: a step of the wall clock must not wake or delay anything.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func post(_ event: Event) {
        pthread_mutex_lock(mutex)
        events.append(event)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Everything that has arrived; waits until something has or `deadline` passes.
    ///
    /// - Parameter deadline: On ``MonotonicClock``; nil: wait for ever.
    func take(until deadline: MonotonicTime?) -> [Event] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while events.isEmpty {
            guard let deadline else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            var until = timespec(
                tv_sec: Int(deadline.milliseconds / 1000),
                tv_nsec: Int(deadline.milliseconds % 1000) * 1_000_000)
            guard pthread_cond_timedwait(condition, mutex, &until) == 0 else { break }
        }
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }
}

/// Milliseconds of CLOCK_MONOTONIC: the only clock that decisions are made by.
struct MonotonicTime: Comparable, Sendable {
    let milliseconds: Int64
    static func < (a: MonotonicTime, b: MonotonicTime) -> Bool { a.milliseconds < b.milliseconds }

    static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(
            milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    func advanced(byMilliseconds delta: Int64) -> MonotonicTime {
        MonotonicTime(milliseconds: milliseconds + delta)
    }
}

/// Milliseconds since the epoch, for messages and file contents; never for decisions.
func wallClockMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}
