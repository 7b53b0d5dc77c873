/// What a checked file will run, for `millrace explain`: operators, types, keys, chains, state,
/// guarantee, the timeout chain. No secret is shown.
package enum PipelineExplanation {
    package static func text(_ definition: PipelineDefinition) -> String { preconditionFailure("being built") }
    /// The same as one JSON object.
    package static func json(_ definition: PipelineDefinition) -> String { preconditionFailure("being built") }
}
