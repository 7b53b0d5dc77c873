internal import StreamAPI
internal import StreamCore

/// Where the rows of one node leave a subtask: an exchange and its channels.
struct OutputPlan: Sendable {
    /// The node whose output it is.
    let node: OperatorID
    let port: OutputPort
    let exchange: Exchange
    let keepsOriginBytes: Bool
    /// By downstream subtask for a keyed exchange; for a forward one, rows go to the first and
    /// barriers to all.
    let channels: [InputChannel]
}

/// Where rows reach a subtask.
struct InputPlan: Sendable {
    let channel: InputChannel
    /// Who fills the channel.
    let upstream: SubtaskID
    /// The position of the edge among the inputs of the subtask's head node.
    let input: Int
}

/// The channels of a run, by the subtasks at their two ends.
struct Wiring {
    private(set) var inputs: [SubtaskID: [InputPlan]] = [:]
    private(set) var outputs: [SubtaskID: [OutputPlan]] = [:]

    init(
        job: JobGraph, subtasks: [Subtask], configuration: ExecutionConfiguration,
        cancellation: Cancellation
    ) {
        let doorbells = Dictionary(uniqueKeysWithValues: subtasks.map { ($0.id, $0.doorbell) })
        precondition(doorbells.count == subtasks.count)
        for edge in job.edges {
            for upstream in job.subtaskIDs(ofVertex: edge.upstreamVertex) {
                let targets = job.targets(of: upstream, along: edge)
                let channels = targets.map { target in
                    guard let producer = doorbells[upstream], let consumer = doorbells[target]
                    else { preconditionFailure("the subtasks are those of the job") }
                    return InputChannel(
                        configuration: configuration, cancellation: cancellation,
                        producer: producer, consumer: consumer)
                }
                outputs[upstream, default: []].append(OutputPlan(edge, channels: channels))
                for (target, channel) in zip(targets, channels) {
                    inputs[target, default: []].append(
                        InputPlan(channel: channel, upstream: upstream, input: edge.input))
                }
            }
        }
    }
}

extension OutputPlan {
    init(_ edge: JobEdge, channels: [InputChannel]) {
        self.init(
            node: edge.upstreamNode, port: edge.port, exchange: edge.exchange,
            keepsOriginBytes: edge.keepsOriginBytes, channels: channels)
    }
}

extension JobGraph {
    /// The subtasks of one vertex, by index.
    func subtaskIDs(ofVertex vertex: Int) -> [SubtaskID] {
        precondition(vertex <= Int(UInt16.max))
        return (0..<vertices[vertex].parallelism).map {
            SubtaskID(vertex: UInt16(vertex), index: UInt16($0))
        }
    }

    func makeSubtasks() -> [Subtask] {
        vertices.indices.flatMap { vertex in
            subtaskIDs(ofVertex: vertex).map { Subtask(id: $0, vertex: vertices[vertex]) }
        }
    }

    /// Who has a channel from `upstream`. Every downstream subtask gets at least one from some
    /// upstream subtask: without one it would never see a barrier.
    func targets(of upstream: SubtaskID, along edge: JobEdge) -> [SubtaskID] {
        let all = subtaskIDs(ofVertex: edge.downstreamVertex)
        if case .keyed = edge.exchange { return all }
        let upstreamCount = vertices[edge.upstreamVertex].parallelism
        let own = Int(upstream.index)
        if all.count <= upstreamCount { return [all[own * all.count / upstreamCount]] }
        return all.filter { Int($0.index) * upstreamCount / all.count == own }
    }
}
