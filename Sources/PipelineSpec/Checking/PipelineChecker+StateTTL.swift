internal import YAML

/// `state_ttl`.
extension PipelineChecker {
    /// - Parameter isBounded: Whether the operator's window or interval bounds its state.
    /// - Returns: Milliseconds of event time; nil for none, and after reporting.
    func stateTTL(_ object: DecodedObject, _ input: RowStream?, isBounded: Bool) -> Int64? {
        guard let value = object["state_ttl"] else { return nil }
        guard !isBounded else {
            decoder.report(
                .boundedState, at: object.keyRange(of: "state_ttl"), path: value.path,
                "`state_ttl` means nothing beside a `window`: what a window keeps leaves with it",
                help: "remove it")
            return nil
        }
        if input?.hasEventTime == false {
            decoder.report(
                .windowWithoutEventTime, at: object.keyRange(of: "state_ttl"), path: value.path,
                "`state_ttl` is of event time, which the rows of `\(object["input"]?.text ?? "")` do "
                    + "not have",
                help: "give the source `event_time: ts` and `watermark: { delay: 5 s }`")
        }
        return value.milliseconds
    }
}
