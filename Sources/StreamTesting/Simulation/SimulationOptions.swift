package import Checkpointing

/// What one simulated run is: everything follows from these.
package struct SimulationOptions: Sendable {
    package var seed: UInt64
    /// All, but for what a sabotage takes out.
    package var rules: ProtocolRules
    /// Keep a line per step, for a failing seed.
    package var isTracing = false

    package init(seed: UInt64, rules: ProtocolRules = .all) {
        self.seed = seed
        self.rules = rules
    }
}

/// What a run showed.
package struct SimulationResult: Sendable {
    /// What was broken, with the invariant's name; nil: nothing.
    package let violation: String?
    package let stepCount: Int
    /// How often each thing of interest happened, to show that runs reach it.
    package let counters: SimulationCounters
    package let trace: [String]
}

/// What the seeds reach, summed; a test asserts that none stays at zero.
package struct SimulationCounters: Sendable {
    package var crashes = 0
    package var powerLosses = 0
    package var pauses = 0
    package var zombieSteps = 0
    package var rollBacks = 0
    package var resumes = 0
    package var declined = 0
    package var lists = 0
    package var emptyCheckpoints = 0
    package var unanswered = 0
    package var duplicates = 0
    package var superseded = 0
    package var damagedStops = 0
    package var failOvers = 0
    package var committed = 0
    package var hangs = 0
    package init() {}

    /// What never happened.
    package var unreached: [String] {
        Mirror(reflecting: self).children.compactMap { child in
            child.value as? Int == 0 ? child.label : nil
        }
    }

    package static func += (a: inout SimulationCounters, b: SimulationCounters) {
        a.crashes += b.crashes
        a.powerLosses += b.powerLosses
        a.pauses += b.pauses
        a.zombieSteps += b.zombieSteps
        a.rollBacks += b.rollBacks
        a.resumes += b.resumes
        a.declined += b.declined
        a.lists += b.lists
        a.emptyCheckpoints += b.emptyCheckpoints
        a.unanswered += b.unanswered
        a.duplicates += b.duplicates
        a.superseded += b.superseded
        a.damagedStops += b.damagedStops
        a.failOvers += b.failOvers
        a.committed += b.committed
        a.hangs += b.hangs
    }
}
