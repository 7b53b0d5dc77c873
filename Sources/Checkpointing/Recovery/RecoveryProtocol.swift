internal import StreamAPI
package import StreamCore

/// Finds, from what a crash left, the one state from which the job may go on, or proves that there
/// is none. docs/checkpoint-protocol.md, "Recovery", steps 1 to 6.
///
/// A pure state machine. It asks one question at a time; an answer that it does not wait for is
/// ignored.
package struct RecoveryProtocol: Sendable {
    package struct Settings: Hashable, Sendable {
        /// The attempt that this start has taken.
        package var attempt: Attempt
        /// `<prefix>-<slot>` of the whole pool; empty: no transactional sink.
        package var transactionalIDs: [String]
        /// `--fresh`: begin a new life.
        package var isFresh: Bool
        package init(attempt: Attempt, transactionalIDs: [String], isFresh: Bool = false) {
            self.attempt = attempt
            self.transactionalIDs = transactionalIDs
            self.isFresh = isFresh
        }
    }

    enum Phase: Sendable, Equatable {
        case idle
        case listing
        case checkingBeforeDurable(CheckpointFacts)
        case makingDurable(CheckpointFacts)
        /// Is every transaction of the list alive? (`--fresh`: is any?) Those not asked yet.
        case describing(CheckpointFacts, remaining: ArraySlice<PreparedTransaction>)
        case resuming(CheckpointFacts, remaining: ArraySlice<PreparedTransaction>)
        case checkingBeforeFence
        case fencing(remaining: ArraySlice<String>)
        case readingMarker
        case listingAgain(marker: CheckpointID?)
        case checkingBeforeRestore(marker: CheckpointID?, stored: [StoredCheckpoint])
        case raisingAttempt(marker: CheckpointID?, stored: [StoredCheckpoint])
        /// The checkpoint to restore becomes durable.
        case securing(JobStart, RecoveryNote, isProved: Bool)
        /// The last step: what hangs is ended as it was decided.
        case settling(JobStart, RecoveryNote, isProved: Bool)
        case ended
    }

    /// Tries of one request, or rounds of fencing, before recovery gives up.
    package static let unansweredMax = 300
    /// The longest wait between two tries.
    package static let backoffMaxMilliseconds: Int64 = 2_000
    static let backoffFirstMilliseconds: Int64 = 20

    let rules: ProtocolRules
    var settings: Settings
    var phase = Phase.idle
    /// What to ask again once `waited` comes.
    var afterWait: RecoveryAction?
    var tryCount = 0
    /// Times that the marker was unstable after a fence.
    var unstableCount = 0
    var stored: [StoredCheckpoint] = []
    /// Made durable by us, so not again.
    var secured: CheckpointID?
    var fencedIDs: Set<String> = []

    package init(settings: Settings, rules: ProtocolRules = .all) {
        self.settings = settings
        self.rules = rules
    }

    package mutating func handle(_ event: RecoveryEvent) -> [RecoveryAction] {
        if case .waited = event { return askAgain() }
        guard afterWait == nil else { return [] }
        switch (phase, event) {
        case (.idle, .started): return ask(.listing, .listCheckpoints)
        case (.listing, .listed(let found)): return listed(found)
        case (.checkingBeforeDurable(let facts), .attemptChecked(let standing)):
            return stop(unlessNewest: standing)
                ?? ask(.makingDurable(facts), .makeDurable(facts.id))
        case (.makingDurable(let facts), .madeDurable(let id)) where id == facts.id:
            return madeDurable(facts)
        case (.describing, .described), (.describing, .describeFailed): return described(event)
        case (.resuming(let facts, let remaining), .endTransactionAnswered(let answer)):
            return resumed(facts, remaining, answer)
        case (.checkingBeforeFence, .attemptChecked(let standing)):
            return stop(unlessNewest: standing) ?? fence(idsToFence()[...])
        case (.fencing(let remaining), .fenceAnswered(let answer)):
            return fenced(remaining, answer)
        case (.readingMarker, .markerRead(let reading)): return markerRead(reading)
        case (.listingAgain(let marker), .listed(let found)): return listedAgain(marker, found)
        case (.checkingBeforeRestore(let marker, let found), .attemptChecked(let standing)):
            return stop(unlessNewest: standing) ?? decide(marker, found)
        case (.raisingAttempt(let marker, let found), .attemptTaken(let attempt)):
            settings.attempt = attempt
            return beginNewLife(marker, found)
        case (.securing(let start, let note, let isProved), .madeDurable):
            return settle(start, note, isProved: isProved)
        case (.settling(let start, let note, let isProved), .settleAnswered(let answer)):
            return settled(start, note, isProved: isProved, answer)
        case (.idle, _), (.ended, _): return []
        case (_, .storageFailed(let message)): return finish(.stop(.storage(message: message)))
        default: return []
        }
    }

    mutating func ask(_ next: Phase, _ action: RecoveryAction) -> [RecoveryAction] {
        if next != phase { tryCount = 0 }
        phase = next
        return [action]
    }

    mutating func finish(_ outcome: RecoveryOutcome) -> [RecoveryAction] {
        phase = .ended
        return [.finish(outcome)]
    }

    func isNewest(_ standing: AttemptStanding) -> Bool {
        standing == .newest || !rules.contains(.checkAttempt)
    }

    mutating func stop(unlessNewest standing: AttemptStanding) -> [RecoveryAction]? {
        if isNewest(standing) { return nil }
        switch standing {
        case .newest: return nil
        case .superseded(let newer): return finish(.stop(.superseded(by: newer)))
        case .unreadable(let reason): return finish(.stop(.storage(message: reason)))
        }
    }

    /// No usable answer came: wait, longer each time, and ask the same again.
    mutating func repeatLater(_ action: RecoveryAction, _ reason: String) -> [RecoveryAction] {
        tryCount += 1
        guard tryCount < Self.unansweredMax else {
            return finish(.stop(.unanswered(message: reason)))
        }
        afterWait = action
        let doublings = min(tryCount - 1, 7)
        let milliseconds = min(
            Self.backoffFirstMilliseconds << doublings, Self.backoffMaxMilliseconds)
        return [.wait(milliseconds: milliseconds, reason: reason)]
    }

    private mutating func askAgain() -> [RecoveryAction] {
        guard let action = afterWait else { return [] }
        afterWait = nil
        return [action]
    }
}
