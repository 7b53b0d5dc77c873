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
        case heartbeatDue
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

    package let leaseMilliseconds: Int64
    package private(set) var attempt: Attempt?
    package private(set) var holdsLock = false

    package init(leaseMilliseconds: Int64 = 15_000) {
        precondition(leaseMilliseconds > 0)
        self.leaseMilliseconds = leaseMilliseconds
    }

    package mutating func handle(_ event: Event) -> [Action] { [] }
}
