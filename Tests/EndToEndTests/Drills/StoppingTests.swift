import Glibc
import Testing

/// Ends on purpose, and starts again with another parallelism.
@Suite struct StoppingTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func aStopTakesAFinalCheckpointAndCommitsIt(signal: Int32) throws {
        let drill = try Drill("stop-\(signal)")
        // Only the final checkpoint can make anything visible.
        drill.pipeline.checkpointInterval = "10 min"
        drill.pipeline.checkpointTimeout = "1 min"
        drill.pipeline.transactionTimeout = "15 min"
        try drill.write(ColorEvent.make(count: 1000, seed: UInt64(signal)))
        let runner = try drill.start()
        try drill.waitForResults(from: runner, isolation: "read_uncommitted")
        #expect(try drill.output.read().isEmpty)
        runner.signal(signal)
        #expect(try runner.waitForEnd() == .exited(0), "\(runner.tail())")
        try drill.expectExactlyOnce()
        // What was stopped goes on from where it was.
        try drill.write(ColorEvent.make(count: 500, seed: 15))
        try drill.finish()
        try drill.expectExactlyOnce()
    }

    @Test func aSecondSignalEndsTheRunAtOnceAndTheNextOneRecovers() throws {
        let drill = try Drill("stop-twice")
        // However slow the machine is, the second signal comes before the checkpoint has timed out.
        drill.pipeline.checkpointTimeout = "5 min"
        try drill.write(ColorEvent.make(count: 1000, seed: 143))
        // The first checkpoint's files never get written, so the final one cannot complete.
        let runner = try drill.start(failpoints: "P4:hang,P4:hang@2,P4:hang@3,P4:hang@4")
        try runner.waitForLog("failpoint")
        runner.signal(SIGTERM)
        try runner.waitForLog("stopping")
        runner.signal(SIGTERM)
        #expect(try runner.waitForEnd() == .exited(143), "\(runner.tail())")
        try drill.finish()
        try drill.expectExactlyOnce()
    }

    @Test func aJobKilledAtOneParallelismContinuesAtOthers() throws {
        let drill = try Drill("rescale")
        try drill.runUntilKilled(at: "P6:kill@3", seed: 128)
        try drill.finish(["-p", "3"])
        try drill.expectExactlyOnce()
        try drill.write(ColorEvent.make(count: 1000, seed: 129))
        try drill.finish(["-p", "1"])
        try drill.expectExactlyOnce()
    }
}
