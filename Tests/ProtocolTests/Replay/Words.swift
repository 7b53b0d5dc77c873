import Checkpointing
import StreamAPI
import StreamCore

/// How transcripts write ids, transactions and facts.
enum Words {
    static func id(_ text: String) throws -> CheckpointID {
        let parts = text.split(separator: "-").compactMap { UInt32($0) }
        guard parts.count == 2 else { throw Command.Malformed(text: text) }
        return CheckpointID(attempt: Attempt(rawValue: parts[0]), sequence: parts[1])
    }

    static func subtask(_ text: String) throws -> SubtaskID {
        let parts = text.split(separator: "/").compactMap { UInt16($0) }
        guard parts.count == 2 else { throw Command.Malformed(text: text) }
        return SubtaskID(vertex: parts[0], index: parts[1])
    }

    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map(String.init)
    }

    static func producer(slot: Int, epoch: Int) -> ProducerIdentity {
        ProducerIdentity(
            producerID: ProducerID(rawValue: Int64(1_000 + slot)),
            epoch: ProducerEpoch(rawValue: Int16(epoch)))
    }

    /// `p-<slot>@<epoch>=<marker>`.
    static func transaction(_ text: String) throws -> PreparedTransaction {
        let sides = text.split(separator: "=")
        let parts = sides[0].split(whereSeparator: { $0 == "-" || $0 == "@" })
        guard sides.count == 2, parts.count == 3, let slot = Int(parts[1]),
            let epoch = Int(parts[2])
        else { throw Command.Malformed(text: text) }
        return PreparedTransaction(
            cluster: "c", transactionalID: "\(parts[0])-\(slot)",
            producer: producer(slot: slot, epoch: epoch), beginTimeMilliseconds: 0,
            timeoutMilliseconds: 60_000, marker: try id(String(sides[1])), output: [])
    }

    static func text(_ transaction: PreparedTransaction) -> String {
        "\(transaction.transactionalID)@\(transaction.producer.epoch.rawValue)=\(transaction.marker)"
    }

    /// `p-<slot>@<epoch>` each.
    static func text(_ producers: [ProducerIdentity]) -> String {
        let words = producers.map {
            "p-\($0.producerID.rawValue - 1_000)@\($0.epoch.rawValue)"
        }
        return "[" + words.joined(separator: ",") + "]"
    }

    static func text(_ marker: CheckpointID?) -> String { marker.map { "\($0)" } ?? "none" }

    static func text(_ facts: CheckpointFacts) -> String {
        let transactions = facts.transactions.map { text($0) }.joined(separator: ",")
        var words = "\(facts.id) transactions=[\(transactions)] "
        words += "predecessor=\(text(facts.predecessorMarker)) final=\(text(facts.finalMarker))"
        if facts.isInitial { words += " initial" }
        if facts.kind != .checkpoint { words += " kind=\(facts.kind)" }
        return words
    }

    static func text(_ start: JobStart) -> String {
        var words = "attempt=\(start.attempt.rawValue) restored=\(text(start.restored?.id)) "
        words += "marker=\(text(start.marker)) next=\(start.nextSequence)"
        if start.needsInitialCheckpoint { words += " then-initial" }
        if !start.committed.isEmpty { words += " committed=\(text(start.committed))" }
        if !start.abandoned.isEmpty { words += " abandoned=\(text(start.abandoned))" }
        return words
    }

    static func text(_ ids: [CheckpointID]) -> String {
        "[" + ids.map { "\($0)" }.joined(separator: ",") + "]"
    }

    static func standing(_ command: Command) throws -> AttemptStanding {
        if let newer = command["superseded"], let number = UInt32(newer) {
            return .superseded(by: Attempt(rawValue: number))
        }
        return command.has("unreadable") ? .unreadable(reason: "EIO") : .newest
    }

    static func code(_ text: String) throws -> TransactionError.Code {
        switch text {
        case "unanswered": .unanswered
        case "fenced": .fenced
        case "failed": .failed
        case "unauthorized": .unauthorized
        case "misconfigured": .misconfigured
        case "unreachable": .unreachable
        default: throw Command.Malformed(text: text)
        }
    }
}
