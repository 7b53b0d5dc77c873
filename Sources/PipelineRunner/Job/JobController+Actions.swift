internal import CheckpointStorage
internal import Checkpointing
internal import Observability
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

/// Each action of the protocol, and the thread that carries it out.
extension JobController {
    func perform(_ action: JobAction) {
        switch action {
        case .checkAttempt, .writeMetadata, .renameMetadata, .recordCommitted, .delete,
            .cancelCheckpoint:
            performStorage(action)
        case .initialize, .activate, .flush, .sendMarker, .describe, .commit, .destroy, .fence:
            performTransaction(action)
        case .sendBarrier(let barrier):
            triggeredAtMilliseconds[barrier.id] = wallClockMilliseconds()
            graph.triggerBarrier(barrier)
        case .publishOffsets(let checkpoint): publishOffsets(checkpoint)
        case .report(let report): log(report)
        case .failOver(let reason):
            outcome = .failOver(message: describe(reason), fatal: fatalCause(of: reason))
        case .stop(let reason): outcome = .stop(reason)
        }
    }

    private func performTransaction(_ action: JobAction) {
        guard let driver = context.driver else { return }
        let attempt = context.start.attempt
        switch action {
        case .activate(let slot): driver.activate(slot: slot)
        case .destroy(let slot): slotWorkers[slot].submit { driver.destroy(slot: slot) }
        case .initialize(let slot):
            submit(slot) { () throws(TransactionError) in
                .initialized(slot: slot, try driver.initialize(slot: slot))
            }
        case .flush(let slot):
            submit(slot) { () throws(TransactionError) in
                .flushed(slot: slot, try driver.flush(slot: slot))
            }
        case .sendMarker(let slot, let checkpoint):
            submit(slot) { () throws(TransactionError) -> JobEvent in
                try failpoint(.p3)
                try driver.sendMarker(slot: slot, checkpoint: checkpoint, attempt: attempt)
                return .markerSent(slot: slot)
            }
        case .describe(let slot):
            submit(slot) { () throws(TransactionError) -> JobEvent in
                let id = driver.transactionalID(slot: slot)
                let description = try driver.describe(transactionalID: id)
                return .described(
                    slot: slot, description, wallClockMilliseconds: wallClockMilliseconds())
            }
        case .commit(let slot):
            submit(slot) { () throws(TransactionError) -> JobEvent in
                try failpoint(.p6)
                try driver.commit(slot: slot)
                return .committed(slot: slot)
            }
        case .fence(let slot):
            let queue = queue
            slotWorkers[slot].submit {
                let id = driver.transactionalID(slot: slot)
                queue.post(.job(.fenced(slot: slot, driver.fence(transactionalID: id))))
            }
        default: preconditionFailure("not a transactional action: \(action)")
        }
    }

    /// Makes a driver call on the slot's thread and posts its answer, or its failure.
    private func submit(
        _ slot: Int, _ call: @escaping @Sendable () throws(TransactionError) -> JobEvent
    ) {
        let queue = queue
        slotWorkers[slot].submit {
            do throws(TransactionError) {
                queue.post(.job(try call()))
            } catch {
                queue.post(
                    .job(.transactionFailed(slot: slot, error.code, message: error.message)))
            }
        }
    }

    private func performStorage(_ action: JobAction) {
        let storage = context.storage
        let queue = queue
        switch action {
        case .checkAttempt(let gate):
            let attempt = context.start.attempt
            storageWorker.submit {
                queue.post(.job(.attemptChecked(gate, storage.standing(of: attempt))))
            }
        case .writeMetadata(let facts): writeMetadata(facts)
        case .renameMetadata(let id):
            mayHaveCheckpoint = true
            submitStorage(id) {
                try storage.renameMetadata(id)
                return .metadataRenamed(id)
            }
        case .recordCommitted(let id):
            commitSinks(id)
            courtesy("record \(id) as committed") { [commits = context.commits] in
                // What is not committed must not be called so.
                if commits.failure != nil { return }
                try Failpoint.reached(.p8)
                try storage.recordCommitted(id)
            }
        case .delete(let id):
            courtesy("delete checkpoint \(id)") { [commits = context.commits] in
                // The checkpoint that replaces it is not committed.
                if commits.failure == nil { try storage.delete(id) }
            }
        case .cancelCheckpoint(let id):
            graph.cancelCheckpoint(id)
            acknowledged[id] = nil
            context.commits.forget(id)
            triggeredAtMilliseconds[id] = nil
            courtesy("discard checkpoint \(id)") { try storage.delete(id) }
        default: preconditionFailure("not a storage action: \(action)")
        }
    }

    /// Sinks that have a committer come last, and before any later checkpoint is durable; then every
    /// operator hears of it.
    private func commitSinks(_ id: CheckpointID) {
        guard context.commits.isNeeded else { return graph.notifyComplete(id) }
        let (commits, queue) = (context.commits, queue)
        storageWorker.submit {
            do {
                try commits.commit(id)
                queue.post(.sinksCommitted(id))
            } catch {
                queue.post(.commitFailed(error))
            }
        }
    }

    private func writeMetadata(_ facts: CheckpointFacts) {
        let snapshots = acknowledged.removeValue(forKey: facts.id).map { Array($0.values) } ?? []
        let context = context
        let triggeredAt = triggeredAtMilliseconds.removeValue(forKey: facts.id)
        context.commits.written(facts.id, snapshots: snapshots)
        writtenSplits[facts.id] = context.sourceSplits(facts: facts, snapshots: snapshots)
        submitStorage(facts.id) {
            try context.writeMetadata(
                facts, snapshots: snapshots,
                triggeredAtMilliseconds: triggeredAt ?? wallClockMilliseconds())
            return .metadataWritten(facts.id)
        }
    }

    private func submitStorage(
        _ id: CheckpointID, _ call: @escaping @Sendable () throws -> JobEvent
    ) {
        let queue = queue
        storageWorker.submit {
            do {
                queue.post(.job(try call()))
            } catch {
                queue.post(.job(.storageFailed(id, message: "\(error)")))
            }
        }
    }

    /// Work whose failure changes nothing that recovery relies on.
    private func courtesy(_ what: String, _ call: @escaping @Sendable () throws -> Void) {
        storageWorker.submit {
            do {
                try call()
            } catch {
                Log.warning("could not \(what)", ["reason": "\(error)"])
            }
        }
    }

    private func publishOffsets(_ id: CheckpointID) {
        let splits = writtenSplits.removeValue(forKey: id) ?? [:]
        let sources = context.plan.sources
        offsetsWorker.submit {
            for source in sources { source.publishOffsets(splits[source.operatorID] ?? []) }
        }
    }
}

/// A planted failure, as the failure of the driver call that follows.
private func failpoint(_ point: Failpoint) throws(TransactionError) {
    do throws(FailpointError) {
        try Failpoint.reached(point)
    } catch {
        throw TransactionError(.failed, "failpoint \(point.rawValue): errno \(error.errorNumber)")
    }
}
