internal import Checkpointing
internal import StreamAPI
internal import StreamCore

/// What goes wrong.
extension Simulation {
    func injectFault() {
        if declinesMuch, random.oneIn(2) { return abortByAdministrator() }
        switch random.below(mayDamage ? 20 : 14) {
        case 0, 1, 2: killOne()
        case 3: killOne(downMilliseconds: Self.transactionTimeoutMilliseconds + 1)
        case 4, 5: losePower()
        case 6, 7, 8: pause()
        case 9: passTime(Self.transactionTimeoutMilliseconds / 2)
        case 10: passTime(Self.transactionTimeoutMilliseconds + 1)
        case 11: abortByAdministrator()
        case 12, 13: restartBroker()
        default: if !isDamaged { damage() }
        }
    }

    private func killOne(downMilliseconds: Int64 = 0) {
        guard let process = processes.first(where: { !$0.isPaused }) else { return }
        note("kill -9 of attempt \(process.attempt.rawValue), down \(downMilliseconds) ms")
        counters.crashes += 1
        abandon(process)
        processes.removeAll { $0.isOver }
        now += downMilliseconds
    }

    /// What had left the process arrives or not.
    func abandon(_ process: SimulatedProcess) {
        process.isOver = true
        for slot in process.writers.indices {
            guard let writer = process.writers[slot], !writer.outbox.isEmpty else { continue }
            for offset in writer.outbox.prefix(random.below(writer.outbox.count + 1)) {
                _ = coordinator.add(slot, writer.producer, offset: offset, at: now)
            }
        }
        for case .commit(let slot) in process.jobActions where random.oneIn(2) {
            if let writer = process.writers[slot] {
                strayEndTransactions.append((slot, writer.producer))
            }
        }
    }

    private func losePower() {
        note("power loss")
        counters.powerLosses += 1
        for process in processes { abandon(process) }
        processes = []
        store.losePower(&random)
    }

    private func pause() {
        guard processes.count == 1, let process = processes.first else { return }
        note("attempt \(process.attempt.rawValue) is stopped")
        counters.pauses += 1
        process.isPaused = true
    }

    /// It knows no leaders yet, so it takes partitions for deleted and skips their markers.
    private func restartBroker() {
        note("a broker restarts: the next markers are skipped")
        coordinator.skipsMarkers = true
    }

    private func passTime(_ milliseconds: Int64) {
        note("\(milliseconds) ms pass")
        now += milliseconds
    }

    func abortByAdministrator() {
        let open = coordinator.entries.indices.filter { coordinator.entries[$0].state == "Ongoing" }
        guard !open.isEmpty else { return }
        // The newest sealed one is the interesting one: it may be the last of a list.
        let sealed = coordinator.newestMarked.flatMap { open.contains($0) ? $0 : nil }
        let slot = declinesMuch ? sealed ?? open[0] : open[random.below(open.count)]
        note("an administrator aborts slot \(slot)")
        coordinator.abortByOthers(slot)
    }

    /// Outside the guarantee: the job may stop, loudly; it may not go on wrongly.
    private func damage() {
        isDamaged = true
        // Nobody repairs a folder under a live job; what it does then is not promised.
        for process in processes { abandon(process) }
        processes = []
        let listed = store.entries.indices.filter {
            store.entries[$0].isRenamed && !store.entries[$0].isDeleted
        }
        switch random.below(3) {
        case 0 where !listed.isEmpty:
            let index = listed[random.below(listed.count)]
            note("\(store.entries[index].facts.id) becomes unreadable")
            store.entries[index].isCorrupt = true
        case 1 where !listed.isEmpty:
            let index = listed[listed.count - 1]
            note("\(store.entries[index].facts.id) is deleted")
            store.entries.remove(at: index)
        default:
            note("the marker is deleted")
            coordinator.marker = nil
        }
    }
}
