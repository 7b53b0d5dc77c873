import Glibc

/// A condition that did not come true, or a process that did not do what the drill needs.
struct DrillError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Asks `condition` until it holds. The only place of these tests that lets time pass.
///
/// - Parameters:
///   - what: Completes "waited N s for ..." in the failure.
///   - seconds: The deadline; generous, since it costs nothing when the condition holds early.
func wait(for what: String, seconds: Int = 120, until condition: () throws -> Bool) throws {
    let deadline = monotonicMilliseconds() + Int64(seconds) * 1000
    while try !condition() {
        guard monotonicMilliseconds() < deadline else {
            throw DrillError("waited \(seconds) s for \(what)")
        }
        _ = poll(nil, 0, 10)
    }
}

func monotonicMilliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}
