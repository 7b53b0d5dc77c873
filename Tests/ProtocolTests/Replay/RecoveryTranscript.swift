import Checkpointing
import StreamAPI
import StreamCore

/// Drives a ``RecoveryProtocol`` from a transcript. `happy` answers open actions from the broker
/// and the store that `broker` and `checkpoint` describe, until recovery ends.
struct RecoveryTranscript {
    private var recovery: RecoveryProtocol?
    private var stored: [StoredCheckpoint] = []
    private var marker: MarkerReading = .absent
    private var dead: Set<String> = []
    private var open: [RecoveryAction] = []

    mutating func execute(_ command: Command) throws -> [String] {
        switch command.name {
        case "checkpoint": return try store(command)
        case "forget":
            stored.removeAll { "\($0.id)" == command["checkpoint"] }
            return ["ok"]
        case "broker":
            marker = try reading(try command.string("marker"))
            dead = Set(Words.list(command["dead"] ?? ""))
            return ["ok"]
        case "recover":
            let ids = Words.list(command["pool"] ?? "")
            recovery = RecoveryProtocol(
                settings: .init(
                    attempt: Attempt(rawValue: UInt32(try command.int("attempt"))),
                    transactionalIDs: ids, isFresh: command.has("fresh")))
            open = []
            return deliver(.started)
        case "happy": return answerAll()
        default: return deliver(try event(command))
        }
    }

    private mutating func store(_ command: Command) throws -> [String] {
        let id = try Words.id(try command.string("id"))
        let predecessor = command["predecessor"] ?? "none"
        let facts = CheckpointFacts(
            id: id, isInitial: command.has("initial"),
            transactions: try Words.list(command["transactions"] ?? "").map(Words.transaction),
            predecessorMarker: predecessor == "none" ? nil : try Words.id(predecessor))
        stored.append(
            StoredCheckpoint(
                id: id,
                content: command.has("unreadable") ? .unreadable(reason: "CRC") : .readable(facts),
                isRecordedCommitted: command.has("committed")))
        return ["ok"]
    }

    private func reading(_ text: String) throws -> MarkerReading {
        switch text {
        case "none": .absent
        case "unstable": .unstable
        case "unavailable": .unavailable(reason: "15")
        case "denied": .denied(message: "30")
        default: .value(try Words.id(text))
        }
    }

    private mutating func deliver(_ event: RecoveryEvent) -> [String] {
        let actions = recovery?.handle(event) ?? []
        open = actions
        return actions.isEmpty ? ["nothing"] : actions.map(Self.text)
    }

    private mutating func answerAll() -> [String] {
        var lines: [String] = []
        while let action = open.first {
            guard let event = answer(to: action) else {
                open.removeFirst()
                continue
            }
            lines += deliver(event)
        }
        return lines
    }

    private func answer(to action: RecoveryAction) -> RecoveryEvent? {
        switch action {
        case .listCheckpoints: .listed(stored)
        case .checkAttempt: .attemptChecked(.newest)
        case .makeDurable(let id): .madeDurable(id)
        case .describe(let id): .described(describe(id), wallClockMilliseconds: 0)
        case .endTransaction(let transaction):
            .endTransactionAnswered(
                dead.contains(transaction.transactionalID) ? .refused(code: 47) : .committed)
        case .fence: .fenceAnswered(.fenced)
        case .readMarker: .markerRead(marker)
        case .settle: .settleAnswered(.settled([]))
        case .wait: .waited
        case .takeAttempt(let above): .attemptTaken(Attempt(rawValue: above.rawValue + 1))
        case .recordCommitted, .finish: nil
        }
    }

    private func describe(_ id: String) -> TransactionDescription {
        let known = stored.compactMap(\.facts).flatMap(\.transactions)
            .first { $0.transactionalID == id }
        let producer = known?.producer ?? Words.producer(slot: 0, epoch: 0)
        return TransactionDescription(
            state: dead.contains(id) ? "CompleteAbort" : "Ongoing", producer: producer,
            timeoutMilliseconds: 60_000, startTimeMilliseconds: 0)
    }

