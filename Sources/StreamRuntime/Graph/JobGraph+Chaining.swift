internal import StreamAPI
internal import StreamCore

extension JobGraph {
    /// Checks `graph` and fuses what can run in one thread.
    ///
    /// A node joins the chain of what it reads if that is its only input, both have the same
    /// parallelism, and rows need not change subtask: the edge is forward, or there is one subtask
    /// only. Everything else heads a chain of its own, behind channels.
    package init(_ graph: StreamGraph) throws(StreamGraphError) {
        let nodes = try graph.checkedInOrder()
        let byID = Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, $0) })
        var builder = ChainBuilder()
        for node in nodes {
            if let upstream = node.chainedTo(byID) {
                builder.append(node, behind: upstream)
            } else {
                builder.startChain(node)
            }
        }
        maxParallelism = graph.maxParallelism
        vertices = builder.vertices
        edges = builder.edges
    }
}

extension StreamNode {
    /// The node whose chain this one joins, if any.
    fileprivate func chainedTo(_ byID: [OperatorID: StreamNode]) -> OperatorID? {
        guard inputs.count == 1, let upstream = byID[inputs[0].upstream],
            upstream.parallelism == parallelism
        else { return nil }
        switch inputs[0].exchange {
        case .forward: return upstream.id
        case .keyed: return parallelism == 1 ? upstream.id : nil
        }
    }
}

/// Collects chains while the nodes come in, upstream first.
private struct ChainBuilder {
    private var chains: [[StreamNode]] = []
    private var consumers: [[[OperatorChainPlan.Consumer]]] = []
    private var place: [OperatorID: (chain: Int, node: Int)] = [:]
    private(set) var edges: [JobEdge] = []

    var vertices: [JobVertex] {
        zip(chains, consumers).map { nodes, consumers in
            JobVertex(
                chain: OperatorChainPlan(nodes: nodes, consumers: consumers),
                parallelism: nodes[0].parallelism)
        }
    }

    mutating func startChain(_ node: StreamNode) {
        let chain = chains.count
        chains.append([node])
        consumers.append([[]])
        place[node.id] = (chain, 0)
        for (index, input) in node.inputs.enumerated() {
            guard let upstream = place[input.upstream] else {
                preconditionFailure("nodes come in behind what they read")
            }
            edges.append(
                JobEdge(
                    upstreamVertex: upstream.chain, upstreamNode: input.upstream,
                    port: input.port, downstreamVertex: chain, input: index,
                    exchange: input.exchange, keepsOriginBytes: input.keepsOriginBytes))
        }
    }

    mutating func append(_ node: StreamNode, behind upstream: OperatorID) {
        guard let position = place[upstream] else {
            preconditionFailure("nodes come in behind what they read")
        }
        assert(node.inputs.count == 1)
        let index = chains[position.chain].count
        chains[position.chain].append(node)
        consumers[position.chain].append([])
        consumers[position.chain][position.node].append(
            OperatorChainPlan.Consumer(port: node.inputs[0].port, node: index))
        place[node.id] = (position.chain, index)
    }
}

extension StreamGraph {
    /// The nodes, each behind everything that it reads.
    fileprivate func checkedInOrder() throws(StreamGraphError) -> [StreamNode] {
        try checkNodes()
        let readers = Set(nodes.flatMap { $0.inputs.map(\.upstream) })
        for node in nodes where readers.contains(node.id) == node.isSink {
            throw .wrongOutputs(node.id)
        }
        guard nodes.contains(where: \.isSource) else { throw .noSource }
        guard nodes.contains(where: \.isSink) else { throw .noSink }
        return try sorted()
    }

    private func checkNodes() throws(StreamGraphError) {
        var seen: Set<OperatorID> = []
        for node in nodes {
            guard seen.insert(node.id).inserted else { throw .duplicateNode(node.id) }
            guard (1...maxParallelism).contains(node.parallelism) else {
                throw .parallelism(node.id, node.parallelism, max: maxParallelism)
            }
            guard node.isSource == node.inputs.isEmpty else { throw .wrongInputs(node.id) }
        }
        let outputs = Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, $0.sideOutputs) })
        for node in nodes {
            for input in node.inputs {
                guard let ports = outputs[input.upstream] else {
                    throw .unknownInput(input.upstream, of: node.id)
                }
                guard input.port == .main || ports.contains(input.port) else {
                    throw .unknownPort(input.upstream, input.port, of: node.id)
                }
            }
        }
    }

    /// Kahn's algorithm, keeping the order of the file where it can.
    private func sorted() throws(StreamGraphError) -> [StreamNode] {
        var done: Set<OperatorID> = []
        var result: [StreamNode] = []
        var waiting = nodes
        while !waiting.isEmpty {
            let ready = waiting.filter { node in
                node.inputs.allSatisfy { done.contains($0.upstream) }
            }
            guard !ready.isEmpty else { throw .cycle(through: waiting[0].id) }
            result += ready
            done.formUnion(ready.map(\.id))
            waiting.removeAll { done.contains($0.id) }
        }
        return result
    }
}
