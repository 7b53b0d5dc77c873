package import StreamCore

/// Aligns the barriers of one subtask with several inputs.
///
/// The subtask feeds it what it takes from its channels and obeys: it reads no input that
/// ``isBlocked(_:)`` names. Flink's `SingleCheckpointBarrierHandler`, aligned only.
package struct BarrierAligner: Sendable {
    package enum Event: Hashable, Sendable {
        case barrier(CheckpointBarrier, input: Int)
        case endOfInput(Int)
        /// The checkpoint was cancelled by the coordinator.
        case cancelled(CheckpointID)
    }

    package enum Action: Hashable, Sendable {
        /// Take the snapshot and forward the barrier, before reading on.
        case snapshot(CheckpointBarrier)
        case block(input: Int)
        /// Blocked inputs may be read again; with `snapshot`, after it.
        case unblock(inputs: [Int])
        /// The checkpoint is given up here: tell the coordinator (declined) unless it said so.
        case aborted(CheckpointID, AbortReason)
        /// A barrier of a checkpoint that is over: drop it.
        case ignore(CheckpointBarrier)
        /// Every input has ended; nothing is pending.
        case allEnded
    }

    package enum AbortReason: Hashable, Sendable { case subsumed(by: CheckpointID), cancelled }

    package let inputCount: Int

    package init(inputCount: Int) {
        precondition(inputCount > 0, "a subtask that aligns has an input")
        self.inputCount = inputCount
    }

    /// Whether this input waits for the others' barriers.
    package func isBlocked(_ input: Int) -> Bool { false }

    package mutating func handle(_ event: Event) -> [Action] { [] }
}
