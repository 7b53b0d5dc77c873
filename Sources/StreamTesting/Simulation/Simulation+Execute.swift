internal import Checkpointing
internal import StreamAPI
internal import StreamCore

/// Carries out the actions of a process on the simulated broker and disk. An action and its answer
/// are two steps: a process may die or sleep between them.
extension Simulation {
    func execute(_ process: SimulatedProcess) -> Bool {
        if !process.recoveryActions.isEmpty {
            execute(process.recoveryActions.removeFirst(), process)
            isTempting = random.oneIn(20)
            return true
        }
        if !process.syncs.isEmpty, random.oneIn(2) {
            let id = process.syncs.removeFirst()
            store.sync(id)
            process.jobEvents.append(.metadataRenamed(id))
            return true
        }
        guard !process.jobActions.isEmpty else { return false }
        let index = firstRunnable(process.jobActions, from: random.below(process.jobActions.count))
        let action = process.jobActions.remove(at: index)
        execute(action, process)
        isTempting = isHalfAThing(action) && random.oneIn(declinesMuch ? 10 : 12)
        return true
    }

    /// Faults are most telling between these and their answers.
    private func isHalfAThing(_ action: JobAction) -> Bool {
        switch action {
        case .renameMetadata, .commit, .describe, .checkAttempt(.commit): true
        case .checkAttempt(.initialize), .sendMarker: random.oneIn(3)
        default: false
        }
    }

    /// Actions for one slot run in order.
    private func firstRunnable(_ actions: [JobAction], from index: Int) -> Int {
        guard let slot = slot(of: actions[index]) else { return index }
        return actions.firstIndex { self.slot(of: $0) == slot } ?? index
    }

    private func slot(of action: JobAction) -> Int? {
        switch action {
        case .initialize(let slot), .flush(let slot), .sendMarker(let slot, _), .describe(let slot),
            .commit(let slot), .destroy(let slot), .fence(let slot):
            slot
        default: nil
        }
    }

    private func execute(_ action: JobAction, _ process: SimulatedProcess) {
        note("\(process.attempt.rawValue) does \(action)")
        switch action {
        case .checkAttempt(let gate):
            process.jobEvents.append(.attemptChecked(gate, standing(process)))
        case .writeMetadata(let facts): write(facts, process)
        case .renameMetadata(let id):
            store.rename(id)
            process.syncs.append(id)
        case .recordCommitted(let id): store.recordCommitted(id)
        case .delete(let id): store.delete(id)
        case .destroy(let slot): process.writers[slot] = nil
        default: process.jobEvents.append(call(action, process))
        }
    }

    private func standing(_ process: SimulatedProcess) -> AttemptStanding {
        process.attempt == store.newestAttempt ? .newest : .superseded(by: store.newestAttempt)
    }

    private func write(_ facts: CheckpointFacts, _ process: SimulatedProcess) {
        // The end of a list may die before its first EndTxn.
        if facts.transactions.count > 1, isStormy, random.oneIn(3) { abortByAdministrator() }
        let isTolerable = facts.kind == .checkpoint && !facts.isInitial
        if isStormy, random.oneIn(isTolerable ? (declinesMuch ? 2 : 6) : 60) {
            process.jobEvents.append(.storageFailed(facts.id, message: "ENOSPC"))
            return
        }
        let snapshot = process.snapshots.last { $0.id == facts.id }
        store.write(facts, sourceOffset: snapshot?.offset ?? process.startOffset)
        process.jobEvents.append(.metadataWritten(facts.id))
    }

    // MARK: Transactions

    private func call(_ action: JobAction, _ process: SimulatedProcess) -> JobEvent {
        switch action {
        case .initialize(let slot): return initialize(slot, process)
        case .flush(let slot): return flush(slot, process)
        case .sendMarker(let slot, let id):
            guard let writer = process.writers[slot],
                coordinator.add(slot, writer.producer, marker: id, at: now)
            else { return failed(slot, .fenced) }
            return .markerSent(slot: slot)
        case .describe(let slot):
            isEndSent.insert(coordinator.entries[slot].identity)
            return .described(
                slot: slot, coordinator.describe(slot), wallClockMilliseconds: now)
        case .commit(let slot): return commit(slot, process)
        case .fence(let slot):
            let isFenced = coordinator.initProducer(slot) != nil
            return .fenced(slot: slot, isFenced ? .fenced : .unanswered(reason: "51"))
        default: return .tick
        }
    }

    private func failed(_ slot: Int, _ code: TransactionError.Code) -> JobEvent {
        if code == .unanswered { counters.unanswered += 1 }
        return .transactionFailed(slot: slot, code, message: "simulated")
    }

    private func initialize(_ slot: Int, _ process: SimulatedProcess) -> JobEvent {
        guard let producer = coordinator.initProducer(slot) else {
            return failed(slot, .unanswered)
        }
        process.writers[slot] = SimulatedProcess.Writer(producer: producer)
        return .initialized(slot: slot, producer)
    }

