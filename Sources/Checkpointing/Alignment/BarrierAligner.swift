package import StreamCore

/// Aligns the barriers of one subtask with several inputs.
///
/// The subtask feeds it what it takes from its channels and obeys: it reads no input that
/// ``isBlocked(_:)`` names. Flink's `SingleCheckpointBarrierHandler`, aligned only.
package struct BarrierAligner: Sendable {
    package enum Event: Hashable, Sendable {
        case barrier(CheckpointBarrier, input: Int)
        /// The input will deliver nothing more; it counts as aligned for every checkpoint.
        case endOfInput(Int)
        /// The coordinator gave the checkpoint up.
        case cancelled(CheckpointID)
    }

    package enum Action: Hashable, Sendable {
        /// Take the snapshot and forward the barrier, before reading on.
        case snapshot(CheckpointBarrier)
        case block(input: Int)
        /// Blocked inputs may be read again; with `snapshot`, after it.
        case unblock(inputs: [Int])
        /// The checkpoint will have no snapshot here: decline it if it was subsumed.
        case aborted(CheckpointID, AbortReason)
        /// A barrier of a checkpoint that is over, or a repeated one: drop it.
        case ignore(CheckpointBarrier)
        /// Every input has ended and no barrier is held back.
        case allEnded
    }

    package enum AbortReason: Hashable, Sendable { case subsumed(by: CheckpointID), cancelled }

    private enum Input { case open, blocked, ended }

    package let inputCount: Int
    private var inputs: [Input]
    private var pending: CheckpointBarrier?
    /// The newest checkpoint that was aligned or given up: older barriers are late.
    private var newestOver: CheckpointID?

    package init(inputCount: Int) {
        precondition(inputCount > 0, "a subtask that aligns has an input")
        self.inputCount = inputCount
        self.inputs = Array(repeating: .open, count: inputCount)
    }

    /// Whether this input waits for the others' barriers.
    package func isBlocked(_ input: Int) -> Bool {
        precondition(inputs.indices.contains(input), "no such input")
        return inputs[input] == .blocked
    }

    package mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .barrier(let barrier, let input): arrived(barrier, at: input)
        case .endOfInput(let input): ended(input)
        case .cancelled(let id): cancelled(id)
        }
    }

    private mutating func arrived(_ barrier: CheckpointBarrier, at input: Int) -> [Action] {
        precondition(inputs.indices.contains(input), "no such input")
        precondition(inputs[input] != .ended, "an input that ended delivers no barrier")
        if pending?.id == barrier.id {
            return inputs[input] == .blocked ? [.ignore(barrier)] : hold(input)
        }
        if isLate(barrier.id) { return [.ignore(barrier)] }
        let actions = subsume(by: barrier.id)
        pending = barrier
        return actions + hold(input)
    }

    private func isLate(_ id: CheckpointID) -> Bool {
        if let newestOver, id <= newestOver { return true }
        if let pending, id < pending.id { return true }
        return false
    }

    private mutating func subsume(by id: CheckpointID) -> [Action] {
        guard let old = pending else { return [] }
        return [.aborted(old.id, .subsumed(by: id))] + release()
    }

    private mutating func hold(_ input: Int) -> [Action] {
        inputs[input] = .blocked
        // The input that completes the alignment is never stopped.
        return completeIfAligned(lastInput: input) ?? [.block(input: input)]
    }

    private mutating func ended(_ input: Int) -> [Action] {
        precondition(inputs.indices.contains(input), "no such input")
        guard inputs[input] != .ended else { return [] }
        inputs[input] = .ended
        var actions = pending == nil ? [] : completeIfAligned(lastInput: input) ?? []
        if pending == nil, inputs.allSatisfy({ $0 == .ended }) { actions.append(.allEnded) }
        return actions
    }

    private mutating func completeIfAligned(lastInput: Int) -> [Action]? {
        guard let barrier = pending, !inputs.contains(.open) else { return nil }
        if inputs[lastInput] == .blocked { inputs[lastInput] = .open }
        return [.snapshot(barrier)] + release()
    }

    private mutating func cancelled(_ id: CheckpointID) -> [Action] {
        guard pending?.id == id else {
            newestOver = max(newestOver ?? id, id)
            return []
        }
        return [.aborted(id, .cancelled)] + release()
    }

    /// Ends the pending checkpoint and opens what it blocked.
    private mutating func release() -> [Action] {
        if let pending { newestOver = max(newestOver ?? pending.id, pending.id) }
        pending = nil
        let blocked = inputs.indices.filter { inputs[$0] == .blocked }
        for input in blocked { inputs[input] = .open }
        return blocked.isEmpty ? [] : [.unblock(inputs: blocked)]
    }
}
