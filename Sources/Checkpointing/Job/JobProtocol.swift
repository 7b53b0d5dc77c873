internal import StreamAPI
internal import StreamCore

/// Everything that a running job decides: when to take a checkpoint, what it consists of, and when
/// its transactions may be committed. docs/checkpoint-protocol.md, "Taking checkpoint N".
///
/// A pure state machine. The controller feeds it every event with the monotonic time and carries
/// out the actions. An event that does not fit the state is late or repeated, and ignored.
package struct JobProtocol: Sendable {
    package let settings: JobSettings
    let rules: ProtocolRules
    var coordinator: CheckpointCoordinator
    /// Nil: no transactional sink.
    var pool: TransactionPool?
    /// Durable and not committed, in order. One at most, while `renameAfterPredecessor` holds.
    var commits: [Commit] = []
    /// Slots of declined checkpoints' transactions, oldest first: part of the next list.
    var declined: [Int] = []
    /// Final marker of the newest durable checkpoint.
    var chainMarker: CheckpointID?
    /// When the marker group was last written, monotonic; nil: not in this run.
    var markerWrittenAtMilliseconds: Int64?
    /// Sink subtasks wait for a writer.
    var wantsActivation: Bool
    var initial: Initial
    var ending = Ending.running
    var now: Int64 = 0
    private var out: [JobAction] = []

    /// How far the checkpoint 0 of this run is.
    enum Initial: Hashable, Sendable { case needed, pending, done }

    enum Ending: Hashable, Sendable {
        case running
        case checkingFence
        case fencing(remaining: Set<Int>)
        /// Nothing follows.
        case ended
    }

    /// A durable checkpoint on its way to committed.
    struct Commit: Hashable, Sendable {
        enum Stage: Hashable, Sendable {
            case waiting
            case checkingAttempt
            /// How many of a list have been found alive.
            case describing(aliveCount: Int)
            case committing
        }
        let facts: CheckpointFacts
        let triggeredAtMilliseconds: Int64
        let durableAtMilliseconds: Int64
        /// Slots of the transactions, in the order in which they commit. All are held until the last
        /// has committed: recovery must find every one of a list in its epoch.
        let slots: [Int]
        var committedCount = 0
        var stage = Stage.waiting
        /// The one to commit now, or next.
        var current: Int? { committedCount < slots.count ? slots[committedCount] : nil }
    }

    /// A call without an answer is repeated after this long.
    package static let retryMilliseconds: Int64 = 100
    /// Repeats of one call before the job fails over (a commit is bounded by its timeout instead).
    package static let retryMax = 100

    package init(settings: JobSettings, start: JobStart, rules: ProtocolRules = .all) {
        self.settings = settings
        self.rules = rules
        coordinator = CheckpointCoordinator(settings: settings, start: start, rules: rules)
        pool = settings.transactions.map { TransactionPool(settings: $0) }
        chainMarker = start.marker
        wantsActivation = settings.transactions != nil
        let needsInitial = start.needsInitialCheckpoint && settings.transactions != nil
        initial = needsInitial ? .needed : .done
    }

    /// - Parameter nowMilliseconds: Monotonic; a time before an earlier call's counts as that.
    package mutating func handle(_ event: JobEvent, at nowMilliseconds: Int64) -> [JobAction] {
        guard ending != .ended else { return [] }
        // Events of several threads may come a little out of order.
        now = max(now, nowMilliseconds)
        watchAge()
        receive(event)
        progress()
        let actions = out
        out = []
        return actions
    }

    private mutating func receive(_ event: JobEvent) {
        switch event {
        case .started: coordinator.started(at: now)
        case .tick: break
        case .checkpointRequested: coordinator.request()
        case .stopRequested, .inputEnded: coordinator.requestFinal()
        case .sinkPassed(let subtask, let id): sinkPassed(subtask, id)
        case .acknowledged(let subtask, let id): _ = coordinator.acknowledged(subtask, id)
        case .declined(let subtask, let id, let message):
            if coordinator.pending?.id == id { fail(.declined(subtask, message: message)) }
        case .subtaskFailed(let subtask, let message):
            failOver(.subtask(subtask, message: message))
        case .attemptChecked(let gate, let standing): attemptChecked(gate, standing)
        case .metadataWritten(let id): metadataWritten(id)
        case .metadataRenamed(let id): metadataRenamed(id)
        case .storageFailed(let id, let message): storageFailed(id, message)
        default: receiveTransaction(event)
        }
    }

    private mutating func receiveTransaction(_ event: JobEvent) {
        guard pool != nil else { return }
        switch event {
        case .initialized(let slot, let producer): initialized(slot, producer)
        case .flushed(let slot, let report): flushed(slot, report)
        case .markerSent(let slot): markerSent(slot)
        case .described(let slot, let description, let wallClock):
            described(slot, description, wallClock)
        case .committed(let slot): committed(slot)
        case .transactionFailed(let slot, let code, let message):
            transactionFailed(slot, code, message)
        case .fenced(let slot, let answer): fenced(slot, answer)
        default: break
        }
    }

    /// What may be possible now, whatever the event was.
    private mutating func progress() {
        watchAge()
        expire()
        repeatUnanswered()
        fillPool()
        beginInitial()
        advancePending()
        trigger()
    }

    mutating func emit(_ action: JobAction) {
        if ending != .ended { out.append(action) }
    }

    mutating func failOver(_ reason: FailOverReason) {
        emit(.failOver(reason))
        ending = .ended
    }

    mutating func stop(_ reason: StopReason) {
        emit(.stop(reason))
        ending = .ended
    }
}
