import Foundation
import StreamAPI
import StreamCore

@testable import StreamRuntime

/// Records what an execution graph reports, and waits for it with a deadline.
final class EventRecorder: ExecutionEvents, @unchecked Sendable {
    // Proof: `condition` guards every property.
    private let condition = NSCondition()
    private var isRunning = false
    private var hasEnded = false
    private var hasFinished = false
    private var passed: [CheckpointID: [SubtaskID]] = [:]
    private var snapshots: [CheckpointID: [SubtaskSnapshot]] = [:]
    private var declines: [SubtaskID] = []
    private var failures: [(SubtaskID, any Error)] = []

    private func record(_ change: () -> Void) {
        condition.withLock {
            change()
            condition.broadcast()
        }
    }

    func running() { record { isRunning = true } }
    func allEnded() { record { hasEnded = true } }
    func allFinished() { record { hasFinished = true } }
    func sinkPassed(_ subtask: SubtaskID, checkpoint: CheckpointID) {
        record { passed[checkpoint, default: []].append(subtask) }
    }
    func acknowledged(_ subtask: SubtaskID, checkpoint: CheckpointID, snapshot: SubtaskSnapshot) {
        record { snapshots[checkpoint, default: []].append(snapshot) }
    }
    func declined(_ subtask: SubtaskID, checkpoint: CheckpointID, error: any Error) {
        record { declines.append(subtask) }
    }
    func failed(_ subtask: SubtaskID, error: any Error) {
        record { failures.append((subtask, error)) }
    }

    /// - Returns: False if it did not become so within ten seconds.
    private func wait(_ isSo: () -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: 120)
        return condition.withLock {
            while !isSo() {
                if !condition.wait(until: deadline) { return isSo() }
            }
            return true
        }
    }

    func waitForRunning() -> Bool { wait { isRunning } }
    func waitForEnd() -> Bool { wait { hasEnded } }
    func waitForFinish() -> Bool { wait { hasFinished } }
    func waitForDecline() -> Bool { wait { !declines.isEmpty } }
    /// The acknowledgements of a checkpoint, when all `count` are in; nil if they do not come.
    func snapshots(of checkpoint: CheckpointID, count: Int) -> [SubtaskSnapshot]? {
        let isComplete = wait { snapshots[checkpoint, default: []].count >= count }
        return isComplete ? condition.withLock { snapshots[checkpoint] } : nil
    }
    func waitForFailure() -> (SubtaskID, any Error)? {
        wait { !failures.isEmpty } ? condition.withLock { failures.first } : nil
    }
    var failureCount: Int { condition.withLock { failures.count } }
    var isFinished: Bool { condition.withLock { hasFinished } }
    var acknowledgementCount: Int {
        condition.withLock { snapshots.values.reduce(0) { $0 + $1.count } }
    }
    func sinksPassed(_ checkpoint: CheckpointID) -> [SubtaskID] {
        condition.withLock { passed[checkpoint, default: []] }
    }
}

/// Lets other threads run until `isSo`; false if it does not become so within ten seconds.
func waitUntil(_ isSo: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(120)
    while !isSo() {
        if ContinuousClock.now > deadline { return false }
        sched_yield()
    }
    return true
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
