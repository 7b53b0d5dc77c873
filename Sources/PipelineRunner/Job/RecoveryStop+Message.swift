internal import Checkpointing
internal import StreamAPI
internal import StreamCore

/// The sentences with which a start is refused: what, which, why, and the operator's choices.
extension RecoveryStop {
    func message(job: String, directory: String) -> String {
        switch self {
        case .lost(let facts, let marker):
            """
            output lost: the transactions of checkpoint \(facts.id) were aborted and no earlier \
            checkpoint to roll back to is left (marker in Kafka: \(text(marker))). Missing from \
            the output: \(ranges(facts.transactions)). Choices: restore an older copy of \
            \(directory); or start a new life with --fresh, which reads the sources again from \
            `startup`
            """
        case .torn(let facts, let marker):
            """
            output torn: of the transactions of checkpoint \(facts.id) those up to marker \
            \(marker) are committed, the later ones were aborted. Missing from the output: \
            \(ranges(facts.transactions.filter { $0.marker > marker })). Nothing was changed; \
            choose between restoring an older copy of \(directory) and --fresh
            """
        case .unknown(let newest, let marker, let unreadable):
            """
            outcome unknown: the commit marker in Kafka is \(text(marker)), which belongs to no \
            readable checkpoint in \(directory) (newest: \(text(newest?.id)); unreadable: \
            \(list(unreadable))). Choices: bring back the checkpoint folder that belongs to the \
            marker; or start a new life with --fresh, which reads the sources again from `startup`
            """
        case .unreadable(let ids):
            """
            no checkpoint in \(directory) can be read (\(list(ids))), and Kafka has no marker of \
            the job. Choices: bring back an intact copy; or start a new life with --fresh
            """
        case .freshRefused(let facts, let alive):
            """
            --fresh refused: transaction \(alive.transactionalID) (producer id \
            \(alive.producer.producerID.rawValue), epoch \(alive.producer.epoch.rawValue)) of \
            checkpoint \(facts.id) is still open; run once without --fresh, so that it is \
            committed, and stop
            """
        case .superseded(let attempt):
            "another instance has taken over job \(job) as attempt \(attempt.rawValue); this one ends"
        case .poolMissing(let facts):
            """
            checkpoint \(facts.id) has uncommitted transactions (\(ranges(facts.transactions))), \
            but the pipeline has no exactly-once sink now: run it once with its former sinks
            """
        case .unanswered(let message): "no usable answer from Kafka: \(message)"
        case .unauthorized(let message): message
        case .storage(let message): message
        }
    }

    private func text(_ id: CheckpointID?) -> String { id.map(\.description) ?? "none" }

    private func list(_ ids: [CheckpointID]) -> String {
        ids.isEmpty ? "none" : ids.map { "chk-\($0)" }.joined(separator: ", ")
    }
}

/// `results[0] 100..249 (150 records), results[1] ...`, or what is known of it.
func ranges(_ transactions: [PreparedTransaction]) -> String {
    let parts = transactions.flatMap(\.output).map { range in
        let offsets =
            range.firstOffset < 0
            ? "offsets not known" : "\(range.firstOffset)..\(range.lastOffset)"
        return
            "\(range.topic)[\(range.partition.rawValue)] \(offsets) (\(range.recordCount) records)"
    }
    return parts.isEmpty ? "no records" : parts.joined(separator: ", ")
}
