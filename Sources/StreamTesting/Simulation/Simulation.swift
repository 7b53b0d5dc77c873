internal import Checkpointing
internal import StreamAPI
internal import StreamCore

/// A whole job in one thread: simulated broker, disk and time, the real state machines, and a
/// scheduler that chooses what happens next from a seed.
///
/// After the last fault the job must reach the end of its input, or stop with a code that the
/// damage done to it allows. ``run()`` checks I1 to I6 on the way.
package final class Simulation {
    static let slotCount = 4
    static let transactionTimeoutMilliseconds: Int64 = 1_000
    static let leaseMilliseconds: Int64 = 100
    static let stepMax = 6_000
    static let stormMax = 300

    let options: SimulationOptions
    var random: SplitMix64
    var now: Int64 = 0
    var coordinator = SimulatedCoordinator(
        slotCount: slotCount, timeoutMilliseconds: transactionTimeoutMilliseconds)
    var store = SimulatedStore()
    var processes: [SimulatedProcess] = []
    /// EndTxn requests on their way that nobody waits for any more.
    var strayEndTransactions: [(slot: Int, producer: ProducerIdentity)] = []
    var counters = SimulationCounters()
    var trace: [String] = []
    var violation: String?
    var isFinished = false
    var stepCount = 0
    var faultsLeft: Int
    /// The next step is a fault: something has just been done that is half a thing.
    var isTempting = false
    let mayDamage: Bool
    /// Writing metadata fails most of the time, so that transactions gather in lists.
    let declinesMuch: Bool
    var isDamaged = false
    var mayTear = false
    /// Transactions that were seen alive for an EndTxn, or whose EndTxn has been decided on.
    var isEndSent: Set<ProducerIdentity> = []
    /// Which source records have a result.
    let hasResult: [Bool]
    let settings: JobSettings
    // The checker's memory.
    var isVisible: [Bool]
    var usedIDs: Set<CheckpointID> = []
    var newestCommittedOffset = 0

    package init(_ options: SimulationOptions) {
        self.options = options
        random = SplitMix64(seed: options.seed)
        let recordCount = 6 + random.below(12)
        let gap = 2 + random.below(3)
        var results: [Bool] = []
        for _ in 0..<recordCount { results.append(!random.oneIn(gap)) }
        hasResult = results
        isVisible = Array(repeating: false, count: recordCount)
        faultsLeft = random.below(6)
        declinesMuch = random.oneIn(3)
        mayDamage = random.oneIn(6)
        settings = Self.settings(&random)
    }

    private static func settings(_ random: inout SplitMix64) -> JobSettings {
        JobSettings(
            intervalMilliseconds: 12, checkpointTimeoutMilliseconds: 150,
            tolerableFailedCheckpoints: random.oneIn(5) ? 0 : 3, numRetained: 1 + random.below(2),
            transactions: TransactionSettings(
                cluster: "c", transactionalIDs: (0..<slotCount).map { "p-\($0)" },
                timeoutMilliseconds: transactionTimeoutMilliseconds),
            subtasks: [SimulatedProcess.source] + SimulatedProcess.sinks,
            sinkSubtasks: SimulatedProcess.sinks)
    }

    package func run() -> SimulationResult {
        while violation == nil, !isFinished {
            stepCount += 1
            if stepCount > Self.stepMax { violation = "no progress after \(stepCount) steps" }
            step()
        }
        if violation == nil { finishStragglers() }
        if violation == nil { checkEnd() }
        counters.hangs = coordinator.skippedCount
        return SimulationResult(
            violation: violation, stepCount: stepCount, counters: counters, trace: trace)
    }

    private func step() {
        now += Int64(random.below(3))
        if isTempting || random.oneIn(40), faultsLeft > 0 {
            faultsLeft -= 1
            injectFault()
        } else {
            act()
        }
        isTempting = false
        coordinator.sweep(at: now)
        if !coordinator.newlyAborted.isEmpty { excuseTearing() }
        checkVisible()
    }

    /// Somebody aborted a transaction of a list after the list was found alive, or after its first
    /// EndTxn: nothing can mend that, and the job may say so.
    private func excuseTearing() {
        for entry in store.entries where entry.facts.transactions.count > 1 {
            let producers = entry.facts.transactions.map(\.producer)
            let isHit = producers.contains { coordinator.newlyAborted.contains($0) }
            if isHit, producers.contains(where: { isEndSent.contains($0) }) { mayTear = true }
        }
        coordinator.newlyAborted = []
    }

    func index(_ transactionalID: String) -> Int {
        settings.transactions?.transactionalIDs.firstIndex(of: transactionalID) ?? 0
    }

    /// Whether answers may be lost and snapshots fail.
    var isStormy: Bool { faultsLeft > 0 || declinesMuch && stepCount < Self.stormMax }

    func note(_ line: @autoclosure () -> String) {
        if options.isTracing { trace.append("\(now) \(line())") }
    }

    // MARK: Choosing

    private func act() {
        if let zombie = processes.first(where: { $0.isPaused }), random.oneIn(30) {
            note("attempt \(zombie.attempt.rawValue) wakes")
            zombie.isPaused = false
        }
        guard let process = chooseProcess() else { return startProcess() }
        advance(process)
        if processes.contains(where: \.isOver) { processes.removeAll { $0.isOver } }
    }

    private func chooseProcess() -> SimulatedProcess? {
        guard processes.count > 1 else {
            return processes.first.flatMap { $0.isPaused ? nil : $0 }
        }
        let live = processes.filter { !$0.isPaused }
        if live.count > 1 { counters.zombieSteps += 1 }
        return live.isEmpty ? nil : live[random.below(live.count)]
    }

    /// One small step of one process, or of the broker.
    private func advance(_ process: SimulatedProcess) {
        let first = random.below(6)
        for choice in 0..<6 {
            switch (first + choice) % 6 {
            case 0: if stepSource(process) { return }
            case 1: if stepSink(process) { return }
            case 2: if execute(process) { return }
            case 3: if answer(process) { return }
            case 4: if deliverRecord(process) { return }
            default: if stepBroker() { return }
            }
        }
        if process.job != nil, process.hasInput(upTo: hasResult.count) {
            process.slowSink = -1
            return
        }
        // Nothing can happen before time passes.
        if let deadline = process.job?.nextDeadlineMilliseconds { now = max(now, deadline) }
        deliver(.tick, to: process)
    }

    private func stepBroker() -> Bool {
        if !strayEndTransactions.isEmpty, random.oneIn(3) {
            let stray = strayEndTransactions.remove(at: random.below(strayEndTransactions.count))
            _ = coordinator.endTransaction(stray.slot, stray.producer)
            note("a late EndTxn for slot \(stray.slot) arrives")
            return true
        }
        guard coordinator.entries.contains(where: { $0.state == "PrepareCommit" }) else {
            return false
        }
        coordinator.completeCommits()
        note("commits complete, marker \(coordinator.marker.map { "\($0)" } ?? "none")")
        return true
    }

    // MARK: Lives

    /// A start by the supervisor, with the lock and the attempt.
    func startProcess() {
        var attempts = AttemptProtocol(leaseMilliseconds: Self.leaseMilliseconds)
        let paused = processes.first { $0.isPaused }
        // Everybody who could be alive is stopped, and has been for longer than the lease.
        if paused != nil { now += Self.leaseMilliseconds }
        var actions = attempts.handle(.started)
        while let action = actions.first {
            switch action {
            case .tryLock: actions = attempts.handle(.lockTried(acquired: paused == nil))
            case .readHeartbeat:
                let holder = paused.map { _ in
                    JobHolder(pid: 1, host: "h", sinceMilliseconds: 0, holdsLock: true)
                }
                actions = attempts.handle(
                    .heartbeatRead(holder, ageMilliseconds: Self.leaseMilliseconds))
            case .listAttempts:
                actions = attempts.handle(.attemptsListed(highest: store.newestAttempt))
            case .createAttempt(let attempt):
                let created = store.createAttempt(attempt)
                actions = attempts.handle(.attemptCreated(attempt, created: created))
            case .writeHeartbeat: actions.removeFirst()
            case .ready(let attempt): return begin(attempt)
            case .checkAttempt, .refuse, .superseded, .fail:
                violation = "a start is refused: \(action)"
                return
            }
        }
    }

    private func begin(_ attempt: Attempt) {
        note("attempt \(attempt.rawValue) starts")
        let process = SimulatedProcess(attempt: attempt, slotCount: Self.slotCount)
        var recovery = RecoveryProtocol(
            settings: .init(
                attempt: attempt, transactionalIDs: settings.transactions?.transactionalIDs ?? []),
            rules: options.rules)
        process.recoveryActions = recovery.handle(.started)
        process.recovery = recovery
        processes.append(process)
    }

    /// Whoever is still paused wakes, finds itself superseded and ends; it must change nothing.
    private func finishStragglers() {
        if isDamaged, isFinished, violation == nil, !processes.isEmpty { processes = [] }
        for process in processes { process.isPaused = false }
        var steps = 0
        while violation == nil, let process = processes.first {
            steps += 1
            if steps > Self.stepMax { violation = "a superseded attempt does not end" }
            now += 1
            advance(process)
            coordinator.sweep(at: now)
            checkVisible()
            processes.removeAll { $0.isOver }
        }
    }
}
