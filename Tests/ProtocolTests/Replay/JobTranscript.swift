import Checkpointing
import StreamAPI
import StreamCore

/// Drives a ``JobProtocol`` from a transcript. `happy` answers every open action with success.
struct JobTranscript {
    private var job: JobProtocol?
    private var now: Int64 = 0
    private var open: [JobAction] = []
    private var epochs = Array(repeating: 0, count: 8)
    private var recordCount = 5
    private var subtasks: [SubtaskID] = []
    private var sinks: [SubtaskID] = []

    mutating func execute(_ command: Command) throws -> [String] {
        if let at = command["at"].flatMap({ Int64($0) }) { now = at }
        switch command.name {
        case "job":
            try configure(command)
            return deliver(.started)
        case "happy":
            if command.has("records") { recordCount = try command.int("records") }
            return answerAll()
        case "deadline":
            return [job?.nextDeadlineMilliseconds.map { "\($0)" } ?? "none"]
        default: return deliver(try event(command))
        }
    }

    private mutating func configure(_ command: Command) throws {
        open = []
        epochs = Array(repeating: 0, count: 8)
        subtasks = try Words.list(try command.string("subtasks")).map(Words.subtask)
        sinks = try Words.list(command["sinks"] ?? "").map(Words.subtask)
        let timeout = Int64(try command.int("transaction-timeout"))
        let pool =
            sinks.isEmpty
            ? nil
            : TransactionSettings(
                cluster: "c", transactionalIDs: (0..<4).map { "p-\($0)" },
                timeoutMilliseconds: timeout)
        let settings = JobSettings(
            intervalMilliseconds: command["interval"].flatMap { Int64($0) },
            checkpointTimeoutMilliseconds: Int64(command["timeout"] ?? "5000") ?? 5_000,
            minPauseMilliseconds: Int64(command["min-pause"] ?? "0") ?? 0,
            tolerableFailedCheckpoints: Int(command["tolerable"] ?? "0") ?? 0,
            numRetained: Int(command["retained"] ?? "1") ?? 1, transactions: pool,
            subtasks: subtasks, sinkSubtasks: sinks)
        let restored = try command["restored"].map { CheckpointFacts(id: try Words.id($0)) }
        let marker = try command["marker"].map { try Words.id($0) }
        job = JobProtocol(
            settings: settings,
            start: JobStart(
                attempt: Attempt(rawValue: 1), restored: restored,
                needsInitialCheckpoint: command.has("initial"), marker: marker,
                nextSequence: (restored?.id.sequence).map { $0 + 1 } ?? 0,
                committed: restored.map { [$0.id] } ?? []))
    }

    private mutating func deliver(_ event: JobEvent) -> [String] {
        let actions = job?.handle(event, at: now) ?? []
        open += actions
        return actions.isEmpty ? ["nothing"] : actions.map(Self.text)
    }

    /// What each open action answers when nothing goes wrong, until nothing is open.
    private mutating func answerAll() -> [String] {
        var lines: [String] = []
        while !open.isEmpty {
            let action = open.removeFirst()
            for event in answers(to: action) {
                lines += deliver(event).filter { $0 != "nothing" }
            }
        }
        return lines.isEmpty ? ["nothing"] : lines
    }

    private mutating func answers(to action: JobAction) -> [JobEvent] {
        switch action {
        case .checkAttempt(let gate): return [.attemptChecked(gate, .newest)]
        case .initialize(let slot):
            epochs[slot] += 1
            return [.initialized(slot: slot, Words.producer(slot: slot, epoch: epochs[slot]))]
        case .flush(let slot): return [.flushed(slot: slot, Self.report(recordCount))]
        case .sendMarker(let slot, _): return [.markerSent(slot: slot)]
        case .describe(let slot):
            return [.described(slot: slot, description(slot), wallClockMilliseconds: now)]
        case .commit(let slot): return [.committed(slot: slot)]
        case .fence(let slot): return [.fenced(slot: slot, .fenced)]
        case .sendBarrier(let barrier):
            return sinks.map { .sinkPassed($0, barrier.id) }
                + subtasks.map { .acknowledged($0, barrier.id) }
        case .writeMetadata(let facts): return [.metadataWritten(facts.id)]
        case .renameMetadata(let id): return [.metadataRenamed(id)]
        default: return []
        }
    }

    private func description(_ slot: Int, state: String = "Ongoing") -> TransactionDescription {
        TransactionDescription(
            state: state, producer: Words.producer(slot: slot, epoch: epochs[slot]),
            timeoutMilliseconds: 60_000, startTimeMilliseconds: now)
    }

    private static func report(_ records: Int) -> FlushReport {
        guard records > 0 else { return FlushReport(output: [], beginTimeMilliseconds: nil) }
        let range = OutputRange(
            topic: "out", partition: PartitionIndex(rawValue: 0), recordCount: records,
            firstOffset: 0, lastOffset: Int64(records) - 1)
        return FlushReport(output: [range], beginTimeMilliseconds: 0)
    }

    // MARK: Commands

