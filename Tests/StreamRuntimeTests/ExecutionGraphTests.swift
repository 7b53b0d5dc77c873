import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import StreamRuntime

@Suite struct ExecutionGraphTests {
    /// A graph that runs until its test is over.
    private struct Run {
        let control: PipelineControl
        let events = EventRecorder()
        let graph: ExecutionGraph

        init(
            _ job: StreamGraph, _ control: PipelineControl,
            writer: MemoryStateWriter = MemoryStateWriter(),
            restored: @escaping @Sendable (OperatorContext) -> RestoredState? = { _ in nil }
        ) throws {
            self.control = control
            var configuration = ExecutionConfiguration()
            configuration.channelElementCountMax = 4
            graph = ExecutionGraph(
                try JobGraph(job), configuration: configuration, events: events, stateWriter: writer
            )
            try graph.start(restored: restored)
        }

        var subtaskCount: Int { graph.subtaskIDs.count }

        func cancel() -> [String] { graph.cancel(within: .seconds(120)) }
    }

    private func items(_ snapshots: [SubtaskSnapshot], of id: String) -> Int64 {
        let states = snapshots.flatMap(\.operators).filter { $0.operatorID.rawValue.hasPrefix(id) }
        return states.flatMap(\.items).reduce(0) { $0 + decode($1) }
    }

