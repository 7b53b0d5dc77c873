internal import Glibc

/// The clock of every deadline of this target: it never steps.
enum Monotonic {
    static func milliseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// Milliseconds from now to `deadline`, as a C time-out: never negative.
    static func remaining(until deadline: Int64) -> Int32 {
        Int32(clamping: max(0, deadline - milliseconds()))
    }
}
