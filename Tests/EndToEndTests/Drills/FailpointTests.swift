import Testing

/// The runner is killed at each labelled place, restarted, and judged by a `read_committed` reader.
@Suite struct FailpointTests {
    /// Where, at which arrival there, and so in which phase of a checkpoint.
    static let places = [
        "P0:kill", "P1:kill@3", "P2:kill@5", "P3:kill@3", "P4:kill@5", "P5a:kill@3", "P5b:kill@3",
        "P5c:kill@3", "P6:kill@3", "P7:kill@3", "P8:kill@3", "P9:kill",
    ]

    @Test(arguments: places)
    func aRunKilledAnywhereContinuesWithEveryResultOnce(place: String) throws {
        let drill = try Drill("kill-" + word(place))
        try drill.runUntilKilled(at: place, seed: seed(place))
        try drill.write(ColorEvent.make(count: 500, seed: 1))
        try drill.finish()
        try drill.expectExactlyOnce()
    }

    /// With ten checkpoints a second every place is passed while the one before is hardly done.
    @Test(arguments: places)
    func aRunWithTenCheckpointsASecondKilledAnywhereContinues(place: String) throws {
        let drill = try Drill("often-" + word(place))
        drill.pipeline.checkpointInterval = "100 ms"
        try drill.runUntilKilled(at: place, seed: seed(place) &+ 1)
        try drill.write(ColorEvent.make(count: 500, seed: 2))
        try drill.finish()
        try drill.expectExactlyOnce()
    }

    @Test(arguments: places)
    func aRunOnCSVKilledAnywhereContinues(place: String) throws {
        try killAndContinue(at: place, .csv)
    }

    @Test(arguments: places)
    func aRunOnLinesOfTextKilledAnywhereContinues(place: String) throws {
        try killAndContinue(at: place, .string)
    }

    private func killAndContinue(at place: String, _ form: RecordForm) throws {
        let drill = try Drill("\(form.rawValue)-" + word(place))
        drill.pipeline.form = form
        try drill.runUntilKilled(at: place, seed: seed(place) &+ 2)
        try drill.write(ColorEvent.make(count: 500, seed: 3))
        try drill.finish()
        try drill.expectExactlyOnce()
    }

    /// The recovery of a run that died with a durable, uncommitted checkpoint dies in turn.
    @Test(arguments: ["P10a:kill", "P10b:kill", "P10d:kill"])
    func aRecoveryKilledAnywhereIsRecoveredFrom(place: String) throws {
        let drill = try Drill("recovery-" + word(place))
        try drill.runUntilKilled(at: "P6:kill@3", seed: seed(place))
        let recovering = try drill.start(failpoints: place)
        #expect(try recovering.waitForEnd() == .signalled(9))
        try drill.finish()
        try drill.expectExactlyOnce()
    }

    /// The prepared transaction timed out, and the runner dies once it has decided to roll back.
    @Test func aRollBackKilledAfterItsDecisionIsDecidedAgain() throws {
        let drill = try Drill("recovery-P10c")
        drill.pipeline.transactionTimeout = "15 s"
        try drill.runUntilKilled(at: "P6:kill@3", seed: 10)
        try drill.waitUntilNothingHoldsReadersBack()
        let recovering = try drill.start(failpoints: "P10c:kill")
        #expect(try recovering.waitForEnd() == .signalled(9))
        try drill.finish()
        try drill.expectExactlyOnce()
    }

    /// What was durable is committed by the very transaction that the dead run prepared, not
    /// written again by another.
    @Test func thePreparedTransactionIsResumedNotAborted() throws {
        let drill = try Drill("resume")
        try drill.runUntilKilled(at: "P6:kill@3", seed: 6)
        // The next checkpoint's transaction may be open too; the prepared one is older.
        let prepared = try #require(try drill.broker.oldestOngoing(prefix: drill.name))
        let log = try drill.finish().output()
        let identity = "producer_id=\(prepared.producerID) epoch=\(prepared.producerEpoch)"
        #expect(log.contains(identity), "the log names the transaction that was resumed: \(log)")
        let ends = try drill.broker.endMarkers(topic: drill.output.name).filter {
            $0.producerID == prepared.producerID && $0.producerEpoch == prepared.producerEpoch
        }
        #expect(!ends.isEmpty, "the prepared transaction wrote to the output")
        #expect(ends.filter { !$0.isCommit }.isEmpty)
        try drill.expectExactlyOnce()
    }

    private func word(_ place: String) -> String { String(place.prefix { $0 != ":" }) }

    /// Another seed for each place, the same in each run.
    private func seed(_ place: String) -> UInt64 {
        place.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }
    }
}