    @Test(arguments: [1, 2, 5], [1, 2])
    func `A checkpoint cuts sources, state and sinks at the same row`(
        parallelism: Int, sourceCount: Int
    ) throws {
        let control = PipelineControl()
        let run = try Run(
            .counting(control, parallelism: parallelism, sourceCount: sourceCount), control)
        defer { _ = run.cancel() }
        for sequence in 1...5 as ClosedRange<UInt32> {
            let barrier = CheckpointBarrier.number(sequence)
            run.graph.triggerBarrier(barrier)
            let snapshots = try #require(
                run.events.snapshots(of: barrier.id, count: run.subtaskCount))
            let read = items(snapshots, of: "s")
            #expect(items(snapshots, of: "counts") == read)
            #expect(control.writtenAtBarrier.withLock { $0[barrier.id] } == Int(read))
        }
    }

    @Test(arguments: [1, 2, 5])
    func `Each key's rows keep their order through the exchange`(parallelism: Int) throws {
        let control = PipelineControl()
        let run = try Run(.counting(control, parallelism: parallelism, sourceCount: 2), control)
        run.graph.triggerBarrier(.number(1))
        _ = try #require(
            run.events.snapshots(of: CheckpointBarrier.number(1).id, count: run.subtaskCount))
        control.inputEnds.store(true, ordering: .relaxed)
        #expect(run.events.waitForEnd())
        var last: [Int64: Int64] = [:]
        for row in control.rows() {
            #expect(row.count == last[row.key, default: 0] + 1)
            last[row.key] = row.count
        }
        #expect(!last.isEmpty)
        #expect(run.cancel().isEmpty)
    }

    @Test(arguments: [1, 2])
    func `After the input's end the last barrier finishes every subtask`(parallelism: Int) throws {
        let control = PipelineControl()
        let run = try Run(.counting(control, parallelism: parallelism), control)
        control.inputEnds.store(true, ordering: .relaxed)
        #expect(run.events.waitForEnd())
        #expect(!run.events.isFinished)
        let barrier = CheckpointBarrier.number(1, .final)
        run.graph.triggerBarrier(barrier)
        #expect(run.events.waitForFinish())
        // Finished means: acknowledged before.
        #expect(run.events.acknowledgementCount == run.subtaskCount)
        #expect(run.cancel().isEmpty)
        #expect(run.graph.status().allSatisfy { $0.state == .finished })
    }

    @Test func `A barrier after the end is taken, and the subtasks live on`() throws {
        let control = PipelineControl()
        let run = try Run(.counting(control, parallelism: 2), control)
        control.inputEnds.store(true, ordering: .relaxed)
        #expect(run.events.waitForEnd())
        for barrier in [CheckpointBarrier.number(1), .number(2)] {
            run.graph.triggerBarrier(barrier)
            #expect(run.events.snapshots(of: barrier.id, count: run.subtaskCount) != nil)
        }
        #expect(run.graph.status().allSatisfy { $0.state == .ended })
        #expect(run.cancel().isEmpty)
    }

    @Test func `Every subtask with a sink reports that it passed the barrier`() throws {
        let control = PipelineControl()
        let run = try Run(.counting(control, parallelism: 3), control)
        run.graph.triggerBarrier(.number(1))
        let id = CheckpointBarrier.number(1).id
        #expect(run.events.snapshots(of: id, count: run.subtaskCount) != nil)
        #expect(run.events.sinksPassed(id).sorted() == run.graph.sinkSubtaskIDs.sorted())
        #expect(run.graph.sinkSubtaskIDs.count == 3)
        #expect(run.cancel().isEmpty)
    }

    @Test func `A failure is reported once and ends all others`() throws {
        let control = PipelineControl()
        control.failAfter.store(100, ordering: .relaxed)
        let run = try Run(.counting(control, parallelism: 4), control)
        let (subtask, error) = try #require(run.events.waitForFailure())
        #expect(error as? PlannedFailure == PlannedFailure(message: "source"))
        #expect(subtask.vertex == 0)
        // The others end without being asked to by the controller.
        #expect(
            waitUntil {
                run.graph.status().allSatisfy { $0.state == .failed || $0.state == .canceled }
            })
        #expect(run.graph.status().contains { $0.state == .failed })
        #expect(run.cancel().isEmpty)
        #expect(run.events.failureCount == 1)
    }

    @Test func `Cancelling ends full channels and waiting sinks, and closes everything`() throws {
        let control = PipelineControl()
        control.sinksAreBlocked.store(true, ordering: .releasing)
        let run = try Run(.counting(control, parallelism: 2), control)
        #expect(run.events.waitForRunning())
        #expect(run.cancel().isEmpty)
        #expect(run.events.failureCount == 0)
        #expect(run.graph.status().allSatisfy { $0.state == .canceled })
        // Two readers, two counters, two sinks.
        #expect(control.closed == 6)
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `Cancelling at any moment under load joins every thread`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let control = PipelineControl()
        let run = try Run(.counting(control, parallelism: 3, sourceCount: 2, seed: seed), control)
        let sent = UInt32.random(in: 0...3, using: &random)
        for sequence in 0..<sent { run.graph.triggerBarrier(.number(sequence + 1)) }
        if Bool.random(using: &random) { _ = run.events.waitForRunning() }
        if sent > 0 && Bool.random(using: &random) {
            _ = run.events.snapshots(of: CheckpointBarrier.number(sent).id, count: 1)
        }
        #expect(run.cancel().isEmpty, "seed \(seed)")
        let count = run.events.acknowledgementCount
        #expect(run.cancel().isEmpty)
        #expect(run.events.acknowledgementCount == count, "no event after the cancel")
    }

    @Test func `An idle source is woken by a barrier`() throws {
        let control = PipelineControl()
        var job = StreamGraph(maxParallelism: 1)
        job.add(
            StreamNode(
                id: OperatorID(rawValue: "idle"),
                role: .source(reader: { _ in IdleReader() }, decoder: { _, _ in MemoryDecoder() }),
                parallelism: 1))
        job.add(
            StreamNode(
                id: OperatorID(rawValue: "out"), role: .sink { _, _ in MemorySink(control) },
                inputs: [StreamEdge(from: OperatorID(rawValue: "idle"))], parallelism: 1))
        let run = try Run(job, control)
        run.graph.triggerBarrier(.number(1))
        #expect(run.events.snapshots(of: CheckpointBarrier.number(1).id, count: 1) != nil)
        #expect(run.cancel().isEmpty)
    }

    @Test func `Keyed state that cannot be written declines the checkpoint, not the job`() throws {
        let control = PipelineControl()
        let writer = MemoryStateWriter(failure: PlannedFailure(message: "disk"))
        let run = try Run(.counting(control, parallelism: 1, keyed: true), control, writer: writer)
        run.graph.triggerBarrier(.number(1))
        #expect(run.events.waitForDecline())
        #expect(run.events.failureCount == 0)
        #expect(run.cancel().isEmpty)
    }

    @Test func `Completed checkpoints are told to operators`() throws {
        let control = PipelineControl()
        let run = try Run(.counting(control, parallelism: 2), control)
        run.graph.notifyComplete(CheckpointBarrier.number(9).id)
        run.graph.triggerBarrier(.number(10))
        #expect(
            run.events.snapshots(of: CheckpointBarrier.number(10).id, count: run.subtaskCount)
                != nil)
        control.inputEnds.store(true, ordering: .relaxed)
        run.graph.triggerBarrier(.number(11, .final))
        #expect(run.events.waitForFinish())
        #expect(control.completed.withLock { $0 } == [CheckpointBarrier.number(9).id])
        #expect(run.cancel().isEmpty)
    }

    @Test func `A restored operator goes on from its state`() throws {
        let control = PipelineControl()
        let run = try Run(.counting(control, parallelism: 1), control) { context in
            guard context.operatorID.rawValue == "counts" else { return nil }
            return RestoredState(items: [encode(1_000)], stateSchema: nil) { _ in nil }
        }
        run.graph.triggerBarrier(.number(1))
        let snapshots = try #require(
            run.events.snapshots(of: CheckpointBarrier.number(1).id, count: 1))
        #expect(items(snapshots, of: "counts") == items(snapshots, of: "s") + 1_000)
        #expect(run.cancel().isEmpty)
    }

    @Test func `Counters show what went in and out`() throws {
        let control = PipelineControl()
        let run = try Run(.counting(control, parallelism: 1), control)
        run.graph.triggerBarrier(.number(1, .final))
        #expect(run.events.waitForFinish())
        let status = try #require(run.graph.status().first)
        #expect(status.recordsIn == control.rows().count)
        #expect(status.recordsOut == status.recordsIn)
        #expect(status.name == "s0 -> counts -> out")
        #expect(run.cancel().isEmpty)
    }
}
