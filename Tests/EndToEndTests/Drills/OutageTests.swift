import Foundation
import Glibc
import Testing

/// The broker is away between a checkpoint's pre-commit and its completion, and longer than the
/// transaction lives: the drill on which a runner that resumes blindly loses the checkpoint's
/// output.
@Suite struct OutageTests {
    enum Outage: String, CaseIterable { case paused, killed }

    @Test(arguments: Outage.allCases)
    func aCheckpointWhoseTransactionTimedOutIsRolledBackAndReplayed(outage: Outage) throws {
        let drill = try lostTransaction(outage)
        let runner = try drill.finish()
        let rollBacks = runner.output().split(separator: "\n").filter {
            $0.contains("rolled back: the transactions")
        }
        #expect(rollBacks.count == 1, "\(rollBacks)")
        try drill.expectExactlyOnce()
    }

    @Test func withoutTheCheckpointToRollBackToTheRunRefusesAndNamesWhatIsLost() throws {
        let drill = try lostTransaction(.paused)
        let before = try drill.output.read()
        for checkpoint in drill.durableCheckpoints().dropLast() { try checkpoint.remove() }
        let message = try drill.expectRefusal(79)
        let named = message.matches(of: /\.results\[([0-2])\] (\d+)\.\.(\d+)/)
        #expect(Set(named.map(\.output.1)).count >= 2, "topics, partitions, offsets: \(message)")
        #expect(try drill.output.read() == before)
        try drill.expectNothingOpen()
    }

    /// A broker that finds an expired transaction while it starts may abort it without a marker in some
    /// partition; a matter of milliseconds, so several rounds. The next transaction of the same producer
    /// id, when it commits, would commit those records, too: results that the job has produced again.
    @Test func whatAStartingBrokerLeavesHangingIsNotCommittedLater() throws {
        let drill = try Drill("hanging", ownBroker: true)
        let long = drill.pipeline.transactionTimeout
        try drill.finish()
        for round in 0..<3 {
            try drill.write(ColorEvent.make(count: 5_000, seed: UInt64(90 + round)))
            // Its time may be over before it dies, the machine being slow: once more then.
            drill.pipeline.transactionTimeout = "2 s"
            try wait(for: "a run to be killed") {
                try drill.start(failpoints: "P3:kill").waitForEnd() == .signalled(SIGKILL)
            }
            drill.pipeline.transactionTimeout = long
            try drill.broker.killHard()
            try drill.broker.restart()
            try drill.waitUntilNothingIsOngoing()
            let hangs = try drill.output.isHeldBack()
            let log = try drill.finish().output()
            #expect(!hangs || log.contains("a transaction hung"), "\(log)")
            try drill.expectExactlyOnce()
        }
    }

    /// 20,000 events committed; the transaction of the checkpoint with 20,000 more is prepared, the
    /// checkpoint durable, the runner dead, and the coordinator has aborted the transaction.
    private func lostTransaction(_ outage: Outage) throws -> Drill {
        let drill = try Drill("outage", ownBroker: true)
        drill.pipeline.checkpointInterval = "1 s"
        // The checkpoint's time runs on while the runner is stopped and the broker is taken away,
        // which a busy machine does slowly. So it is long: the checkpoint becomes durable.
        drill.pipeline.checkpointTimeout = "60 s"
        // A broker that finds an expired transaction while it starts may take the partitions, still
        // without a leader, for deleted and skip their abort markers; readers are then held back for
        // ever (Kafka 4.3.1, TransactionMarkerChannelManager). So the broker is back up first.
        drill.pipeline.transactionTimeout = outage == .paused ? "20 s" : "60 s"
        drill.pipeline.checkpointsRetained = 3
        try drill.write(ColorEvent.make(count: 20_000, seed: 40))
        try drill.finish()
        try drill.write(ColorEvent.make(count: 20_000, seed: 41))

        let runner = try drill.start(failpoints: "P5a:stop,P6:kill")
        try runner.waitForStop()
        if outage == .paused { try drill.broker.pause() } else { try drill.broker.killHard() }
        runner.signal(SIGCONT)
        #expect(try runner.waitForEnd() == .signalled(SIGKILL), "\(runner.tail())")

        if outage == .paused { try drill.broker.resume() } else { try drill.broker.restart() }
        try drill.waitUntilNothingHoldsReadersBack()
        return drill
    }
}

/// The checkpoint folder is gone, but Kafka still has the job's commit marker.
@Suite struct LostFolderTests {
    @Test func aMarkerWithoutCheckpointsIsRefusedUntilANewLifeIsDeclared() throws {
        let drill = try Drill("folder-gone")
        try drill.write(ColorEvent.make(count: 1000, seed: 80))
        try drill.finish()
        let firstLife = try drill.output.read()
        let newest = try #require(drill.durableCheckpoints().last)
        try FileManager.default.removeItem(atPath: drill.pipeline.checkpointFolder)

        let message = try drill.expectRefusal(80)
        #expect(message.contains("--fresh"), "the operator's choice is named: \(message)")
        #expect(try drill.output.read() == firstLife)

        try drill.finish(["--fresh"])
        let oldest = try #require(drill.durableCheckpoints().first)
        #expect(oldest.attempt > newest.attempt, "ids of the new life lie above the marker")
        // The new life counts from the first event again, once.
        let all = try drill.output.read()
        let secondLife = all.filter { !firstLife.contains($0) }
        #expect(all.count == 2 * firstLife.count)
        #expect(ColorOracle(events: drill.written).judge(secondLife) == .exactlyOnce)
        try drill.expectNothingOpen()
    }
}
