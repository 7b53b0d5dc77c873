package import StreamAPI
internal import StreamCore

/// The id pool: which transactional id is in which part of its life.
///
///     free -> warming -> ready -> active -> sealing -> sealed -> committing -> free
///                                   ^          |                     |  ^
///                                   +----------+ nothing written     v  |
///                                                                unresolved
///
/// An id comes back to `free`, from which alone it is initialised again, only when its last
/// transaction is known to be resolved.
package struct TransactionPool: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// No client instance, no open transaction.
        case free
        /// The attempt is being checked, or init_transactions runs.
        case warming
        /// Initialised and begun; nothing written.
        case ready
        /// Sink subtasks write into it.
        case active
        /// The barrier has passed: flush, then marker.
        case sealing
        /// Flushed and marked; waits to be committed.
        case sealed
        case committing
        /// A commit went without an answer; it is repeated.
        case unresolved
    }

    package struct Slot: Hashable, Sendable {
        package var state = State.free
        package var producer: ProducerIdentity?
        /// Monotonic, not later than the first write: the age is never taken too low.
        package var sinceMilliseconds: Int64 = 0
        package var report = FlushReport(output: [], beginTimeMilliseconds: nil)
        package var prepared: PreparedTransaction?
        /// Nothing is outstanding; the marker is next.
        var isFlushed = false
        /// When to repeat a call that had no answer.
        var retryAtMilliseconds: Int64?
        var tryCount = 0
    }

    package private(set) var slots: [Slot]
    private let timeoutMilliseconds: Int64

    /// The share of the timeout beyond which an uncommitted transaction is not trusted.
    package static let ageMaxPercent: Int64 = 70

    package init(settings: TransactionSettings) {
        slots = Array(repeating: Slot(), count: settings.transactionalIDs.count)
        timeoutMilliseconds = settings.timeoutMilliseconds
    }

    package subscript(slot: Int) -> Slot {
        get { slots[slot] }
        set { slots[slot] = newValue }
    }

    package func isIn(_ state: State, _ slot: Int) -> Bool {
        slots.indices.contains(slot) && slots[slot].state == state
    }

    package func first(in state: State) -> Int? { slots.firstIndex { $0.state == state } }

    /// Writers that are warm or will be.
    package var warmCount: Int { slots.count { $0.state == .warming || $0.state == .ready } }

    /// Transactions that hold output and are not known to have committed.
    package var unresolvedCount: Int {
        slots.count {
            switch $0.state {
            case .sealing, .sealed, .committing, .unresolved: true
            case .free, .warming, .ready, .active: false
            }
        }
    }

    /// One more may be sealed: K - 2 at most, so that one can be written and one warmed.
    package var canSeal: Bool { unresolvedCount < slots.count - 2 }

    mutating func move(_ slot: Int, to state: State) {
        slots[slot].state = state
        slots[slot].retryAtMilliseconds = nil
        slots[slot].tryCount = 0
    }

    /// The id's last transaction is resolved and its client instance is gone.
    mutating func free(_ slot: Int) { slots[slot] = Slot() }

    /// What the rule `freshEpoch` forbids; only a test takes it out.
    mutating func reuse(_ slot: Int) {
        let producer = slots[slot].producer
        slots[slot] = Slot()
        slots[slot].state = .ready
        slots[slot].producer = producer
    }

    // MARK: Age

    package func age(_ slot: Int, at now: Int64) -> Int64 { now - slots[slot].sinceMilliseconds }

    private func isOpen(_ slot: Int) -> Bool {
        switch slots[slot].state {
        case .active, .sealing, .sealed: true
        case .free, .warming, .ready, .committing, .unresolved: false
        }
    }

    /// The oldest transaction that may hold output and is not being committed.
    package var oldestOpen: Int? {
        var oldest: Int?
        for slot in slots.indices where isOpen(slot) {
            guard let known = oldest else {
                oldest = slot
                continue
            }
            if slots[slot].sinceMilliseconds < slots[known].sinceMilliseconds { oldest = slot }
        }
        return oldest
    }

    var ageMaxMilliseconds: Int64 { timeoutMilliseconds / 100 * Self.ageMaxPercent }
    var halfTimeoutMilliseconds: Int64 { timeoutMilliseconds / 2 }

    func isTooOld(_ slot: Int, at now: Int64) -> Bool { age(slot, at: now) >= ageMaxMilliseconds }
    func isUrgent(at now: Int64) -> Bool {
        oldestOpen.map { age($0, at: now) > halfTimeoutMilliseconds } ?? false
    }
}