    private func event(_ command: Command) throws -> RecoveryEvent {
        switch command.name {
        case "listed": return .listed(stored)
        case "checked": return .attemptChecked(try Words.standing(command))
        case "made-durable": return .madeDurable(try Words.id(try command.string("checkpoint")))
        case "storage-failed": return .storageFailed(message: "EIO")
        case "described":
            let id = try command.string("id")
            let description = describe(id)
            return .described(
                TransactionDescription(
                    state: try command.string("state"), producer: description.producer,
                    timeoutMilliseconds: 60_000, startTimeMilliseconds: 0),
                wallClockMilliseconds: Int64(command["age"] ?? "0") ?? 0)
        case "describe-failed":
            return .describeFailed(try Words.code(try command.string("code")), message: "m")
        case "answer":
            if let code = command["refused"].flatMap({ Int16($0) }) {
                return .endTransactionAnswered(.refused(code: code))
            }
            if command.has("denied") { return .endTransactionAnswered(.denied(message: "53")) }
            return .endTransactionAnswered(
                command.has("unanswered") ? .unanswered(reason: "51") : .committed)
        case "fenced":
            let isLost = command.has("unanswered")
            if command.has("denied") { return .fenceAnswered(.denied(message: "53")) }
            return .fenceAnswered(isLost ? .unanswered(reason: "51") : .fenced)
        case "marker": return .markerRead(try reading(try command.string("is")))
        case "settled": return .settleAnswered(try settled(command))
        case "waited": return .waited
        case "attempt-taken":
            return .attemptTaken(Attempt(rawValue: UInt32(try command.int("attempt"))))
        default: throw Command.Malformed(text: command.text)
        }
    }

    private func settled(_ command: Command) throws -> SettleAnswer {
        if command.has("unseen") { return .unseen(reason: "29") }
        if command.has("unanswered") { return .unanswered(reason: "5") }
        return command.has("denied") ? .denied(message: "53") : .settled([])
    }

    // MARK: Text

    static func text(_ action: RecoveryAction) -> String {
        switch action {
        case .listCheckpoints: "list-checkpoints"
        case .checkAttempt: "check-attempt"
        case .makeDurable(let id): "make-durable checkpoint=\(id)"
        case .describe(let id): "describe id=\(id)"
        case .endTransaction(let transaction): "end-transaction \(Words.text(transaction))"
        case .fence(let id): "fence id=\(id)"
        case .readMarker: "read-marker"
        case .settle(let committed): "settle committed=\(Words.text(committed))"
        case .wait(let milliseconds, _): "wait ms=\(milliseconds)"
        case .takeAttempt(let attempt): "take-attempt above=\(attempt.rawValue)"
        case .recordCommitted(let id): "record-committed checkpoint=\(id)"
        case .finish(.start(let start, let note)): "start \(Words.text(start)) note=\(text(note))"
        case .finish(.stop(let stop)): "stop exit=\(stop.exitCode.rawValue) \(text(stop))"
        }
    }

    private static func text(_ note: RecoveryNote) -> String {
        switch note {
        case .firstStart: "first-start"
        case .newLife(let marker): "new-life former=\(Words.text(marker))"
        case .restored: "restored"
        case .rolledBack(let from, let to): "rolled-back from=\(from.id) to=\(to.id)"
        }
    }

    private static func text(_ stop: RecoveryStop) -> String {
        switch stop {
        case .lost(let facts, let marker): "lost \(facts.id) marker=\(Words.text(marker))"
        case .torn(let facts, let marker): "torn \(facts.id) marker=\(marker)"
        case .unknown(let newest, let marker, let unreadable):
            "unknown newest=\(Words.text(newest?.id)) marker=\(Words.text(marker)) "
                + "unreadable=\(Words.text(unreadable))"
        case .unreadable(let ids): "unreadable \(Words.text(ids))"
        case .freshRefused(let facts, let alive):
            "fresh-refused \(facts.id) alive=\(Words.text(alive))"
        case .superseded(let newer): "superseded by=\(newer.rawValue)"
        case .poolMissing(let facts): "pool-missing \(facts.id)"
        case .unanswered: "unanswered"
        case .unauthorized: "unauthorized"
        case .storage: "storage"
        }
    }
}
