import Foundation
import Glibc
import Testing

/// One runner at a time: who holds the job, who may take it over, and what becomes of the other.
@Suite struct OwnershipTests {
    @Test func aSecondRunnerIsRefusedWhileTheFirstLives() throws {
        let drill = try Drill("second-runner")
        let first = try runningJob(drill)
        let message = try drill.expectRefusal(75)
        #expect(message.contains("\(first.processID)"), "the holder's pid: \(message)")
        #expect(message.contains(ProcessInfo.processInfo.hostName), "its host: \(message)")
        #expect(message.contains(/\d{4}-\d\d-\d\dT\d\d:\d\d/), "since when: \(message)")
        first.signal(SIGTERM)
        #expect(try first.waitForEnd() == .exited(0), "\(first.tail())")
        try drill.expectExactlyOnce()
    }

    @Test func aKilledRunnersJobIsTakenOverAtOnce() throws {
        let drill = try Drill("take-over")
        let first = try runningJob(drill)
        first.signal(SIGKILL)
        #expect(try first.waitForEnd() == .signalled(SIGKILL))
        try drill.finish()  // waits a minute at most
        try drill.expectExactlyOnce()
    }

    @Test func aRunnerStoppedPastItsLeaseIsReplacedAndFencedWhenItWakes() throws {
        let drill = try Drill("zombie")
        drill.pipeline.leaseTimeout = "2 s"
        let zombie = try runningJob(drill)
        try drill.write(ColorEvent.make(count: 300, seed: 76))
        zombie.signal(SIGSTOP)
        try zombie.waitForStop()

        let heir = try takeOver(drill)
        try drill.write(ColorEvent.make(count: 300, seed: 77))
        try drill.waitForResults(from: heir)
        zombie.signal(SIGCONT)
        #expect(try zombie.waitForEnd() == .exited(75), "\(zombie.tail())")

        try drill.write(ColorEvent.make(count: 300, seed: 78))
        try drill.waitForResults(from: heir)
        heir.signal(SIGTERM)
        #expect(try heir.waitForEnd() == .exited(0), "\(heir.tail())")
        try drill.expectExactlyOnce()
    }

    /// A job that has committed the results of its first 300 events and goes on.
    private func runningJob(_ drill: Drill) throws -> ChildProcess {
        let runner = try drill.start()
        try drill.write(ColorEvent.make(count: 300, seed: 75))
        try drill.waitForResults(from: runner)
        return runner
    }

    /// Starts a runner again and again, as a supervisor would, until it is not refused any more.
    private func takeOver(_ drill: Drill) throws -> ChildProcess {
        var heir = try drill.start()
        let follower = try TopicFollower(of: drill.output)
        let expected = ColorOracle(events: drill.written).resultCount
        try wait(for: "the lease of the stopped runner to end") {
            if let ending = heir.endingIfEnded() {
                guard ending == .exited(75) else {
                    throw DrillError("the heir ended with \(ending)\n\(heir.tail())")
                }
                heir = try drill.start()
            }
            return follower.count >= expected
        }
        return heir
    }
}
