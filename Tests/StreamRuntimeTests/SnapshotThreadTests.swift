import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import StreamRuntime

@Suite struct SnapshotThreadTests {
    private let events = EventRecorder()
    private let subtask = SubtaskID(vertex: 0, index: 0)

    private func part(_ keyed: MemorySnapshot) -> SubtaskSnapshotPart {
        SubtaskSnapshotPart(
            context: OperatorContext(
                operatorID: OperatorID(rawValue: "a"), subtaskIndex: 0, parallelism: 1,
                maxParallelism: 1),
            snapshot: OperatorSnapshot(keyed: keyed))
    }

    private func thread(_ writer: MemoryStateWriter = MemoryStateWriter(), max: Int = 8)
        -> SnapshotThread
    {
        SnapshotThread(
            events: ExecutionProgress(subtaskCount: 1, events: events), writer: writer,
            pendingCountMax: max)
    }

    @Test func `A snapshot is acknowledged after it is written, and the end after that`() throws {
        let snapshots = thread()
        let keyed = MemorySnapshot(total: 5)
        snapshots.enqueue([part(keyed)], of: subtask, checkpoint: CheckpointBarrier.number(1).id)
        snapshots.enqueueEnd(of: subtask)
        let running = try snapshots.start(stackByteCount: 1 << 20)
        #expect(events.waitForFinish())
        let acknowledged = try #require(
            events.snapshots(of: CheckpointBarrier.number(1).id, count: 1))
        #expect(acknowledged[0].operators[0].keyed?.fileByteCount == 8)
        #expect(keyed.releases == 1)
        snapshots.cancel()
        #expect(running.join(until: .now + .seconds(120)))
    }

    /// Output that is on disk, or never will be.
    private final class Output: PendingOutput {
        let isDurable = Mutex(false)
        let failure: PlannedFailure?
        init(failure: PlannedFailure? = nil) { self.failure = failure }
        func makeDurable() throws {
            if let failure { throw failure }
            isDurable.withLock { $0 = true }
        }
    }

    private func part(_ output: Output) -> SubtaskSnapshotPart {
        var part = part(MemorySnapshot(total: 1))
        part = SubtaskSnapshotPart(
            context: part.context, snapshot: OperatorSnapshot(items: [[7]], output: output))
        return part
    }

    @Test func `Output of a sink is durable before its checkpoint is acknowledged`() throws {
        let snapshots = thread()
        let output = Output()
        snapshots.enqueue([part(output)], of: subtask, checkpoint: CheckpointBarrier.number(1).id)
        let running = try snapshots.start(stackByteCount: 1 << 20)
        let acknowledged = try #require(
            events.snapshots(of: CheckpointBarrier.number(1).id, count: 1))
        #expect(acknowledged[0].operators[0].items == [[7]])
        let isDurable = output.isDurable.withLock { $0 }
        #expect(isDurable)
        snapshots.cancel()
        #expect(running.join(until: .now + .seconds(120)))
    }

    @Test func `A checkpoint whose output cannot be made durable is declined`() throws {
        let snapshots = thread()
        let output = Output(failure: PlannedFailure(message: "disk"))
        snapshots.enqueue([part(output)], of: subtask, checkpoint: CheckpointBarrier.number(1).id)
        let running = try snapshots.start(stackByteCount: 1 << 20)
        #expect(events.waitForDecline())
        #expect(events.acknowledgementCount == 0)
        snapshots.cancel()
        #expect(running.join(until: .now + .seconds(120)))
    }

    @Test func `Snapshots of a checkpoint that is given up are released unwritten`() throws {
        let snapshots = thread()
        let (first, second) = (MemorySnapshot(total: 1), MemorySnapshot(total: 2))
        snapshots.enqueue([part(first)], of: subtask, checkpoint: CheckpointBarrier.number(1).id)
        snapshots.enqueue([part(second)], of: subtask, checkpoint: CheckpointBarrier.number(2).id)
        snapshots.cancel(CheckpointBarrier.number(1).id)
        #expect(first.releases == 1)
        let running = try snapshots.start(stackByteCount: 1 << 20)
        #expect(events.snapshots(of: CheckpointBarrier.number(2).id, count: 1) != nil)
        #expect(events.acknowledgementCount == 1)
        snapshots.cancel()
        #expect(running.join(until: .now + .seconds(120)))
    }

    @Test func `A backlog declines further snapshots`() {
        let snapshots = thread(max: 1)
        snapshots.enqueue([], of: subtask, checkpoint: CheckpointBarrier.number(1).id)
        let late = MemorySnapshot(total: 1)
        snapshots.enqueue([part(late)], of: subtask, checkpoint: CheckpointBarrier.number(2).id)
        #expect(events.waitForDecline())
        #expect(late.releases == 1)
    }

    @Test func `A failed write releases the snapshots that follow it`() throws {
        let snapshots = thread(MemoryStateWriter(failure: PlannedFailure(message: "disk")))
        let (first, second) = (MemorySnapshot(total: 1), MemorySnapshot(total: 2))
        snapshots.enqueue(
            [part(first), part(second)], of: subtask, checkpoint: CheckpointBarrier.number(1).id)
        let running = try snapshots.start(stackByteCount: 1 << 20)
        #expect(events.waitForDecline())
        snapshots.cancel()
        #expect(running.join(until: .now + .seconds(120)))
        #expect(first.releases == 1)
        #expect(second.releases == 1)
    }
}
