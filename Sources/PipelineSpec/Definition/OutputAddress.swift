/// An output of an operator as a pipeline file names it: `events`, or `events.errors`.
package struct OutputAddress: Hashable, Sendable, CustomStringConvertible {
    /// The id of a source or transform.
    package let operatorID: String
    /// The name of a side output; nil: the main output.
    package let port: String?

    package init(operatorID: String, port: String? = nil) {
        self.operatorID = operatorID
        self.port = port
    }

    /// Ids have no `.`, so the first one ends the id.
    init(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        operatorID = String(parts[0])
        port = parts.count == 2 ? String(parts[1]) : nil
    }

    package var description: String { port.map { "\(operatorID).\($0)" } ?? operatorID }
}

extension PipelineDefinition {
    /// The side outputs of an operator that something reads, by name.
    package func readPorts(of id: String) -> Set<String> {
        let inputs = transforms.flatMap(\.inputs) + sinks.flatMap(\.inputs)
        return Set(inputs.filter { $0.operatorID == id }.compactMap(\.port))
    }
}
