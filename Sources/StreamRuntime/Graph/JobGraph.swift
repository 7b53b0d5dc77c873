package import StreamAPI
package import StreamCore

/// The pipeline after chaining: what runs in one thread is one vertex (Flink's `JobGraph`).
package struct JobGraph: Sendable {
    package let maxParallelism: Int
    /// Upstream before downstream; the position is the vertex's number in ``SubtaskID``.
    package let vertices: [JobVertex]
    package let edges: [JobEdge]
}

/// Operators fused into one subtask, and how many such subtasks run.
package struct JobVertex: Sendable {
    /// The head first, each after what it reads. The head alone may have channels as inputs.
    package let chain: OperatorChainPlan
    package let parallelism: Int
    /// `events -> only_red -> counts`, for logs and thread names.
    package var name: String { chain.nodes.map(\.id.rawValue).joined(separator: " -> ") }
    package var isSource: Bool { chain.nodes[0].isSource }
    package var hasSink: Bool { chain.nodes.contains(where: \.isSink) }
}

/// An exchange between vertices: channels from subtasks to subtasks.
package struct JobEdge: Sendable {
    package let upstreamVertex: Int
    /// The node of the upstream chain whose output leaves here.
    package let upstreamNode: OperatorID
    package let port: OutputPort
    package let downstreamVertex: Int
    /// The position of the edge among the inputs of the downstream vertex's head.
    package let input: Int
    package let exchange: Exchange
    package let keepsOriginBytes: Bool
}

/// The nodes of one chain and who feeds whom inside it.
package struct OperatorChainPlan: Sendable {
    package let nodes: [StreamNode]
    /// By position in `nodes`: who reads it directly.
    package let consumers: [[Consumer]]

    /// A node of the chain that reads one output of another.
    package struct Consumer: Hashable, Sendable {
        package let port: OutputPort
        /// Its position in ``nodes``.
        package let node: Int
    }
}

extension StreamNode {
    package var isSource: Bool {
        if case .source = role { true } else { false }
    }
    package var isSink: Bool {
        if case .sink = role { true } else { false }
    }
}

/// Why a stream graph cannot run. The pipeline file's checks find all of these first; one that
/// comes here is a mistake of the wiring.
package enum StreamGraphError: Error, Hashable, Sendable, CustomStringConvertible {
    case duplicateNode(OperatorID)
    case unknownInput(OperatorID, of: OperatorID)
    case unknownPort(OperatorID, OutputPort, of: OperatorID)
    case cycle(through: OperatorID)
    case noSource
    case noSink
    /// A source with inputs, or another node without any.
    case wrongInputs(OperatorID)
    /// A node that nothing reads and that is no sink, or a sink that is read.
    case wrongOutputs(OperatorID)
    case parallelism(OperatorID, Int, max: Int)

    package var description: String {
        switch self {
        case .duplicateNode(let id): "two nodes are called \(id.rawValue)"
        case .unknownInput(let input, let id):
            "\(id.rawValue) reads \(input.rawValue), which is not there"
        case .unknownPort(let input, let port, let id):
            "\(id.rawValue) reads \(input.rawValue).\(port), an output that is not there"
        case .cycle(let id): "\(id.rawValue) reads its own output; a stream graph has no cycles"
        case .noSource: "the graph has no source"
        case .noSink: "the graph has no sink"
        case .wrongInputs(let id): "\(id.rawValue) must read something, unless it is a source"
        case .wrongOutputs(let id): "\(id.rawValue) must be read by something, unless it is a sink"
        case .parallelism(let id, let value, let max):
            "\(id.rawValue) has parallelism \(value); possible are 1 to \(max)"
        }
    }
}