    private mutating func event(_ command: Command) throws -> JobEvent {
        func slot() throws -> Int { try command.int("slot") }
        func id() throws -> CheckpointID { try Words.id(try command.string("checkpoint")) }
        func subtask() throws -> SubtaskID { try Words.subtask(try command.string("subtask")) }
        switch command.name {
        case "tick": return .tick
        case "request": return .checkpointRequested
        case "stop": return .stopRequested
        case "input-ended": return .inputEnded
        case "sink-passed": return .sinkPassed(try subtask(), try id())
        case "ack": return .acknowledged(try subtask(), try id())
        case "decline": return .declined(try subtask(), try id(), message: "disk full")
        case "subtask-failed": return .subtaskFailed(try subtask(), message: "boom")
        case "checked": return .attemptChecked(try gate(command), try Words.standing(command))
        case "initialized":
            epochs[try slot()] += 1
            return .initialized(
                slot: try slot(), Words.producer(slot: try slot(), epoch: epochs[try slot()]))
        case "flushed": return .flushed(slot: try slot(), Self.report(try command.int("records")))
        case "marker-sent": return .markerSent(slot: try slot())
        case "described":
            return .described(
                slot: try slot(), description(try slot(), state: try command.string("state")),
                wallClockMilliseconds: now)
        case "committed": return .committed(slot: try slot())
        case "transaction-failed":
            let code = try Words.code(try command.string("code"))
            return .transactionFailed(slot: try slot(), code, message: "m")
        case "fenced":
            let isLost = command.has("unanswered")
            return .fenced(slot: try slot(), isLost ? .unanswered(reason: "51") : .fenced)
        case "written": return .metadataWritten(try id())
        case "renamed": return .metadataRenamed(try id())
        case "storage-failed": return .storageFailed(try id(), message: "ENOSPC")
        default: throw Command.Malformed(text: command.text)
        }
    }

    private func gate(_ command: Command) throws -> AttemptGate {
        switch try command.string("for") {
        case "initialize": .initialize(slot: try command.int("slot"))
        case "rename": .rename(try Words.id(try command.string("checkpoint")))
        case "commit": .commit(try Words.id(try command.string("checkpoint")))
        default: .fence
        }
    }

    // MARK: Text

    private static func text(_ gate: AttemptGate) -> String {
        switch gate {
        case .initialize(let slot): "initialize slot=\(slot)"
        case .rename(let id): "rename checkpoint=\(id)"
        case .commit(let id): "commit checkpoint=\(id)"
        case .fence: "fence"
        }
    }

    static func text(_ action: JobAction) -> String {
        switch action {
        case .checkAttempt(let gate): "check-attempt for=\(text(gate))"
        case .initialize(let slot): "initialize slot=\(slot)"
        case .activate(let slot): "activate slot=\(slot)"
        case .flush(let slot): "flush slot=\(slot)"
        case .sendMarker(let slot, let id): "send-marker slot=\(slot) checkpoint=\(id)"
        case .describe(let slot): "describe slot=\(slot)"
        case .commit(let slot): "commit slot=\(slot)"
        case .destroy(let slot): "destroy slot=\(slot)"
        case .fence(let slot): "fence slot=\(slot)"
        case .sendBarrier(let barrier): "send-barrier checkpoint=\(barrier.id) kind=\(barrier.kind)"
        case .cancelCheckpoint(let id): "cancel checkpoint=\(id)"
        case .writeMetadata(let facts): "write-metadata \(Words.text(facts))"
        case .renameMetadata(let id): "rename-metadata checkpoint=\(id)"
        case .recordCommitted(let id): "record-committed checkpoint=\(id)"
        case .publishOffsets(let id): "publish-offsets checkpoint=\(id)"
        case .delete(let id): "delete checkpoint=\(id)"
        case .report(let report): "report \(text(report))"
        case .failOver(let reason): "fail-over \(text(reason))"
        case .stop(let reason): "stop exit=\(reason.exitCode.rawValue)"
        }
    }

    private static func text(_ report: CheckpointReport) -> String {
        switch report {
        case .triggered(let id, _): "triggered \(id)"
        case .durable(let id, let duration): "durable \(id) after=\(duration)"
        case .committed(let id, let duration): "committed \(id) after=\(duration)"
        case .failed(let id, let failure): "failed \(id) \(text(failure))"
        }
    }

    private static func text(_ failure: CheckpointFailure) -> String {
        switch failure {
        case .expired(let missing): "expired missing=\(missing)"
        case .declined(let subtask, _): "declined by=\(subtask)"
        case .storage: "storage"
        }
    }

    private static func text(_ reason: FailOverReason) -> String {
        switch reason {
        case .subtask(let subtask, _): "subtask=\(subtask)"
        case .checkpoint(let id, let failure, let why): "\(id) \(text(failure)) because=\(why)"
        case .transaction(let slot, let code, _): "slot=\(slot) code=\(code)"
        case .transactionTooOld(let slot, let age, let limit):
            "slot=\(slot) too-old age=\(age) limit=\(limit)"
        case .listNotAlive(let id, let slot): "\(id) not-alive slot=\(slot)"
        case .renameFailed(let id, _): "rename-failed \(id)"
        case .attemptUnreadable: "attempts-unreadable"
        }
    }
}
