internal import CheckpointStorage
internal import Checkpointing
internal import Observability
internal import StreamAPI
internal import StreamCore

/// Finds out from where a run starts: recovery, the checkpoint asked for with `-s`, the sources'
/// splits.
struct RunPreparation {
    let plan: JobPlan
    let options: RunOptions
    let storage: CheckpointStorage
    let leadership: Leadership
    /// `--fresh` and `-s` hold until a run of the process may have left a checkpoint; from then on a
    /// restart resumes what was begun.
    let startOptionsHold: Bool

    func prepare(_ attempt: Attempt) throws -> RunContext {
        let driver = try plan.transactions?.makeDriver()
        // Recovery records what it commits; what was recorded before it, only this knows.
        let recorded = Set(try storage.list().filter(\.isRecordedCommitted).map(\.id))
        let recovered = try recover(attempt, driver)
        let (start, restored) = try chooseState(recovered)
        let splits = try resolveSplits(restored)
        let commits = SinkCommits(
            plan.makeCommitters(), storage: storage, attempt: start.attempt)
        let isRecorded = restored.map {
            let id = $0.metadata.facts.id
            return recorded.contains(id) || (id != recovered.restored?.id && $0.isRecordedCommitted)
        }
        try commits.recover(restored, isRecordedCommitted: isRecorded ?? false)
        removeLeftovers(before: start.attempt)
        return RunContext(
            plan: plan, storage: storage, driver: driver, start: start, restored: restored,
            splits: splits, commits: commits)
    }

    private func recover(_ attempt: Attempt, _ driver: (any TransactionDriver)?) throws -> JobStart
    {
        let poolSize = plan.transactions?.poolSize ?? 0
        let settings = RecoveryProtocol.Settings(
            attempt: attempt,
            transactionalIDs: (0..<poolSize).map { driver?.transactionalID(slot: $0) ?? "" },
            isFresh: options.isFresh && startOptionsHold)
        let recovery = Recovery(storage: storage, driver: driver, leadership: leadership)
        switch recovery.run(settings) {
        case .start(let start, let note):
            log(note, start)
            return start
        case .stop(let reason):
            throw FatalError(
                reason.exitCode, reason.message(job: plan.name, directory: storage.path))
        }
    }

    private func log(_ note: RecoveryNote, _ start: JobStart) {
        let attempt = start.attempt.rawValue
        switch note {
        case .firstStart:
            Log.info(
                "job starting", ["job": plan.name, "job_id": plan.jobID, "attempt": attempt])
        case .newLife(let marker):
            Log.warning(
                "job starting a new life",
                [
                    "job": plan.name, "attempt": attempt,
                    "former_marker": marker?.description ?? "none",
                ])
        case .restored:
            Log.info(
                "job restoring checkpoint",
                [
                    "job": plan.name, "job_id": plan.jobID, "attempt": attempt,
                    "checkpoint": start.restored?.id.description ?? "none",
                ])
        case .rolledBack(let from, let to):
            try? Failpoint.reached(.p10c)
            Log.warning(
                "rolled back: the transactions of the newest checkpoint were aborted before they "
                    + "could be committed; its input is read again",
                [
                    "job": plan.name, "attempt": attempt, "from": from.id, "to": to.id,
                    "aborted": ranges(from.transactions),
                ])
        }
    }

    /// What recovery found, or what `-s` names.
    private func chooseState(_ start: JobStart) throws -> (JobStart, CheckpointSnapshot?) {
        guard let path = options.savepointPath, path != "latest", startOptionsHold else {
            let restored = try start.restored.map { try storage.open($0.id) }
            if options.savepointPath == "latest", restored == nil, startOptionsHold {
                throw FatalError(
                    .inputMissing, "-s latest: there is no checkpoint in \(storage.path)")
            }
            return (start, try checked(restored))
        }
        let chosen = try CheckpointSnapshot(path: path)
        _ = try checked(chosen)
        guard chosen.metadata.facts.id != start.restored?.id else { return (start, chosen) }
        return (try rewound(start, to: chosen.metadata, path), chosen)
    }

    /// An older checkpoint gives its output again: only with `--allow-rewind`.
    private func rewound(
        _ start: JobStart, to chosen: CheckpointMetadata, _ path: String
    ) throws -> JobStart {
        let isCurrent = start.marker == nil || chosen.facts.finalMarker == start.marker
        guard options.allowsRewind || isCurrent else {
            throw FatalError(
                .configuration,
                "\(path) is checkpoint \(chosen.facts.id), but the output up to checkpoint "
                    + "\(start.marker.map(\.description) ?? "none") is already visible to readers: "
                    + "from there it would appear twice. Leave -s away to resume the newest, or say "
                    + "--allow-rewind")
        }
        return JobStart(
            attempt: start.attempt, restored: chosen.facts, needsInitialCheckpoint: true,
            marker: start.marker, nextSequence: start.nextSequence, committed: start.committed,
            abandoned: start.abandoned)
    }

    /// A checkpoint whose state has an owner in the pipeline of today.
    private func checked(_ snapshot: CheckpointSnapshot?) throws -> CheckpointSnapshot? {
        try snapshot?.requireCompatible(
            maxParallelism: plan.maxParallelism, operators: plan.operatorIDs,
            allowNonRestoredState: options.allowsNonRestoredState)
        return snapshot
    }

    private func resolveSplits(
        _ restored: CheckpointSnapshot?
    ) throws -> [OperatorID: [SourceSplit]] {
        var result: [OperatorID: [SourceSplit]] = [:]
        for source in plan.sources {
            let state = restored?.metadata.operators.first { $0.id == source.operatorID }
            result[source.operatorID] = try source.resolveSplits(
                restored: state?.items, stopAtEnd: options.stopsAtEnd)
        }
        return result
    }

    /// Folders that a killed runner left half-written. Nothing relies on them.
    private func removeLeftovers(before attempt: Attempt) {
        do {
            for id in try storage.leftovers(before: attempt) { try storage.delete(id) }
        } catch {
            Log.warning("could not remove a leftover checkpoint folder", ["reason": error])
        }
    }
}

extension RunOptions {
    /// Reads what `-s` names before the job is taken: a mistyped path must leave nothing behind.
    func requireUsableSavepoint(for plan: JobPlan) throws {
        guard let savepointPath, savepointPath != "latest" else { return }
        try CheckpointSnapshot(path: savepointPath).requireCompatible(
            maxParallelism: plan.maxParallelism, operators: plan.operatorIDs,
            allowNonRestoredState: allowsNonRestoredState)
    }
}
