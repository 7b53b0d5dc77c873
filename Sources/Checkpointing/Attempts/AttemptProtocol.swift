package import StreamCore

/// Who holds a job, as the heartbeat file says.
package struct JobHolder: Hashable, Sendable {
    package let pid: Int32
    package let host: String
    /// Wall clock, milliseconds since the epoch, when the holder took the job.
    package let sinceMilliseconds: Int64
    /// Whether the writer of the heartbeat held the file lock when it wrote. Then a free lock
    /// proves that it is dead; a holder that replaced a hung one has no lock to lose.
    package let holdsLock: Bool
    package init(pid: Int32, host: String, sinceMilliseconds: Int64, holdsLock: Bool) {
        self.pid = pid
        self.host = host
        self.sinceMilliseconds = sinceMilliseconds
        self.holdsLock = holdsLock
    }
}

/// Decides whether this process may run the job, and keeps it the holder.
///
/// Drive it with ``handle(_:)``, first `started`, until `ready` or `refuse`; then, a few times per
/// lease, with `heartbeatDue`.
package struct AttemptProtocol: Sendable {
    package enum Event: Hashable, Sendable {
        /// First, once; and again for a fail-over within the process, which takes a new attempt.
        case started
        case lockTried(acquired: Bool)
        /// Nil: there is no heartbeat file, or it cannot be parsed. The age is by the wall clock;
        /// negative counts as fresh.
        case heartbeatRead(JobHolder?, ageMilliseconds: Int64)
        /// The highest number in `attempts/` and of any checkpoint folder; nil: none.
        case attemptsListed(highest: Attempt?)
        /// `created` is false when the file existed.
        case attemptCreated(Attempt, created: Bool)
        /// A few times per lease, once ready.
        case heartbeatDue
        /// Recovery wants an attempt above this one (`takeAttempt`); once ready.
        case raiseRequested(above: Attempt)
        case attemptChecked(AttemptStanding)
        case failed(message: String)
    }

    package enum Action: Hashable, Sendable {
        /// flock without waiting. Answer: `lockTried`.
        case tryLock
        /// Answer: `heartbeatRead`.
        case readHeartbeat
        /// Answer: `attemptsListed`.
        case listAttempts
        /// Exclusive create, and sync the directory. Answer: `attemptCreated`.
        case createAttempt(Attempt)
        /// No answer; a failure is logged.
        case writeHeartbeat(holdsLock: Bool)
        /// Answer: `attemptChecked`.
        case checkAttempt
        /// The attempt is ours.
        case ready(Attempt)
        /// Exit with 75: somebody else holds the job; nil when not known who.
        case refuse(holder: JobHolder?)
        /// Exit with 75: a newer attempt exists.
        case superseded(by: Attempt)
        /// Exit with 73 or 74.
        case fail(message: String)
    }

    private enum Phase: Sendable {
        case idle, locking, readingHeartbeat, listing, creating(Attempt), holding, ended
    }

    package let leaseMilliseconds: Int64
    /// Ours, once ready.
    package private(set) var attempt: Attempt?
    package private(set) var holdsLock = false
    private var phase = Phase.idle
    /// The new attempt must be above this one.
    private var floor = Attempt(rawValue: 0)
    private var lostRaceCount = 0

    /// Times that another process may create our number first before we give way.
    package static let lostRaceMax = 3

    package init(leaseMilliseconds: Int64 = 15_000) {
        precondition(leaseMilliseconds > 0)
        self.leaseMilliseconds = leaseMilliseconds
    }

    package mutating func handle(_ event: Event) -> [Action] {
        switch (phase, event) {
        case (.idle, .started): return go(.locking, .tryLock)
        case (.holding, .started): return go(.listing, .listAttempts)
        case (.holding, .raiseRequested(let attempt)):
            floor = max(floor, attempt)
            return go(.listing, .listAttempts)
        case (.locking, .lockTried(let acquired)):
            holdsLock = acquired
            return go(.readingHeartbeat, .readHeartbeat)
        case (.readingHeartbeat, .heartbeatRead(let holder, let age)): return judge(holder, age)
        case (.listing, .attemptsListed(let highest)): return create(above: highest)
        case (.creating(let wanted), .attemptCreated(let attempt, let created))
        where wanted == attempt:
            return created ? take(attempt) : lostRace()
        case (.holding, .heartbeatDue): return [.checkAttempt]
        case (.holding, .attemptChecked(let standing)): return keep(standing)
        case (.holding, .lockTried(let acquired)):
            holdsLock = acquired
            return []
        case (.ended, _), (.holding, _), (.idle, _): return []
        case (_, .failed(let message)): return end(.fail(message: message))
        case (_, .started), (_, .heartbeatDue), (_, .raiseRequested), (_, _): return []
        }
    }

    private mutating func go(_ next: Phase, _ action: Action) -> [Action] {
        phase = next
        return [action]
    }

    private mutating func end(_ action: Action) -> [Action] { go(.ended, action) }

    /// Takes over, or gives way to a holder that is alive.
    private mutating func judge(_ holder: JobHolder?, _ age: Int64) -> [Action] {
        let isFresh = age < leaseMilliseconds
        // A free lock proves that a holder that had it is dead; one that never had it may live.
        let mayLive = holdsLock ? holder.map { !$0.holdsLock && isFresh } ?? false : isFresh
        if mayLive || (!holdsLock && holder == nil) { return end(.refuse(holder: holder)) }
        return go(.listing, .listAttempts)
    }

    private mutating func create(above highest: Attempt?) -> [Action] {
        if let attempt, let highest, highest > attempt { return end(.superseded(by: highest)) }
        let last = max(highest ?? floor, floor, attempt ?? floor)
        guard last < CheckpointID.attemptMax else {
            return end(.fail(message: "attempt \(last.rawValue) is the last one that there can be"))
        }
        let next = Attempt(rawValue: last.rawValue + 1)
        return go(.creating(next), .createAttempt(next))
    }

    private mutating func take(_ new: Attempt) -> [Action] {
        attempt = new
        lostRaceCount = 0
        phase = .holding
        return [.writeHeartbeat(holdsLock: holdsLock), .ready(new)]
    }

    /// Somebody replaces the same hung holder at the same time: look who it is.
    private mutating func lostRace() -> [Action] {
        lostRaceCount += 1
        guard lostRaceCount < Self.lostRaceMax else { return end(.refuse(holder: nil)) }
        return go(.readingHeartbeat, .readHeartbeat)
    }

    private mutating func keep(_ standing: AttemptStanding) -> [Action] {
        switch standing {
        case .superseded(let newer): return end(.superseded(by: newer))
        // Not proof of anything: the job's own checks stop it before it writes.
        case .unreadable: return []
        case .newest:
            let beat = Action.writeHeartbeat(holdsLock: holdsLock)
            return holdsLock ? [beat] : [beat, .tryLock]
        }
    }
}
