import Foundation
import Glibc
import StreamAPI
import Synchronization
import Testing

@testable import PipelineRunner

@Suite("A job whose runs fail") struct JobRunnerTests {
    /// Stops the runner from within its first run: the signal arrives as from outside.
    private final class Stopper: Sendable {
        let runner = Mutex<JobRunner?>(nil)
        func stop() { runner.withLock(\.self)?.received(signal: SIGTERM) }
    }

    /// Runs the pipeline until it ends, with a stop as soon as its first run has opened.
    ///
    /// - Returns: The exit code and what each run was given to restore.
    private func run(
        _ pipeline: EmptyPipeline, failing count: Int, _ options: RunOptions = RunOptions()
    ) -> (code: ExitCode, restored: [[[UInt8]]?]) {
        let stopper = Stopper()
        pipeline.finalBarriersThatFail.store(count, ordering: .relaxed)
        pipeline.restored.withLock { $0 = [] }
        let plan = pipeline.plan { run in if run == 1 { stopper.stop() } }
        let runner = JobRunner(plan: plan, options: options)
        stopper.runner.withLock { $0 = runner }
        let code = runner.run()
        stopper.runner.withLock { $0 = nil }
        return (code, pipeline.restored.withLock(\.self))
    }

    @Test("a stop whose final checkpoint failed is carried out by the run that follows")
    func stopOutlivesAFailure() {
        let ended = run(EmptyPipeline(), failing: 2)
        #expect(ended.code == .finished)
        #expect(ended.restored.count == 3)
    }

    @Test("a new life that failed before its first checkpoint is begun again, not the former one")
    func newLifeOutlivesAFailure() {
        let pipeline = EmptyPipeline()
        #expect(run(pipeline, failing: 0).code == .finished)
        #expect(run(pipeline, failing: 0).restored == [[[7]]])
        var options = RunOptions()
        options.isFresh = true
        let ended = run(pipeline, failing: 1, options)
        #expect(ended.code == .finished)
        #expect(ended.restored == [nil, nil])
        #expect(run(pipeline, failing: 0).restored == [[[7]]])
    }

    @Test(
        "a mistyped -s is refused before the job is taken: no folder, no attempt",
        arguments: ["/no/such/folder", "/etc/passwd", ""])
    func mistypedSavepointLeavesNothingBehind(path: String) {
        let pipeline = EmptyPipeline()
        var options = RunOptions()
        options.savepointPath = path
        #expect(run(pipeline, failing: 0, options).code == .snapshotCorrupt)
        #expect(!FileManager.default.fileExists(atPath: pipeline.folder.path()))
    }
}
