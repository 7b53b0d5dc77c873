internal import CheckpointStorage
internal import Checkpointing
internal import Glibc
internal import Observability
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// Makes this process the holder of the job and keeps it so: takes the lock and the attempts, and
/// writes the heartbeat on a thread of its own.
///
/// - Threading: any; the protocol's state is under a lock that is held over file calls, which only
///   control threads make.
final class Leadership: Sendable {
    /// Heartbeats in one lease.
    static let beatsPerLease: Int64 = 5

    private let storage: CheckpointStorage
    private let state: Mutex<AttemptProtocol>
    private let leaseMilliseconds: Int64
    private let beats = EventQueue<Bool>()
    private let pid = getpid()
    private let host = hostName()
    private let sinceMilliseconds = wallClockMilliseconds()

    init(storage: CheckpointStorage, leaseMilliseconds: Int64) {
        self.storage = storage
        self.leaseMilliseconds = leaseMilliseconds
        state = Mutex(AttemptProtocol(leaseMilliseconds: leaseMilliseconds))
    }

    /// Takes the job, or a further attempt of it after a failure.
    ///
    /// - Throws: ``FatalError`` with exit code 75 while another instance holds the job, 73 or 74 if
    ///   the folder cannot be used.
    func acquire() throws -> Attempt {
        let attempt = try state.withLock { state in try drive(&state, .started) }
        guard let attempt else {
            throw FatalError(.internalError, "the attempt protocol ended without an attempt")
        }
        try? Failpoint.reached(.p0)
        return attempt
    }

    /// A new attempt above another one's, which need not be in the folder.
    ///
    /// - Throws: As ``acquire()``.
    func takeAttempt(above other: Attempt) throws -> Attempt {
        let attempt = try state.withLock { state in try drive(&state, .raiseRequested(above: other))
        }
        guard let attempt else {
            throw FatalError(.internalError, "the attempt protocol ended without an attempt")
        }
        return attempt
    }

    /// Beats until ``stop()``; `superseded` is called at most once.
    func startHeartbeat(superseded: @escaping @Sendable (FatalError) -> Void) -> UInt {
        startThread(name: "heartbeat") { [self] in
            let interval = max(1, leaseMilliseconds / Self.beatsPerLease)
            while beats.take(until: .now.advanced(byMilliseconds: interval)).isEmpty {
                do {
                    _ = try state.withLock { state in try drive(&state, .heartbeatDue) }
                } catch {
                    superseded(error as? FatalError ?? FatalError(.inputOutput, "\(error)"))
                    return
                }
            }
        }
    }

    /// Ends the heartbeat's thread.
    func stop() { beats.post(true) }

    /// Says to the next start that nobody holds the job. Only after a clean end: the heartbeat of a
    /// holder that was replaced is its successor's.
    func resign() { try? storage.removeHeartbeat(of: holder(holdsLock: true)) }

    /// Feeds one event and carries out what follows from it.
    private func drive(
        _ state: inout AttemptProtocol, _ event: AttemptProtocol.Event
    ) throws -> Attempt? {
        var ready: Attempt?
        var pending = state.handle(event)
        while let action = pending.first {
            pending.removeFirst()
            if case .ready(let attempt) = action { ready = attempt }
            if let answer = try perform(action, attempt: state.attempt, holdsLock: state.holdsLock)
            {
                pending += state.handle(answer)
            }
        }
        return ready
    }

    private func perform(
        _ action: AttemptProtocol.Action, attempt: Attempt?, holdsLock: Bool
    ) throws -> AttemptProtocol.Event? {
        do {
            switch action {
            case .tryLock:
                return .lockTried(acquired: try storage.tryLock(as: holder(holdsLock: true)))
            case .readHeartbeat:
                let heartbeat = storage.readHeartbeat()
                return .heartbeatRead(
                    heartbeat?.holder, ageMilliseconds: heartbeat?.ageMilliseconds ?? 0)
            case .listAttempts: return .attemptsListed(highest: try storage.highestAttempt())
            case .createAttempt(let attempt):
                let holder = holder(holdsLock: holdsLock)
                return .attemptCreated(
                    attempt, created: try storage.createAttempt(attempt, by: holder))
            case .writeHeartbeat(let holdsLock):
                writeHeartbeat(holdsLock)
                return nil
            case .checkAttempt:
                guard let attempt else { return nil }
                return .attemptChecked(storage.standing(of: attempt))
            case .ready: return nil
            case .refuse, .superseded, .fail: throw refusal(action)
            }
        } catch let error as FatalError {
            throw error
        } catch {
            return .failed(message: "\(error)")
        }
    }

    private func holder(holdsLock: Bool) -> JobHolder {
        JobHolder(
            pid: pid, host: host, sinceMilliseconds: sinceMilliseconds, holdsLock: holdsLock)
    }

    private func writeHeartbeat(_ holdsLock: Bool) {
        do {
            try storage.writeHeartbeat(holder(holdsLock: holdsLock))
        } catch {
            Log.warning("could not write the heartbeat", ["reason": "\(error)"])
        }
    }

    private func refusal(_ action: AttemptProtocol.Action) -> FatalError {
        switch action {
        case .refuse(let holder?):
            FatalError(
                .superseded,
                "the job is held by pid \(holder.pid) on host \(holder.host) since "
                    + "\(utcText(milliseconds: holder.sinceMilliseconds)): stop that instance "
                    + "first, or wait until its lease of \(leaseMilliseconds) ms has run out")
        case .refuse(nil):
            FatalError(
                .superseded, "the job is held by another instance that has not yet said who it is")
        case .superseded(let attempt): FatalError.superseded(by: attempt)
        case .fail(let message): FatalError(.inputOutput, message)
        default: FatalError(.internalError, "not a refusal: \(action)")
        }
    }
}

extension FatalError {
    /// Exit code 75: a newer attempt than this process's exists.
    static func superseded(by attempt: Attempt) -> FatalError {
        FatalError(
            .superseded,
            "another instance took over as attempt \(attempt.rawValue); this one is "
                + "fenced and ends")
    }
}

/// The machine's name, as `hostname` prints it.
private func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// `2026-01-02T03:04:05Z`.
func utcText(milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let length = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
}
