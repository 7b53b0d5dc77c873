package import StreamAPI
package import StreamCore

/// The operators of a pipeline as written, before chaining (Flink's `StreamGraph`).
///
/// Filled by the caller from a checked pipeline file; ``JobGraph/init(_:)`` checks it again, since
/// a graph that is wrong would hang, not fail.
package struct StreamGraph: Sendable {
    /// The number of key groups, `1 ... KeyGroup.countMax`.
    package let maxParallelism: Int
    package private(set) var nodes: [StreamNode] = []

    package init(maxParallelism: Int) {
        precondition(maxParallelism > 0 && maxParallelism <= KeyGroup.countMax)
        self.maxParallelism = maxParallelism
    }

    /// Adds a node; the nodes that it reads from may be added later.
    package mutating func add(_ node: StreamNode) { nodes.append(node) }
}

/// One operator as written: what it is, what it reads, how often it runs.
package struct StreamNode: Sendable {
    package let id: OperatorID
    package let role: StreamRole
    /// Empty for a source; several are united, unless the operator tells them apart
    /// (``MultipleInputOperator``).
    package let inputs: [StreamEdge]
    /// The side outputs that it may emit to.
    package let sideOutputs: Set<OutputPort>
    /// Instances, `1 ... maxParallelism`.
    package let parallelism: Int

    package init(
        id: OperatorID, role: StreamRole, inputs: [StreamEdge] = [],
        sideOutputs: Set<OutputPort> = [], parallelism: Int
    ) {
        self.id = id
        self.role = role
        self.inputs = inputs
        self.sideOutputs = sideOutputs
        self.parallelism = parallelism
    }
}

/// One input of a node.
package struct StreamEdge: Sendable {
    package let upstream: OperatorID
    /// Which of its outputs.
    package let port: OutputPort
    package let exchange: Exchange
    /// Rows that go through a channel take the source record's key and value along.
    package let keepsOriginBytes: Bool

    package init(
        from upstream: OperatorID, port: OutputPort = .main, _ exchange: Exchange = .forward,
        keepsOriginBytes: Bool = false
    ) {
        self.upstream = upstream
        self.port = port
        self.exchange = exchange
        self.keepsOriginBytes = keepsOriginBytes
    }
}

/// How the rows of an edge find their subtask.
package enum Exchange: Sendable {
    /// Rows stay with the subtask of the same index, so their order is kept. Where the
    /// parallelisms differ, each upstream subtask feeds one downstream subtask.
    case forward
    /// Each row goes to the subtask that owns its key group.
    case keyed(@Sendable () throws -> any Partitioner)
}

/// Makes an instance of a node. Called on the subtask's own thread, once per start.
///
/// Its counters are the subtask's: what a decoder or operator drops is added there.
package enum StreamRole: Sendable {
    case source(
        reader: @Sendable (OperatorContext) throws -> any SourceReader,
        decoder: @Sendable (OperatorContext, RecordCounters) throws -> any BatchDecoder,
        eventTime: SourceEventTime? = nil)
    case transformation(@Sendable (OperatorContext, RecordCounters) throws -> any StreamOperator)
    case sink(@Sendable (OperatorContext, RecordCounters) throws -> any SinkWriter)
}

/// How a source's rows get their event times, and its watermark.
package struct SourceEventTime: Sendable {
    package let strategy: WatermarkStrategy
    let assigner: @Sendable (OperatorContext, RecordCounters) throws -> any TimestampAssigner

    /// - Parameter assigner: Makes an instance, on the subtask's own thread.
    package init(
        strategy: WatermarkStrategy,
        assigner:
            @escaping @Sendable (OperatorContext, RecordCounters) throws -> any TimestampAssigner
    ) {
        self.strategy = strategy
        self.assigner = assigner
    }
}
