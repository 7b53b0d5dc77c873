import StreamAPI
import StreamCore
import StreamTesting
import Testing

@testable import Checkpointing

/// Every event in every state: no trap, and nothing happens that nobody waits for.
@Suite struct EveryPairTests {
    static let id = CheckpointID(attempt: Attempt(rawValue: 1), sequence: 1)

    // MARK: Recovery

    private static let recoveryEvents: [RecoveryEvent] = [
        .started, .listed([]), .attemptChecked(.newest), .madeDurable(id),
        .storageFailed(message: "EIO"),
        .described(
            TransactionDescription(
                state: "Ongoing", producer: Words.producer(slot: 0, epoch: 1),
                timeoutMilliseconds: 1, startTimeMilliseconds: 0), wallClockMilliseconds: 0),
        .describeFailed(.unanswered, message: "m"), .endTransactionAnswered(.committed),
        .fenceAnswered(.fenced), .markerRead(.absent), .settleAnswered(.settled([])),
        .waited, .attemptTaken(Attempt(rawValue: 9)),
    ]

    /// Whatever comes, recovery asks at most one question at a time, and ends at most once.
    @Test(arguments: 0..<400 as Range<UInt64>)
    func recoveryAsksOneQuestionAtATime(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let stored = try Self.someStore(&random)
        var recovery = RecoveryProtocol(
            settings: .init(
                attempt: Attempt(rawValue: 2), transactionalIDs: ["p-0", "p-1"],
                isFresh: random.oneIn(3)))
        var events = Self.recoveryEvents
        events[1] = .listed(stored)
        var hasEnded = false
        for _ in 0..<60 {
            let actions = recovery.handle(events[random.below(events.count)])
            if hasEnded { #expect(actions.isEmpty) }
            let questions = actions.filter { action in
                if case .recordCommitted = action { false } else { true }
            }
            #expect(questions.count <= 1)
            if case .finish = actions.last { hasEnded = true }
        }
    }

    private static func someStore(_ random: inout SplitMix64) throws -> [StoredCheckpoint] {
        let transactions = try ["p-0@1=1-1", "p-1@1=1-1"].map(Words.transaction)
        let facts = CheckpointFacts(
            id: id, transactions: Array(transactions.prefix(random.below(3))))
        return [
            StoredCheckpoint(
                id: id, content: .readable(facts), isRecordedCommitted: random.oneIn(2))
        ]
    }

    // MARK: The running job

    private static func jobEvents(slot: Int, _ id: CheckpointID) -> [JobEvent] {
        let subtask = SubtaskID(vertex: 1, index: 0)
        let range = OutputRange(
            topic: "t", partition: PartitionIndex(rawValue: 0), recordCount: 1, firstOffset: 0,
            lastOffset: 0)
        let description = TransactionDescription(
            state: "Ongoing", producer: Words.producer(slot: slot, epoch: 1),
            timeoutMilliseconds: 60_000, startTimeMilliseconds: 0)
        return [
            .tick, .checkpointRequested, .sinkPassed(subtask, id), .acknowledged(subtask, id),
            .attemptChecked(.initialize(slot: slot), .newest),
            .attemptChecked(.rename(id), .newest), .attemptChecked(.commit(id), .newest),
            .attemptChecked(.fence, .newest),
            .initialized(slot: slot, Words.producer(slot: slot, epoch: 1)),
            .flushed(slot: slot, FlushReport(output: [range], beginTimeMilliseconds: 0)),
            .flushed(slot: slot, FlushReport(output: [], beginTimeMilliseconds: nil)),
            .markerSent(slot: slot),
            .described(slot: slot, description, wallClockMilliseconds: 0),
            .committed(slot: slot), .fenced(slot: slot, .fenced),
            .transactionFailed(slot: slot, .unanswered, message: "m"), .metadataWritten(id),
            .metadataRenamed(id), .inputEnded, .stopRequested,
            .declined(subtask, id, message: "m"), .storageFailed(id, message: "m"),
            .transactionFailed(slot: slot, .fenced, message: "m"),
            .subtaskFailed(subtask, message: "m"),
        ]
    }

    private static func job(_ random: inout SplitMix64) -> JobProtocol {
        let subtask = SubtaskID(vertex: 1, index: 0)
        let settings = JobSettings(
            intervalMilliseconds: 10, checkpointTimeoutMilliseconds: 5_000,
            tolerableFailedCheckpoints: 2,
            transactions: TransactionSettings(
                cluster: "c", transactionalIDs: ["p-0", "p-1", "p-2", "p-3"],
                timeoutMilliseconds: 60_000),
            subtasks: [subtask], sinkSubtasks: [subtask])
        return JobProtocol(
            settings: settings,
            start: JobStart(
                attempt: Attempt(rawValue: 1), restored: nil,
                needsInitialCheckpoint: random.oneIn(2), marker: nil, nextSequence: 0))
    }

    /// Random events reach every pair of a slot's state and an event about it, and none of them
    /// breaks what the pool promises.
    @Test func everySlotStateMeetsEveryEvent() {
        var reached: Set<String> = []
        for seed in 0..<40 as Range<UInt64> { Self.walk(seed, &reached) }
        let states: [TransactionPool.State] = [
            .free, .warming, .ready, .active, .sealing, .sealed, .committing, .unresolved,
        ]
        let eventCount = Self.jobEvents(slot: 0, Self.id).count
        let missing = states.flatMap { state in
            (0..<eventCount).map { "\(state)+\($0)" }.filter { !reached.contains($0) }
        }
        #expect(missing == [])
    }

    private static func walk(_ seed: UInt64, _ reached: inout Set<String>) {
        var random = SplitMix64(seed: seed)
        var job = job(&random)
        _ = job.handle(.started, at: 0)
        var now: Int64 = 0
        for _ in 0..<300 {
            now += Int64(random.below(6))
            let slot = random.below(4)
            let id = CheckpointID(
                attempt: Attempt(rawValue: 1),
                sequence: job.coordinator.pending?.id.sequence
                    ?? job.commits.first?.facts.id.sequence ?? 0)
            let events = jobEvents(slot: slot, id)
            if random.oneIn(8), let state = job.pool?[slot].state {
                // A struct: every event can be tried on a copy.
                for index in events.indices {
                    var copy = job
                    check(copy.handle(events[index], at: now), before: job, seed)
                    reached.insert("\(state)+\(index)")
                }
            }
            // The walk itself goes on without the events that end a job.
            let before = job
            check(job.handle(events[random.below(18)], at: now), before: before, seed)
        }
    }

    /// A slot is initialised only out of `free` or `warming`; a commit is for a durable checkpoint.
    private static func check(_ actions: [JobAction], before: JobProtocol, _ seed: UInt64) {
        if before.ending == .ended { #expect(actions.isEmpty, "seed \(seed)") }
        for case .initialize(let slot) in actions {
            #expect(before.pool?[slot].state == .warming, "seed \(seed)")
        }
        for case .commit(let slot) in actions {
            let state = before.pool?[slot].state
            #expect(state == .committing || state == .unresolved, "seed \(seed)")
        }
        let ends = actions.count { action in
            switch action {
            case .failOver, .stop: true
            default: false
            }
        }
        #expect(ends <= 1, "seed \(seed)")
    }

    // MARK: Attempts and alignment

    @Test(arguments: 0..<100 as Range<UInt64>)
    func attemptsNeverGoDownAndEndOnce(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var attempts = AttemptProtocol(leaseMilliseconds: 100)
        var highest = Attempt(rawValue: 0)
        var hasEnded = false
        for _ in 0..<60 {
            let number = Attempt(rawValue: UInt32(random.below(4)) + highest.rawValue)
            let holder = JobHolder(
                pid: 1, host: "h", sinceMilliseconds: 0, holdsLock: random.oneIn(2))
            let events: [AttemptProtocol.Event] = [
                .started, .lockTried(acquired: !random.oneIn(4)),
                .heartbeatRead(random.oneIn(3) ? nil : holder, ageMilliseconds: 100),
                .attemptsListed(highest: highest),
                .attemptCreated(number, created: !random.oneIn(4)),
                .heartbeatDue, .raiseRequested(above: number), .attemptChecked(.newest),
            ]
            let actions = attempts.handle(events[random.below(events.count)])
            if hasEnded { #expect(actions.isEmpty) }
            for action in actions {
                switch action {
                case .ready(let attempt):
                    #expect(attempt > highest)
                    highest = attempt
                case .refuse, .superseded, .fail: hasEnded = true
                default: break
                }
            }
        }
    }

    /// Barriers in any order per input: every snapshot has a higher id than the last, and once every
    /// input has ended nothing is blocked.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func alignmentNeverGoesBackAndNeverHangs(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let inputCount = 1 + random.below(4)
        var aligner = BarrierAligner(inputCount: inputCount)
        var next = Array(repeating: UInt32(1), count: inputCount)
        var last: CheckpointID?
        func take(_ actions: [BarrierAligner.Action]) {
            for case .snapshot(let barrier) in actions {
                if let last { #expect(barrier.id > last) }
                last = barrier.id
            }
        }
        for _ in 0..<50 {
            let input = random.below(inputCount)
            if aligner.isBlocked(input) { continue }
            if random.oneIn(8) { next[input] += 1 }
            let id = CheckpointID(attempt: Attempt(rawValue: 1), sequence: next[input])
            next[input] += 1
            let barrier = CheckpointBarrier(id: id, kind: .checkpoint)
            take(aligner.handle(.barrier(barrier, input: input)))
            if random.oneIn(6) { take(aligner.handle(.cancelled(id))) }
        }
        for input in 0..<inputCount { take(aligner.handle(.endOfInput(input))) }
        for input in 0..<inputCount { #expect(!aligner.isBlocked(input)) }
    }
}
