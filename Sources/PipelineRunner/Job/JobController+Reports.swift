internal import Checkpointing
internal import Observability
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

/// What the log says, and the sentences for what went wrong.
extension JobController {
    func log(_ report: CheckpointReport) {
        switch report {
        case .triggered(let id, let kind):
            Log.debug("checkpoint triggered", ["checkpoint": id, "kind": "\(kind)"])
        case .durable(let id, let duration):
            Log.debug("checkpoint durable", ["checkpoint": id, "duration_ms": duration])
        case .committed(let id, let duration):
            progress.checkpointCommitted(id, durationMilliseconds: duration)
            Log.info(
                "checkpoint completed",
                ["checkpoint": id, "sequence": id.sequence, "duration_ms": duration])
            reportDropped()
            reportLeading()
            reportLate()
            reportAlignment()
        case .failed(let id, let failure):
            Log.warning(
                "checkpoint failed", ["checkpoint": id, "reason": describe(failure)])
        }
    }

    /// Records that `on_error: drop` left out are never silent: their number is said with the
    /// checkpoint behind them.
    private func reportDropped() {
        let total = graph.status().reduce(0) { $0 + $1.dropped }
        guard total > droppedReported else { return }
        Log.warning(
            "records left out by on_error: drop",
            ["since_last": total - droppedReported, "since_start": total])
        droppedReported = total
    }

    /// A watermark that does not move has a reason that the log names.
    private func reportLeading() {
        let total = graph.status().reduce(0) { $0 + $1.leading }
        guard total > leadingReported else { return }
        Log.warning(
            "rows did not move the watermark: their event time is more than watermark.max_lead ahead "
                + "of their record's timestamp, or of this machine's clock",
            ["since_last": total - leadingReported, "since_start": total])
        leadingReported = total
    }

    /// Late rows leave no other trace.
    private func reportLate() {
        let total = graph.status().reduce(0) { $0 + $1.lateDropped }
        guard total > lateReported else { return }
        Log.warning(
            "rows were dropped: they came when every window of theirs was closed",
            ["since_last": total - lateReported, "since_start": total])
        lateReported = total
    }

    func describe(_ reason: FailOverReason) -> String {
        switch reason {
        case .subtask(let subtask, let message): "subtask \(subtask): \(message)"
        case .checkpoint(let id, let failure, let why):
            "checkpoint \(id) failed (\(describe(failure))) and \(describe(why))"
        case .transaction(let slot, let code, let message):
            "transaction \(transactionalID(slot)): \(code): \(message)"
        case .transactionTooOld(let slot, let age, let limit):
            "transaction \(transactionalID(slot)) is \(age) ms old, above \(limit) ms, 70 % of its "
                + "time-out: raise transaction_timeout or shorten the checkpoint interval"
        case .listNotAlive(let id, let slot):
            "checkpoint \(id) has several transactions and \(transactionalID(slot)) is dead: none "
                + "is committed, their records are produced again"
        case .renameFailed(let id, let message):
            "checkpoint \(id): whether its metadata is durable is not known: \(message)"
        case .attemptUnreadable(let message): "the attempts folder cannot be read: \(message)"
        }
    }

    private func transactionalID(_ slot: Int) -> String {
        context.driver?.transactionalID(slot: slot) ?? "\(slot)"
    }

    private func describe(_ failure: CheckpointFailure) -> String {
        switch failure {
        case .expired(let missing):
            "not done within execution.checkpointing.timeout; missing: "
                + (missing.isEmpty
                    ? "storage or transaction"
                    : missing.map(\.description).joined(separator: " "))
        case .declined(let subtask, let message): "declined by subtask \(subtask): \(message)"
        case .storage(let message): message
        }
    }

    private func describe(_ why: FailOverReason.Intolerance) -> String {
        switch why {
        case .budget: "execution.checkpointing.tolerable-failed-checkpoints is used up"
        case .notPreCommitted: "its transaction had not been pre-committed"
        case .transactionAge: "its transaction is older than half its time-out"
        case .poolExhausted: "too many transactions are unresolved"
        case .kind: "it cannot be declined"
        }
    }

    /// A failed transactional call may have a cause that a restart cannot mend.
    func fatalCause(of reason: FailOverReason) -> FatalError? {
        guard case .transaction(_, let code, let message) = reason else { return nil }
        switch code {
        case .unauthorized: return FatalError(.unauthorized, message)
        case .misconfigured: return FatalError(.configuration, message)
        case .unanswered, .fenced, .failed, .unreachable: return nil
        }
    }
}
