import Foundation
import KafkaClient
import Synchronization

/// A thread as the runtime gives one to each subtask; its error comes out at `join`.
final class Subtask: Sendable {
    private let outcome = Mutex<Result<Void, any Error>?>(nil)

    init(_ body: @escaping @Sendable () throws -> Void) {
        Thread.detachNewThread { [self] in
            let result = Result { try body() }
            outcome.withLock { $0 = result }
        }
    }

    func join() throws {
        try waitUntil { outcome.withLock { $0 != nil } }
        try outcome.withLock { $0 }?.get()
    }
}

/// Returns once `isTrue`; a condition that never comes fails the test after 120 s.
func waitUntil(_ isTrue: () throws -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: 120)
    // Nobody signals it: this is the pause between two looks.
    let pause = NSCondition()
    pause.lock()
    defer { pause.unlock() }
    while try !isTrue() {
        guard Date() < deadline else {
            throw KafkaError(.timedOut, code: 0, context: "the condition did not come within 120 s")
        }
        _ = pause.wait(until: Date(timeIntervalSinceNow: 0.002))
    }
}