    private func flush(_ slot: Int, _ process: SimulatedProcess) -> JobEvent {
        while sendOne(process, slot) {}
        guard let writer = process.writers[slot], !writer.isFenced else {
            return failed(slot, .fenced)
        }
        process.writers[slot]?.sentCount = 0
        guard writer.sentCount > 0 else {
            return .flushed(slot: slot, FlushReport(output: [], beginTimeMilliseconds: nil))
        }
        let range = OutputRange(
            topic: "out", partition: PartitionIndex(rawValue: 0), recordCount: writer.sentCount,
            firstOffset: -1, lastOffset: -1)
        return .flushed(slot: slot, FlushReport(output: [range], beginTimeMilliseconds: now))
    }

    /// EndTxn by the client, with what a network does to it.
    private func commit(_ slot: Int, _ process: SimulatedProcess) -> JobEvent {
        guard let writer = process.writers[slot] else { return failed(slot, .fenced) }
        if isStormy, random.oneIn(4) { return failed(slot, .unanswered) }
        if isStormy, random.oneIn(6) {
            counters.duplicates += 1
            strayEndTransactions.append((slot, writer.producer))
        }
        let answer = coordinator.endTransaction(slot, writer.producer)
        if isStormy, random.oneIn(8) { return failed(slot, .unanswered) }
        switch answer {
        case .done: return ended(slot, writer.producer)
        case .concurrent: return failed(slot, .unanswered)
        case .fenced, .refused: return failed(slot, .fenced)
        }
    }

    /// The driver waits for the markers.
    private func ended(_ slot: Int, _ producer: ProducerIdentity) -> JobEvent {
        coordinator.completeCommits()
        return coordinator.hangs(producer) ? failed(slot, .failed) : .committed(slot: slot)
    }

    // MARK: Recovery

    private func execute(_ action: RecoveryAction, _ process: SimulatedProcess) {
        note("\(process.attempt.rawValue) does \(action)")
        switch action {
        case .listCheckpoints:
            lookForLife(process)
            process.recoveryEvents.append(.listed(store.listing))
        case .checkAttempt: process.recoveryEvents.append(.attemptChecked(standing(process)))
        case .makeDurable(let id):
            store.sync(id)
            process.recoveryEvents.append(.madeDurable(id))
        case .describe(let id):
            isEndSent.insert(coordinator.entries[index(id)].identity)
            process.recoveryEvents.append(
                .described(coordinator.describe(index(id)), wallClockMilliseconds: now))
        case .endTransaction(let transaction):
            process.recoveryEvents.append(.endTransactionAnswered(resume(transaction)))
        case .fence(let id):
            let isFenced = coordinator.initProducer(index(id)) != nil
            process.recoveryEvents.append(
                .fenceAnswered(isFenced ? .fenced : .unanswered(reason: "51")))
        case .readMarker: process.recoveryEvents.append(.markerRead(coordinator.readMarker()))
        case .settle(let committed):
            if isStormy, random.oneIn(8) {
                process.recoveryEvents.append(.settleAnswered(.unanswered(reason: "lost")))
                return
            }
            coordinator.settle(committed: Set(committed))
            process.recoveryEvents.append(.settleAnswered(.settled([])))
        case .wait(let milliseconds, _):
            now += milliseconds
            process.recoveryEvents.append(.waited)
        case .recordCommitted(let id): store.recordCommitted(id)
        case .takeAttempt, .finish: fail("unexpected \(action)")
        }
    }

    private func resume(_ transaction: PreparedTransaction) -> EndTransactionAnswer {
        counters.resumes += 1
        if isStormy, random.oneIn(8) { return .unanswered(reason: "lost") }
        switch coordinator.endTransaction(index(transaction.transactionalID), transaction.producer)
        {
        case .done: return .committed
        case .concurrent: return .unanswered(reason: "51")
        case .fenced: return .refused(code: 90)
        case .refused(let code): return .refused(code: code)
        }
    }

    /// For the checker: would resuming succeed, if nobody else interferes?
    private func lookForLife(_ process: SimulatedProcess) {
        guard process.foundAlive == nil else { return }
        let newest = store.listing.filter { $0.facts != nil }.max { $0.id < $1.id }
        process.foreignAborts = coordinator.foreignAbortCount
        process.foundAlive =
            newest?.facts?.transactions.allSatisfy {
                TransactionProbe.isAlive(
                    $0, in: coordinator, slot: index($0.transactionalID), at: now)
            } ?? false
        if processes.count > 1 { process.foundAlive = false }
    }
}

/// The checker's own view of a transaction, apart from the code under test.
enum TransactionProbe {
    static func isAlive(
        _ transaction: PreparedTransaction, in coordinator: SimulatedCoordinator, slot: Int,
        at now: Int64
    ) -> Bool {
        let entry = coordinator.entries[slot]
        guard entry.identity == transaction.producer else { return false }
        if entry.state == "CompleteCommit" || entry.state == "PrepareCommit" { return true }
        return entry.state == "Ongoing"
            && now - entry.startMilliseconds < coordinator.timeoutMilliseconds / 2
    }
}
