internal import Checkpointing
internal import StreamAPI
internal import StreamCore

/// The data path of a process, and the delivery of events to its state machines.
extension Simulation {
    static let queueMax = 2

    // MARK: Data path

    func stepSource(_ process: SimulatedProcess) -> Bool {
        guard process.job != nil, process.queues.allSatisfy({ $0.count < Self.queueMax }) else {
            return false
        }
        if let barrier = process.barrier {
            process.barrier = nil
            process.snapshots.append((barrier.id, process.nextOffset))
            process.queues[0].append(.barrier(barrier))
            process.queues[1].append(.barrier(barrier))
            acknowledge(process, SimulatedProcess.source, barrier.id)
            return true
        }
        guard process.nextOffset < hasResult.count else { return reportEnd(process) }
        guard random.oneIn(3) else { return false }
        let offset = process.nextOffset
        process.nextOffset += 1
        if hasResult[offset] { process.queues[offset % 2].append(.record(offset)) }
        return true
    }

    private func reportEnd(_ process: SimulatedProcess) -> Bool {
        if process.hasReportedEnd { return false }
        process.hasReportedEnd = true
        process.jobEvents.append(.inputEnded)
        return true
    }

    private func acknowledge(_ process: SimulatedProcess, _ subtask: SubtaskID, _ id: CheckpointID)
    {
        let isDeclined = isStormy && random.oneIn(declinesMuch ? 25 : 80)
        process.jobEvents.append(
            isDeclined ? .declined(subtask, id, message: "disk full") : .acknowledged(subtask, id))
    }

    func stepSink(_ process: SimulatedProcess) -> Bool {
        if random.oneIn(8) { process.slowSink = random.below(4) - 1 }
        let first = random.below(2)
        for sink in [first, 1 - first] {
            guard !process.isBlocked[sink], sink != process.slowSink, let slot = process.activeSlot,
                let item = process.queues[sink].first
            else { continue }
            process.queues[sink].removeFirst()
            switch item {
            case .record(let offset): process.writers[slot]?.outbox.append(offset)
            case .barrier(let barrier):
                process.isBlocked[sink] = true
                process.jobEvents.append(.sinkPassed(SimulatedProcess.sinks[sink], barrier.id))
                acknowledge(process, SimulatedProcess.sinks[sink], barrier.id)
            }
            return true
        }
        return false
    }

    /// The client sends what it holds, when it likes.
    func deliverRecord(_ process: SimulatedProcess) -> Bool {
        let first = random.below(process.writers.count)
        for index in process.writers.indices {
            let slot = (first + index) % process.writers.count
            if sendOne(process, slot) { return true }
        }
        return false
    }

    func sendOne(_ process: SimulatedProcess, _ slot: Int) -> Bool {
        guard let writer = process.writers[slot], let offset = writer.outbox.first else {
            return false
        }
        process.writers[slot]?.outbox.removeFirst()
        if coordinator.add(slot, writer.producer, offset: offset, at: now) {
            process.writers[slot]?.sentCount += 1
        } else {
            process.writers[slot]?.isFenced = true
        }
        return true
    }

    // MARK: Events in, actions out

    func answer(_ process: SimulatedProcess) -> Bool {
        if !process.recoveryEvents.isEmpty {
            let event = process.recoveryEvents.removeFirst()
            let actions = process.recovery?.handle(event) ?? []
            for action in actions { route(action, process) }
            return true
        }
        guard !process.jobEvents.isEmpty else { return false }
        let event = process.jobEvents.remove(at: random.below(process.jobEvents.count))
        deliver(event, to: process)
        return true
    }

    func deliver(_ event: JobEvent, to process: SimulatedProcess) {
        guard process.job != nil else { return }
        note("\(process.attempt.rawValue) <- \(event)")
        let actions = process.job?.handle(event, at: now) ?? []
        for action in actions where !process.isOver { route(action, process) }
    }

    private func route(_ action: JobAction, _ process: SimulatedProcess) {
        note("\(process.attempt.rawValue) -> \(action)")
        switch action {
        case .activate(let slot):
            process.activeSlot = slot
            process.isBlocked = [false, false]
        case .sendBarrier(let barrier): process.barrier = barrier
        case .cancelCheckpoint: counters.declined += 1
        case .publishOffsets: break
        case .report(let report): observe(report, process)
        case .failOver:
            counters.failOvers += 1
            abandon(process)
        case .stop(let reason): stopped(process, reason)
        case .commit(let slot):
            if let writer = process.writers[slot] { isEndSent.insert(writer.producer) }
            process.jobActions.append(action)
        default: process.jobActions.append(action)
        }
    }

    private func observe(_ report: CheckpointReport, _ process: SimulatedProcess) {
        switch report {
        case .triggered(let id, _): checkTriggered(id)
        case .committed(let id, _):
            counters.committed += 1
            guard let index = store.index(id) else { return }
            newestCommittedOffset = max(newestCommittedOffset, store.entries[index].sourceOffset)
            let count = store.entries[index].facts.transactions.count
            if count == 0 { counters.emptyCheckpoints += 1 }
            if count > 1 { counters.lists += 1 }
        case .durable, .failed: break
        }
    }

    private func stopped(_ process: SimulatedProcess, _ reason: StopReason) {
        process.isOver = true
        switch reason {
        // An old attempt that wakes between its last check and its end has nothing left to do.
        case .finished where process.attempt != store.newestAttempt: break
        case .finished:
            checkFinished()
            isFinished = true
        case .superseded:
            counters.superseded += 1
            if process.attempt == store.newestAttempt { fail("the newest attempt is superseded") }
        case .transaction: fail("stopped: \(reason)")
        }
    }

    private func route(_ action: RecoveryAction, _ process: SimulatedProcess) {
        note("\(process.attempt.rawValue) -> \(action)")
        if case .endTransaction(let transaction) = action { isEndSent.insert(transaction.producer) }
        guard case .finish(let outcome) = action else {
            process.recoveryActions.append(action)
            return
        }
        switch outcome {
        case .start(let start, let note): begin(process, start, note)
        case .stop(.superseded): process.isOver = true
        case .stop(.torn) where mayTear:
            process.isOver = true
            isDamaged = true
            isFinished = true
        case .stop(let stop):
            process.isOver = true
            if !isDamaged { return fail("I4: recovery stops without need: \(stop)") }
            counters.damagedStops += 1
            isFinished = true
        }
    }

    private func begin(_ process: SimulatedProcess, _ start: JobStart, _ note: RecoveryNote) {
        var offset = 0
        if let restored = start.restored, let index = store.index(restored.id) {
            offset = store.entries[index].sourceOffset
        }
        if case .rolledBack = note {
            counters.rollBacks += 1
            if process.foundAlive == true, process.foreignAborts == coordinator.foreignAbortCount {
                fail("I4: a prepared transaction that was alive is aborted, not resumed")
            }
        }
        // A superseded attempt may read on; it is stopped before it writes.
        if process.attempt == store.newestAttempt { checkRestored(start, offset: offset) }
        process.nextOffset = offset
        process.startOffset = offset
        process.recovery = nil
        process.recoveryActions = []
        process.job = JobProtocol(settings: settings, start: start, rules: options.rules)
        deliver(.started, to: process)
    }
}
