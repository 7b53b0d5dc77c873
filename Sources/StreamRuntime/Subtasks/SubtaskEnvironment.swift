internal import Observability
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// One run of a subtask, from the making of its operators to their closing.
///
/// Made and used on the subtask's thread; nothing in it is shared.
final class SubtaskEnvironment {
    let graph: ExecutionGraph
    let subtask: Subtask
    var outputs: [OutputPlan] { graph.outputs[subtask.id, default: []] }
    var maxParallelism: Int { graph.job.maxParallelism }
    var rowCapacity: Int { graph.configuration.batchRowCountMax }

    /// In a fixed order.
    func sideOutputs(of node: OperatorID) -> [OutputPort] {
        let nodes = subtask.vertex.chain.nodes
        let ports = nodes.first { $0.id == node }?.sideOutputs ?? []
        return ports.sorted { $0.name < $1.name }
    }

    init(graph: ExecutionGraph, subtask: Subtask) {
        self.graph = graph
        self.subtask = subtask
    }

    func context(of node: StreamNode) -> OperatorContext {
        OperatorContext(
            operatorID: node.id, subtaskIndex: Int(subtask.id.index),
            parallelism: subtask.vertex.parallelism, maxParallelism: maxParallelism)
    }

    /// Runs until the last barrier.
    ///
    /// - Throws: What an operator throws; ``ExecutionCancelled`` from a wait that was ended.
    func run(restored: (OperatorContext) throws -> RestoredState?) throws {
        let chain = try OperatorChain(self)
        defer {
            // After this no other thread calls into readers and sinks, so they may be freed.
            subtask.unregisterWakers()
            chain.close()
        }
        try chain.open(restored: restored)
        try chain.restoreWatermarks()
        let head = subtask.vertex.chain.nodes[0]
        if case .source(let makeReader, let makeDecoder, let eventTime) = head.role {
            let context = context(of: head)
            let reader = try makeReader(context)
            defer {
                subtask.unregisterWakers()
                reader.close()
            }
            subtask.register(mailWaker: reader.wakeUp)
            let decoder = try makeDecoder(context, subtask.counters)
            let watermarks = try eventTime.map {
                try makeWatermarks($0, context, try restored(context))
            }
            try SourceTask(self, chain, reader, decoder, watermarks, context).run()
        } else {
            try InputTask(self, chain).run()
        }
    }

    private func makeWatermarks(
        _ eventTime: SourceEventTime, _ context: OperatorContext, _ restored: RestoredState?
    ) throws -> SourceWatermarks {
        SourceWatermarks(
            try eventTime.assigner(context, subtask.counters),
            WatermarkGenerator(
                eventTime.strategy, restored: restored?.splitWatermarks ?? [:],
                watermark: restored?.watermark), subtask.counters,
            alignment: eventTime.strategy.alignment.flatMap(makeAlignment))
    }

    private func makeAlignment(_ alignment: WatermarkStrategy.Alignment) -> SourceAlignment? {
        graph.alignmentGroups[alignment.group].map {
            SourceAlignment(
                $0, subtask.id, maxDriftMilliseconds: alignment.maxDriftMilliseconds)
        }
    }

    // MARK: What both kinds of task do

    /// Every operator is open: rows may come.
    func opened() {
        precondition(subtask.state == .initializing)
        subtask.state = .running
        graph.progress.opened()
    }

    /// No more rows will come; barriers still may.
    func ended(_ chain: OperatorChain) throws {
        precondition(subtask.state == .running, "a subtask's input ends once")
        try chain.endInput()
        // To the next subtasks the end means the end of time, too.
        try chain.broadcast(.endOfInput)
        subtask.state = .ended
        graph.progress.ended()
    }

    /// The subtask's part of a checkpoint: the synchronous part of every snapshot, the barrier on
    /// to the next subtasks, the rest to the snapshot thread.
    ///
    /// - Parameter source: The reader's part, if there is one.
    func take(
        _ barrier: CheckpointBarrier, _ chain: OperatorChain, source: [SubtaskSnapshotPart] = []
    ) throws {
        let parts = try source + chain.snapshot(barrier)
        if subtask.vertex.hasSink { graph.progress.sinkPassed(subtask.id, checkpoint: barrier.id) }
        graph.snapshotThread.enqueue(parts, of: subtask.id, checkpoint: barrier.id)
        try chain.broadcast(.barrier(barrier))
    }

    /// A batch is about to be processed.
    func willProcess(rowCount: Int) throws {
        try graph.cancellation.check()
        try Failpoint.reached(.p1)
        subtask.counters.recordsIn.wrappingAdd(rowCount, ordering: .relaxed)
    }
}

extension CheckpointBarrier {
    /// Nothing follows this barrier.
    var isLast: Bool {
        switch kind {
        case .checkpoint, .savepoint: false
        case .stopWithSavepoint, .final: true
        }
    }
}
