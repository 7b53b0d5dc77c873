internal import PipelineSpec
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

extension GraphWiring {
    /// What an operator reads, in the order of its inputs.
    func edges(_ inputs: [OutputAddress], _ exchange: Exchange = .forward) -> [StreamEdge] {
        inputs.map { address in
            StreamEdge(
                from: OperatorID(rawValue: address.operatorID),
                port: address.port.map { OutputPort($0) } ?? .main, exchange)
        }
    }

    /// The side outputs of an operator that something reads; the checks found that it has them.
    func sideOutputs(of id: String) -> Set<OutputPort> {
        let read = definition.transforms.flatMap(\.inputs) + definition.sinks.flatMap(\.inputs)
        let ports = read.filter { $0.operatorID == id }.compactMap(\.port)
        return Set(ports.map { OutputPort($0) })
    }
}
