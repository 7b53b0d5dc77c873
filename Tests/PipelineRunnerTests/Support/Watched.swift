import Foundation

/// A value that threads change and wait for.
// Proof: `value` is only touched under `condition`.
final class Watched<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var value: Value

    init(_ value: Value) { self.value = value }

    var current: Value { update { $0 } }

    @discardableResult
    func update<Result>(_ body: (inout Value) -> Result) -> Result {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return body(&value)
    }

    /// - Returns: Whether `isTrue` came within `seconds`.
    @discardableResult
    func wait(seconds: Double, until isTrue: (Value) -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while !isTrue(value) {
            guard condition.wait(until: deadline) else { return isTrue(value) }
        }
        return true
    }
}
