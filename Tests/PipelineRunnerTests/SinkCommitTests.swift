import Glibc
import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import PipelineRunner

/// Output that becomes visible by a committer, after the checkpoint that has it.
@Suite("The output of a sink with a committer") struct SinkCommitTests {
    /// Fails as often as is asked.
    private final class Committer: SinkCommitter {
        enum Call: Hashable { case commit(isKnown: Bool), discard(isNewest: Bool) }
        let operatorID = EmptyPipeline.sink
        let calls = Mutex<[Call]>([])
        /// By call of `commit`, from 0.
        let failures: [Int: any Error]
        init(failures: [Int: any Error] = [:]) { self.failures = failures }

        func commit(_ committables: [[UInt8]], areKnownCommitted: Bool) throws {
            let number = calls.withLock { calls in
                calls.append(.commit(isKnown: areKnownCommitted))
                return calls.count { if case .commit = $0 { true } else { false } } - 1
            }
            if let error = failures[number] { throw error }
        }

        func discardLeftovers(keeping committables: [[UInt8]], isNewest: () -> Bool) throws {
            calls.withLock { $0.append(.discard(isNewest: isNewest())) }
        }
    }

    /// Runs a pipeline that is stopped as soon as its first run has opened.
    private func run(_ pipeline: EmptyPipeline, _ committer: Committer) -> ExitCode {
        let stopper = Stopper()
        var plan = pipeline.plan { run in if run == 1 { stopper.stop() } }
        plan.makeCommitters = { [committer] }
        let made = JobRunner(plan: plan, options: RunOptions())
        stopper.runner.withLock { $0 = made }
        defer { stopper.runner.withLock { $0 = nil } }
        return made.run()
    }

    private final class Stopper: Sendable {
        let runner = Mutex<JobRunner?>(nil)
        func stop() { runner.withLock { $0 }?.received(signal: SIGTERM) }
    }

    @Test("is committed with the last checkpoint, after what was left was looked at")
    func lastCheckpoint() {
        let committer = Committer()
        let pipeline = EmptyPipeline()
        #expect(run(pipeline, committer) == .finished)
        let calls = committer.calls.withLock { $0 }
        #expect(
            calls == [
                .commit(isKnown: false), .discard(isNewest: true), .commit(isKnown: false),
            ])
        let next = Committer()
        #expect(run(pipeline, next) == .finished)
        let first = next.calls.withLock { $0.first }
        #expect(first == .commit(isKnown: true))
    }

    @Test("that cannot be committed is no success, and is committed by the next run")
    func failedCommit() {
        let committer = Committer(failures: [1: PlannedFailure()])
        let pipeline = EmptyPipeline()
        #expect(run(pipeline, committer) == .finished)
        let runs = pipeline.restored.withLock { $0.count }
        #expect(runs == 2)
        let commits = committer.calls.withLock { $0.filter { $0 != .discard(isNewest: true) } }
        // The checkpoint was not recorded as committed.
        #expect(commits == Array(repeating: .commit(isKnown: false), count: 4))
    }

    @Test("that is lost decides the exit code")
    func lostOutput() {
        let lost = FatalError(.outputLost, "gone")
        #expect(run(EmptyPipeline(), Committer(failures: [1: lost])) == .outputLost)
        #expect(run(EmptyPipeline(), Committer(failures: [0: lost])) == .outputLost)
    }
}
