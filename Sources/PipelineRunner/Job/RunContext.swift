internal import CheckpointStorage
internal import Checkpointing
internal import Observability
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

/// What one run is made of; immutable, shared by the controller's threads.
struct RunContext: Sendable {
    let plan: JobPlan
    let storage: CheckpointStorage
    /// Nil: no exactly-once sink.
    let driver: (any TransactionDriver)?
    let start: JobStart
    /// The checkpoint that is restored; nil on a first start.
    let restored: CheckpointSnapshot?
    /// Every source's splits, resolved.
    let splits: [OperatorID: [SourceSplit]]
    let commits: SinkCommits

    func settings(for graph: ExecutionGraph) -> JobSettings {
        let checkpointing = plan.checkpointing
        return JobSettings(
            intervalMilliseconds: checkpointing.intervalMilliseconds,
            checkpointTimeoutMilliseconds: checkpointing.timeoutMilliseconds,
            minPauseMilliseconds: checkpointing.minPauseMilliseconds,
            tolerableFailedCheckpoints: checkpointing.tolerableFailures,
            numRetained: checkpointing.numRetained, transactions: transactionSettings(),
            subtasks: graph.subtaskIDs, sinkSubtasks: driver == nil ? [] : graph.sinkSubtaskIDs)
    }

    private func transactionSettings() -> TransactionSettings? {
        guard let driver, let transactions = plan.transactions else { return nil }
        return TransactionSettings(
            cluster: driver.cluster,
            transactionalIDs: (0..<transactions.poolSize).map(driver.transactionalID),
            timeoutMilliseconds: transactions.timeoutMilliseconds)
    }

    /// What the checkpoint has for one operator instance under today's parallelism.
    func restoredState(_ context: OperatorContext) throws -> RestoredState? {
        try restored?.restoredState(for: context)
    }

    /// The splits that a checkpoint keeps, by source, for publishing.
    func sourceSplits(
        facts: CheckpointFacts, snapshots: [SubtaskSnapshot]
    ) -> [OperatorID: [[UInt8]]] {
        var result: [OperatorID: [[UInt8]]] = [:]
        for source in plan.sources {
            let id = source.operatorID
            result[id] =
                facts.isInitial
                ? splits[id, default: []].map(\.state)
                : snapshots.flatMap(\.operators).filter { $0.operatorID == id }.flatMap(\.items)
        }
        return result
    }

    /// Writes the temporary metadata file of a checkpoint.
    func writeMetadata(
        _ facts: CheckpointFacts, snapshots: [SubtaskSnapshot], triggeredAtMilliseconds: Int64
    ) throws {
        let operators =
            facts.isInitial
            ? try initialState(facts.id) : OperatorState.collect(snapshots)
        try storage.writeMetadata(
            CheckpointMetadata(
                job: plan.jobID, jobName: plan.name, facts: facts, markerAddress: driver?.marker,
                maxParallelism: plan.maxParallelism, operators: operators,
                sourceTopics: plan.sourceTopics,
                triggerTimeMilliseconds: triggeredAtMilliseconds,
                completionTimeMilliseconds: wallClockMilliseconds()))
    }

    /// The state that the run started from: the splits as resolved, and whatever else was restored,
    /// its files copied into the new checkpoint's folder.
    private func initialState(_ id: CheckpointID) throws -> [OperatorState] {
        let resolved = plan.sources.map { source in
            let former = restored?.metadata.operators.first { $0.id == source.operatorID }
            return OperatorState(
                id: source.operatorID, parallelism: 1,
                items: splits[source.operatorID, default: []].map(\.state), keyed: [],
                watermark: former?.watermark, splitWatermarks: former?.splitWatermarks ?? [:])
        }
        guard let restored else { return resolved }
        let sources = Set(plan.sources.map(\.operatorID))
        return resolved
            + (try storage.copyState(of: restored, to: id)).filter { !sources.contains($0.id) }
    }
}
