internal import CheckpointStorage
internal import Checkpointing
internal import Glibc
internal import Observability
internal import StreamAPI
internal import StreamCore

/// Carries out the actions of ``RecoveryProtocol``, one at a time, until it knows where to start.
///
/// - Threading: one thread; blocks on storage and on the brokers, each call bounded.
struct Recovery {
    let storage: CheckpointStorage
    /// Nil: the job has no transactional sink.
    let driver: (any TransactionDriver)?
    let leadership: Leadership
    /// When to give up, on what a restart can do again; nil: as the protocol says.
    var deadline: MonotonicTime?

    func run(_ settings: RecoveryProtocol.Settings) -> RecoveryOutcome {
        var state = RecoveryProtocol(settings: settings)
        var attempt = settings.attempt
        var pending = state.handle(.started)
        while let action = pending.first {
            pending.removeFirst()
            if case .finish(let outcome) = action { return outcome }
            if let deadline, deadline < .now { return .stop(.unanswered(message: "out of time")) }
            guard let answer = perform(action, attempt: &attempt) else { continue }
            pending += state.handle(answer)
        }
        preconditionFailure("recovery neither asked for anything nor finished")
    }

    /// - Returns: The answer; nil for an action that has none.
    private func perform(_ action: RecoveryAction, attempt: inout Attempt) -> RecoveryEvent? {
        let taken = attempt
        switch action {
        case .listCheckpoints: return listed()
        case .checkAttempt: return .attemptChecked(storage.standing(of: attempt))
        case .makeDurable(let id):
            return stored("make checkpoint \(id) durable") {
                try storage.makeDurable(id, attempt: taken)
                return .madeDurable(id)
            }
        case .takeAttempt(let above): return attemptTaken(above: above, &attempt)
        case .recordCommitted(let id):
            _ = stored("record \(id) as committed") {
                try storage.recordCommitted(id)
                return nil
            }
            return nil
        case .wait(let milliseconds, let reason):
            if milliseconds == RecoveryProtocol.backoffMaxMilliseconds {
                Log.warning("recovery waits and asks again", ["reason": reason])
            }
            usleep(UInt32(clamping: milliseconds * 1000))
            return .waited
        case .describe, .endTransaction, .fence, .readMarker, .settle: return ask(action)
        case .finish: return nil
        }
    }

    private func listed() -> RecoveryEvent? {
        stored("list the checkpoints") {
            let checkpoints = try storage.list()
            try Failpoint.reached(.p10a)
            return .listed(checkpoints)
        }
    }

    private func attemptTaken(above: Attempt, _ attempt: inout Attempt) -> RecoveryEvent? {
        do {
            attempt = try leadership.takeAttempt(above: above)
            return .attemptTaken(attempt)
        } catch {
            return .storageFailed(
                message: "could not take an attempt above \(above.rawValue): \(error)")
        }
    }

    private func stored(_ what: String, _ call: () throws -> RecoveryEvent?) -> RecoveryEvent? {
        do {
            return try call()
        } catch {
            Log.warning("could not \(what)", ["reason": "\(error)"])
            return .storageFailed(message: "could not \(what): \(error)")
        }
    }

    private func ask(_ action: RecoveryAction) -> RecoveryEvent? {
        guard let driver else { return nil }
        switch action {
        case .describe(let id): return describe(id, driver)
        case .endTransaction(let transaction):
            let answer = driver.endTransaction(transaction)
            Log.info(
                "prepared transaction resumed",
                [
                    "transactional_id": transaction.transactionalID,
                    "producer_id": transaction.producer.producerID.rawValue,
                    "epoch": transaction.producer.epoch.rawValue,
                    "checkpoint": transaction.marker, "answer": "\(answer)",
                ])
            arrive(.p10b)
            return .endTransactionAnswered(answer)
        case .fence(let id): return .fenceAnswered(driver.fence(transactionalID: id))
        case .readMarker:
            arrive(.p10d)
            return .markerRead(driver.readMarker())
        case .settle(let committed):
            let answer = driver.settle(committed: Set(committed))
            if case .settled(let hanging) = answer { hanging.forEach(log) }
            return .settleAnswered(answer)
        default: return nil
        }
    }

    private func log(_ hanging: HangingTransaction) {
        Log.warning(
            "a transaction hung, since Kafka had not ended it in this partition; it is ended now",
            [
                "partition": "\(hanging.topic)[\(hanging.partition.rawValue)]",
                "offset": hanging.startOffset,
                "producer_id": hanging.producer.producerID.rawValue,
                "epoch": hanging.producer.epoch.rawValue,
                "outcome": hanging.isCommitted ? "committed" : "aborted",
            ])
    }

    private func describe(_ id: String, _ driver: any TransactionDriver) -> RecoveryEvent {
        do {
            let description = try driver.describe(transactionalID: id)
            return .described(description, wallClockMilliseconds: wallClockMilliseconds())
        } catch {
            return .describeFailed(error.code, message: error.message)
        }
    }

    /// A failpoint at a place that cannot fail.
    private func arrive(_ point: Failpoint) { try? Failpoint.reached(point) }
}
