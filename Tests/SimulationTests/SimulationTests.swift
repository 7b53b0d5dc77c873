import Checkpointing
import Foundation
import StreamTesting
import Testing

/// A whole job under crashes, power cuts, paused attempts, time-outs and lost answers, from a seed.
///
/// `MILLRACE_SEED=n swift test --filter SimulationTests` runs one seed and prints every step.
@Suite struct SimulationTests {
    static let seedCount: UInt64 = 1_000
    static let chunkSize: UInt64 = 250

    static let chosenSeed = ProcessInfo.processInfo.environment["MILLRACE_SEED"].flatMap {
        UInt64($0)
    }

    /// I1 to I6 hold and the job reaches its end, or stops with a code that the damage allows; and
    /// the seeds do reach what they are meant to.
    @Test(arguments: stride(from: 0, to: seedCount, by: Int(chunkSize)).map { $0 })
    func noSeedBreaksAnInvariant(from first: UInt64) {
        if let seed = Self.chosenSeed { return replay(seed) }
        var counters = SimulationCounters()
        for seed in first..<first + Self.chunkSize {
            let result = Simulation(SimulationOptions(seed: seed)).run()
            counters += result.counters
            if let violation = result.violation {
                Issue.record("seed \(seed): \(violation); repeat with MILLRACE_SEED=\(seed)")
            }
        }
        #expect(counters.unreached == [], "the faults no longer reach these")
    }

    private func replay(_ seed: UInt64) {
        var options = SimulationOptions(seed: seed)
        options.isTracing = true
        let result = Simulation(options).run()
        for line in result.trace { print(line) }
        if let violation = result.violation { Issue.record("seed \(seed): \(violation)") }
    }

    @Test func aSeedRepeatsStepByStep() {
        var options = SimulationOptions(seed: 42)
        options.isTracing = true
        let first = Simulation(options).run()
        let second = Simulation(options).run()
        #expect(first.trace.count > 50)
        #expect(first.trace == second.trace)
    }
}

/// Every rule is there for a reason: without it some seed breaks an invariant.
@Suite struct SabotageTests {
    struct Sabotage: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: ProtocolRules
        init(_ name: String, _ rule: ProtocolRules) {
            testDescription = name
            self.rule = rule
        }
    }

    static let sabotages = [
        Sabotage("seal before every sink has passed the barrier", .sealAfterAllSinks),
        Sabotage("write into the next writer before the flush has ended", .activateAfterFlush),
        Sabotage("EndTxn before the checkpoint is durable", .commitAfterDurable),
        Sabotage("rename N+1 before N is committed", .renameAfterPredecessor),
        Sabotage("an empty checkpoint does not wait", .emptyWaits),
        Sabotage("never check the attempt", .checkAttempt),
        Sabotage("forget a declined checkpoint's transaction", .declinedJoinsNext),
        Sabotage("decline before pre-commit", .declineOnlySealed),
        Sabotage("take a commit without an answer for done", .reuseOnlyResolved),
        Sabotage("two transactions in one epoch", .freshEpoch),
        Sabotage("no checkpoint 0", .initialCheckpoint),
        Sabotage("delete the newest committed checkpoint", .keepNewestCommitted),
        Sabotage("fence before resuming", .resumeBeforeFence),
        Sabotage("believe the newest checkpoint without asking the marker", .askMarker),
        Sabotage("accept any larger marker", .markerEquality),
        Sabotage("resume a checkpoint that a power cut can take away", .makeDurable),
        Sabotage("commit a list that is not all alive", .listAllAlive),
        Sabotage("leave to the next transaction what hangs", .settleHanging),
    ]

    @Test(arguments: sabotages)
    func theSimulationCatches(_ sabotage: Sabotage) {
        let rules = ProtocolRules.all.subtracting(sabotage.rule)
        for seed in 0..<SimulationTests.seedCount {
            let options = SimulationOptions(seed: seed, rules: rules)
            if Simulation(options).run().violation != nil { return }
        }
        Issue.record("not caught in \(SimulationTests.seedCount) seeds")
    }
}
