package import StreamAPI
package import StreamCore
internal import Synchronization

/// One run of a job graph: its subtasks, threads and channels (Flink's `ExecutionGraph`).
///
/// Used once: `start`, then any number of barriers, then `cancel`. A restart makes a new one.
///
/// - Threading: control threads; never from within ``ExecutionEvents``. `start` and `cancel` are
///   not called at the same time.
package final class ExecutionGraph: Sendable {
    let job: JobGraph
    let configuration: ExecutionConfiguration
    let cancellation = Cancellation()
    let subtasks: [Subtask]
    let inputs: [SubtaskID: [InputPlan]]
    let outputs: [SubtaskID: [OutputPlan]]
    let progress: ExecutionProgress
    /// Sources that wait for each other, by the group's name.
    let alignmentGroups: [String: AlignmentGroup]
    let snapshotThread: SnapshotThread
    private let threads = Mutex<[SubtaskThread]>([])

    /// Every subtask; a checkpoint needs the acknowledgement of each.
    package var subtaskIDs: [SubtaskID] { subtasks.map(\.id) }
    /// The subtasks whose ``ExecutionEvents/sinkPassed(_:checkpoint:)`` a transaction waits for.
    package var sinkSubtaskIDs: [SubtaskID] { subtasks.filter(\.vertex.hasSink).map(\.id) }

    /// - Parameters:
    ///   - events: Kept until the graph is freed.
    ///   - stateWriter: Writes keyed state, on the snapshot thread.
    package init(
        _ job: JobGraph, configuration: ExecutionConfiguration = ExecutionConfiguration(),
        events: any ExecutionEvents, stateWriter: any KeyedStateWriter
    ) {
        configuration.check()
        let subtasks = job.makeSubtasks()
        let wiring = Wiring(
            job: job, subtasks: subtasks, configuration: configuration, cancellation: cancellation)
        self.job = job
        self.configuration = configuration
        self.subtasks = subtasks
        inputs = wiring.inputs
        outputs = wiring.outputs
        alignmentGroups = AlignmentGroup.groups(of: subtasks)
        progress = ExecutionProgress(subtaskCount: subtasks.count, events: events)
        snapshotThread = SnapshotThread(
            events: progress, writer: stateWriter,
            pendingCountMax: configuration.pendingSnapshotCountMax)
    }

    /// Starts every subtask on a thread of its own and returns; ``ExecutionEvents/running()``
    /// follows, or ``ExecutionEvents/failed(_:error:)``.
    ///
    /// - Parameter restored: What the checkpoint has for an instance; nil for a job without one, or
    ///   for an operator that it does not know. Called on the subtasks' threads.
    /// - Throws: ``SubtaskThreadError`` if the system refuses a thread; nothing runs then.
    package func start(
        restored: @escaping @Sendable (OperatorContext) throws -> RestoredState?
    ) throws {
        do {
            try threads.withLock { threads in
                precondition(threads.isEmpty, "an execution graph is started once")
                threads.append(
                    try snapshotThread.start(stackByteCount: configuration.stackByteCount))
                for subtask in subtasks { threads.append(try startThread(subtask, restored)) }
            }
        } catch {
            _ = cancel(within: .seconds(10))
            throw error
        }
    }

    private func startThread(
        _ subtask: Subtask,
        _ restored: @escaping @Sendable (OperatorContext) throws -> RestoredState?
    ) throws -> SubtaskThread {
        try SubtaskThread(
            name: subtask.threadName, stackByteCount: configuration.stackByteCount
        ) { [self] in
            run(subtask, restored)
        }
    }

    /// Sends a barrier into every source subtask. It travels behind the rows read so far.
    ///
    /// A subtask that has not opened yet takes it from its mailbox when it has.
    package func triggerBarrier(_ barrier: CheckpointBarrier) {
        for subtask in subtasks where subtask.vertex.isSource { subtask.post(.barrier(barrier)) }
    }

    /// The subtasks of a source, by index; empty for an id that is no source's.
    package func subtaskIDs(ofSource source: OperatorID) -> [SubtaskID] {
        subtasks.filter { $0.vertex.isSource && $0.vertex.chain.nodes[0].id == source }.map(\.id)
    }

    /// Gives a source subtask more to read, from its next batch on: the barriers behind have these
    /// splits in their snapshots.
    package func add(_ splits: [SourceSplit], to subtask: SubtaskID) {
        subtasks.first { $0.id == subtask }?.post(.splitsAdded(splits))
    }

    /// Gives a checkpoint up: inputs that wait for its barriers are read again, and snapshots that
    /// wait to be written are dropped. Nothing is acknowledged for it once this mail is read.
    package func cancelCheckpoint(_ checkpoint: CheckpointID) {
        snapshotThread.cancel(checkpoint)
        for subtask in subtasks { subtask.post(.checkpointCancelled(checkpoint)) }
    }

    /// Tells every operator and sink that a checkpoint is committed.
    package func notifyComplete(_ checkpoint: CheckpointID) {
        for subtask in subtasks { subtask.post(.checkpointComplete(checkpoint)) }
    }

    /// Ends every subtask at its next batch, and waits for the threads.
    ///
    /// Snapshots that wait to be written are dropped. Also called after a failure and at the end of
    /// a finished run, to join the threads. May be called again.
    ///
    /// - Parameter bound: The longest wait.
    /// - Returns: The threads that have not ended by then, by name: some call that they make does
    ///   not return. They may still write to their sinks: let the process exit.
    /// - Blocking: yes.
    package func cancel(within bound: Duration) -> [String] {
        requestCancel()
        let deadline = ContinuousClock.now + bound
        return threads.withLock { threads in
            threads = threads.filter { !$0.join(until: deadline) }
            if threads.isEmpty { snapshotThread.releaseAll() }
            return threads.map(\.name)
        }
    }

    /// Starts to end every subtask. Does not wait.
    func requestCancel() {
        progress.silence()
        guard cancellation.request() else { return }
        for subtask in subtasks { subtask.cancel() }
        snapshotThread.cancel()
    }

    /// A reading of every subtask's counters, in the order of ``subtaskIDs``. Allocates; meant for
    /// once a second.
    package func status() -> [SubtaskStatus] {
        subtasks.map { subtask in
            let queued = inputs[subtask.id, default: []].reduce(0) { $0 + $1.channel.elementCount }
            return subtask.status(isSource: subtask.vertex.isSource, queuedElementCount: queued)
        }
    }
}

extension ExecutionGraph {
    /// The body of a subtask's thread.
    private func run(
        _ subtask: Subtask, _ restored: (OperatorContext) throws -> RestoredState?
    ) {
        let environment = SubtaskEnvironment(graph: self, subtask: subtask)
        do {
            subtask.state = .initializing
            try environment.run(restored: restored)
            subtask.state = .finished
            snapshotThread.enqueueEnd(of: subtask.id)
        } catch {
            fail(subtask, error)
        }
    }

    /// An error after a cancellation is its consequence: a wait that was ended.
    private func fail(_ subtask: Subtask, _ error: any Error) {
        guard !cancellation.isRequested else {
            subtask.state = .canceled
            return
        }
        subtask.state = .failed
        // First the event: whoever hears of the end of others must have heard the reason.
        progress.failed(subtask.id, error: error)
        requestCancel()
    }
}
