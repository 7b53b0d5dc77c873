internal import PipelineSpec
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

extension GraphWiring {
    /// What an operator reads, in the order of its inputs.
    ///
    /// - Parameter reader: The operator's id.
    func edges(
        _ inputs: [OutputAddress], of reader: String, _ exchange: Exchange = .forward
    ) -> [StreamEdge] {
        let keepsOriginBytes = recordReaders.contains(reader)
        return inputs.map { address in
            StreamEdge(
                from: OperatorID(rawValue: address.operatorID),
                port: address.port.map { OutputPort($0) } ?? .main, exchange,
                keepsOriginBytes: keepsOriginBytes)
        }
    }

    /// The operators whose rows must bring their records along, keys, values and headers, since a dead
    /// letter may be made of them: dead-letter sinks, and what is in front of their inputs. Rows that
    /// are made of several records bring none.
    private var recordReaders: Set<String> {
        let transforms = Dictionary(
            uniqueKeysWithValues: definition.transforms.map { ($0.id, $0) })
        let sinks = definition.sinks.filter { $0.deadLetter != nil }
        var readers = Set(sinks.map(\.id))
        var waiting = sinks.flatMap(\.inputs)
        // Ends: each turn takes an address, and an operator adds its own once.
        while let address = waiting.popLast() {
            guard let transform = transforms[address.operatorID],
                address.port != nil || !transform.kind.isOfSeveralRecords,
                readers.insert(transform.id).inserted
            else { continue }
            waiting += transform.inputs
        }
        return readers
    }

    /// The side outputs of an operator that something reads; the checks found that it has them.
    func sideOutputs(of id: String) -> Set<OutputPort> {
        Set(definition.readPorts(of: id).map { OutputPort($0) })
    }
}
