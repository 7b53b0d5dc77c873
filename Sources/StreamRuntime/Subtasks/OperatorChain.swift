internal import Observability
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// The operators and sinks of one subtask, connected by direct calls.
///
/// ```
///   head -> ChainedOperator -> ChainedOperator -> ChainedSink
///                          |-> ResultPartition -> channels
///                          \-> late: ChainedSink
/// ```
///
/// - Threading: the subtask's thread only.
final class OperatorChain {
    private(set) var operators: [ChainedOperator] = []
    private(set) var sinks: [ChainedSink] = []
    private(set) var partitions: [ResultPartition] = []
    /// Takes what the source decodes: the head of a chain with a source.
    private(set) var sourceOutput = OutputPorts()
    /// Takes what the gate delivers: the head of a chain behind channels.
    private var head: (any ChainHead)?

    /// Makes every instance of the chain, the last first, since each needs its outputs.
    init(_ environment: SubtaskEnvironment) throws {
        let plan = environment.subtask.vertex.chain
        var links: [(any ChainHead)?] = Array(repeating: nil, count: plan.nodes.count)
        do {
            for index in plan.nodes.indices.reversed() {
                let ports = try makePorts(of: plan.nodes[index].id, environment) { port in
                    plan.consumers[index].filter { $0.port == port }.compactMap { links[$0.node] }
                }
                links[index] = try makeLink(plan.nodes[index], ports, environment)
            }
        } catch {
            close()
            throw error
        }
        assert(operators.count + sinks.count <= plan.nodes.count)
        operators.reverse()
        sinks.reverse()
        head = links[0]
        holdEventTimeBack(plan, links)
    }

    /// Every node but the head reads one other in the chain, which comes before it.
    private func holdEventTimeBack(_ plan: OperatorChainPlan, _ links: [(any ChainHead)?]) {
        var delays = [Int64](repeating: 0, count: plan.nodes.count)
        for index in plan.nodes.indices {
            let link = links[index] as? ChainedOperator
            link?.watermarkDelay = delays[index]
            let delay = delays[index] + (link?.instance.watermarkDelayMilliseconds ?? 0)
            for reader in plan.consumers[index] { delays[reader.node] = delay }
            for partition in partitions where partition.node == plan.nodes[index].id {
                partition.watermarkDelay = delay
            }
        }
    }

    /// The outputs of one node: its readers in the chain, then its channels.
    private func makePorts(
        of node: OperatorID, _ environment: SubtaskEnvironment,
        readers: (OutputPort) -> [any BatchOutput]
    ) throws -> OutputPorts {
        let plans = environment.outputs.filter { $0.node == node }
        let sides = environment.sideOutputs(of: node)
        return OutputPorts(
            main: try readers(.main) + makePartitions(plans, of: .main, environment),
            sides: try sides.map { port in
                (port, try readers(port) + makePartitions(plans, of: port, environment))
            })
    }

    private func makePartitions(
        _ plans: [OutputPlan], of port: OutputPort, _ environment: SubtaskEnvironment
    ) throws -> [ResultPartition] {
        let made = try plans.filter { $0.port == port }.map {
            try ResultPartition(
                $0, groupCount: environment.maxParallelism, rowCapacity: environment.rowCapacity)
        }
        partitions += made
        return made
    }

    /// What hands batches to `node`; nil for a source, whose outputs are kept aside.
    private func makeLink(
        _ node: StreamNode, _ ports: OutputPorts, _ environment: SubtaskEnvironment
    ) throws -> (any ChainHead)? {
        let context = environment.context(of: node)
        let counters = environment.subtask.counters
        switch node.role {
        case .source:
            sourceOutput = ports
            return nil
        case .transformation(let make):
            let link = ChainedOperator(try make(context, counters), context, output: ports)
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

    /// A batch from the gate.
    func process(_ batch: RecordBatch, input: Int) throws {
        guard let head else { preconditionFailure("a source has no input") }
        try head.emit(batch, input: input)
    }

    // MARK: Life

    func open(restored: (OperatorContext) throws -> RestoredState?) throws {
        for link in operators {
            let state = try restored(link.context)
            try link.instance.open(link.context, restored: state)
            link.restoredWatermark = state?.watermark
        }
    }

    /// Hands every operator the watermark that it had at the snapshot. Before any batch.
    func restoreWatermarks() throws {
        for link in operators {
            if let watermark = link.restoredWatermark { try link.processWatermark(watermark) }
        }
    }

    /// The synchronous part of a checkpoint: nothing before the barrier is left in the chain, and
    /// nothing behind it has entered.
    func snapshot(_ barrier: CheckpointBarrier) throws -> [SubtaskSnapshotPart] {
        var parts: [SubtaskSnapshotPart] = []
        do {
            for link in operators {
                let snapshot = try link.instance.snapshot(barrier)
                parts.append(
                    SubtaskSnapshotPart(
                        context: link.context, snapshot: snapshot,
                        watermark: link.watermark == .min ? nil : link.watermark))
            }
            for link in sinks {
                try link.writer.barrier(barrier)
                let snapshot = try link.writer.snapshot(barrier)
                parts.append(SubtaskSnapshotPart(context: link.context, snapshot: snapshot))
            }
            try Failpoint.reached(.p2)
        } catch {
            for part in parts { part.snapshot.keyed?.release() }
            throw error
        }
        return parts
    }

    func forward(_ progress: EventTimeProgress) throws {
        if let watermark = progress.watermark { try processWatermark(watermark) }
        if let status = progress.status { try broadcast(.status(status)) }
    }

    /// Event time goes on: through every operator, upstream first, then on to the next subtasks.
    func processWatermark(_ watermark: Watermark) throws {
        for link in operators {
            try link.processWatermark(watermark.delayed(by: link.watermarkDelay))
        }
        for partition in partitions {
            try partition.broadcast(.watermark(watermark.delayed(by: partition.watermarkDelay)))
        }
    }

    /// The end of time, and the end: every operator emits what it holds, upstream first. What one
    /// emits reaches the next before its own end of time.
    func endInput() throws {
        for link in operators {
            try link.processWatermark(.max)
            try link.instance.endInput(into: link.output)
        }
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
