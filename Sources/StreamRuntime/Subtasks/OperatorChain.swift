internal import Observability
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// The operators and sinks of one subtask, connected by direct calls.
///
/// ```
///   head -> ChainedOperator -> ChainedOperator -> ChainedSink
///                          \-> ResultPartition -> channels
/// ```
///
/// - Threading: the subtask's thread only.
final class OperatorChain {
    private(set) var operators: [ChainedOperator] = []
    private(set) var sinks: [ChainedSink] = []
    private(set) var partitions: [ResultPartition] = []
    /// Takes what the source decodes or the gate delivers.
    private(set) var head: any BatchOutput = DiscardingOutput()

    /// Makes every instance of the chain, the last first, since each needs its outputs.
    init(_ environment: SubtaskEnvironment) throws {
        let plan = environment.subtask.vertex.chain
        var outputs: [(any BatchOutput)?] = Array(repeating: nil, count: plan.nodes.count)
        do {
            for index in plan.nodes.indices.reversed() {
                let targets =
                    try plan.consumers[index].compactMap { outputs[$0] }
                    + makePartitions(of: plan.nodes[index].id, environment)
                outputs[index] = try makeLink(plan.nodes[index], to: targets, environment)
            }
        } catch {
            close()
            throw error
        }
        assert(operators.count + sinks.count <= plan.nodes.count)
        operators.reverse()
        sinks.reverse()
        if let first = outputs[0] { head = first }
    }

    private func makePartitions(
        of node: OperatorID, _ environment: SubtaskEnvironment
    ) throws -> [ResultPartition] {
        let made = try environment.outputs.filter { $0.node == node }.map {
            try ResultPartition(
                $0, groupCount: environment.maxParallelism, rowCapacity: environment.rowCapacity)
        }
        partitions += made
        return made
    }

    /// What hands batches to `node`; for a source, which is no part of the chain, its consumers.
    private func makeLink(
        _ node: StreamNode, to targets: [any BatchOutput], _ environment: SubtaskEnvironment
    ) throws -> any BatchOutput {
        let context = environment.context(of: node)
        let counters = environment.subtask.counters
        switch node.role {
        case .source: return OperatorChain.join(targets)
        case .transformation(let make):
            let link = ChainedOperator(
                try make(context, counters), context, output: OperatorChain.join(targets))
            operators.append(link)
            return link
        case .sink(let make):
            let writer = try make(context, counters)
            environment.subtask.register(cancelWaker: writer.cancel)
            let link = ChainedSink(writer, context, counters)
            sinks.append(link)
            return link
        }
    }

    private static func join(_ targets: [any BatchOutput]) -> any BatchOutput {
        switch targets.count {
        case 0: DiscardingOutput()
        case 1: targets[0]
        default: FanOutput(targets)
        }
    }

    // MARK: Life

    func open(restored: (OperatorContext) throws -> RestoredState?) throws {
        for link in operators {
            try link.instance.open(link.context, restored: try restored(link.context))
        }
    }

    /// The synchronous part of a checkpoint: nothing before the barrier is left in the chain, and
    /// nothing behind it has entered.
    func snapshot(_ barrier: CheckpointBarrier) throws -> [SubtaskSnapshotPart] {
        var parts: [SubtaskSnapshotPart] = []
        do {
            for link in operators {
                let snapshot = try link.instance.snapshot(barrier)
                parts.append(SubtaskSnapshotPart(context: link.context, snapshot: snapshot))
            }
            for link in sinks {
                try link.writer.barrier(barrier)
                parts.append(SubtaskSnapshotPart(context: link.context, snapshot: .empty))
            }
            try Failpoint.reached(.p2)
        } catch {
            for part in parts { part.snapshot.keyed?.release() }
            throw error
        }
        return parts
    }

    /// Lets every operator emit what it holds, upstream first.
    func endInput() throws {
        for link in operators { try link.instance.endInput(into: link.output) }
    }

    func notifyCheckpointComplete(_ checkpoint: CheckpointID) throws {
        for link in operators { try link.instance.notifyCheckpointComplete(checkpoint) }
        for link in sinks { try link.writer.notifyCheckpointComplete(checkpoint) }
    }

    func broadcast(_ element: StreamElement) throws(ExecutionCancelled) {
        for partition in partitions { try partition.broadcast(element) }
    }

    func close() {
        for link in operators { link.instance.close() }
        for link in sinks { link.writer.close() }
    }
}

/// An operator with what follows it.
final class ChainedOperator: BatchOutput {
    let instance: any StreamOperator
    let context: OperatorContext
    let output: any BatchOutput

    init(_ instance: any StreamOperator, _ context: OperatorContext, output: any BatchOutput) {
        self.instance = instance
        self.context = context
        self.output = output
    }

    func emit(_ batch: RecordBatch) throws {
        guard batch.selection.count > 0 else { return }
        try instance.process(batch, into: output)
    }
}

/// A sink at the end of a chain; counts what it is given.
final class ChainedSink: BatchOutput {
    let writer: any SinkWriter
    let context: OperatorContext
    private let counters: RecordCounters

    init(_ writer: any SinkWriter, _ context: OperatorContext, _ counters: RecordCounters) {
        self.writer = writer
        self.context = context
        self.counters = counters
    }

    func emit(_ batch: RecordBatch) throws {
        let count = batch.selection.count
        guard count > 0 else { return }
        try writer.write(batch)
        counters.recordsOut.wrappingAdd(count, ordering: .relaxed)
    }
}

/// Hands one batch to several readers, each as if it were the only one.
///
/// A filter shrinks the batch's selection and an operator may replace its columns, so both are put
/// back before the next reader.
final class FanOutput: BatchOutput {
    private let targets: [any BatchOutput]
    private var selection: SelectionVector?

    init(_ targets: [any BatchOutput]) {
        precondition(targets.count > 1)
        self.targets = targets
    }

    func emit(_ batch: RecordBatch) throws {
        let saved = room(for: batch.selection)
        saved.copy(from: batch.selection)
        let (columns, origin, chunks) = (batch.columns, batch.origin, batch.chunks)
        for target in targets {
            batch.selection.copy(from: saved)
            (batch.columns, batch.origin, batch.chunks) = (columns, origin, chunks)
            try target.emit(batch)
        }
    }

    private func room(for other: SelectionVector) -> SelectionVector {
        if let selection, selection.capacity >= other.count { return selection }
        let made = SelectionVector(capacity: other.capacity)
        selection = made
        return made
    }
}

/// Behind a source that nothing reads within its subtask.
final class DiscardingOutput: BatchOutput {
    func emit(_ batch: RecordBatch) {}
}
