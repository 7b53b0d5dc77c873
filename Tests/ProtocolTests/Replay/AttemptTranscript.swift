import Checkpointing
import StreamCore

/// Drives an ``AttemptProtocol`` from a transcript.
struct AttemptTranscript {
    private var attempts = AttemptProtocol()

    mutating func execute(_ command: Command) throws -> [String] {
        if command.name == "process" {
            attempts = AttemptProtocol(leaseMilliseconds: Int64(try command.int("lease")))
            return ["ok"]
        }
        let actions = attempts.handle(try event(command))
        return actions.isEmpty ? ["nothing"] : actions.map(Self.text)
    }

    private func event(_ command: Command) throws -> AttemptProtocol.Event {
        func number(_ key: String) throws -> Attempt {
            Attempt(rawValue: UInt32(try command.int(key)))
        }
        switch command.name {
        case "started": return .started
        case "lock": return .lockTried(acquired: command.has("free"))
        case "heartbeat":
            guard command.has("pid") else { return .heartbeatRead(nil, ageMilliseconds: 0) }
            let holder = JobHolder(
                pid: Int32(try command.int("pid")), host: "h", sinceMilliseconds: 7,
                holdsLock: !command.has("without-lock"))
            return .heartbeatRead(holder, ageMilliseconds: Int64(try command.int("age")))
        case "attempts":
            return .attemptsListed(highest: command.has("none") ? nil : try number("highest"))
        case "created": return .attemptCreated(try number("attempt"), created: true)
        case "exists": return .attemptCreated(try number("attempt"), created: false)
        case "heartbeat-due": return .heartbeatDue
        case "raise": return .raiseRequested(above: try number("above"))
        case "checked": return .attemptChecked(try Words.standing(command))
        case "failed": return .failed(message: "EROFS")
        default: throw Command.Malformed(text: command.text)
        }
    }

    static func text(_ action: AttemptProtocol.Action) -> String {
        switch action {
        case .tryLock: "try-lock"
        case .readHeartbeat: "read-heartbeat"
        case .listAttempts: "list-attempts"
        case .createAttempt(let attempt): "create-attempt \(attempt.rawValue)"
        case .writeHeartbeat(let holdsLock): "write-heartbeat holds-lock=\(holdsLock)"
        case .checkAttempt: "check-attempt"
        case .ready(let attempt): "ready attempt=\(attempt.rawValue)"
        case .refuse(let holder): "refuse pid=\(holder.map { "\($0.pid)" } ?? "unknown")"
        case .superseded(let newer): "superseded by=\(newer.rawValue)"
        case .fail(let message): "fail \(message)"
        }
    }
}
