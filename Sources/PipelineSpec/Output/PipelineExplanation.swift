internal import StreamCore

/// What a checked file will run, for `millrace explain`: operators, types, keys, chains, state,
/// guarantee, the timeout chain. No secret is shown.
package enum PipelineExplanation {
    /// For people; ends with a line end.
    package static func text(_ definition: PipelineDefinition) -> String {
        let facts = PipelineFacts(definition)
        var lines = [definition.name + (definition.description.map { ": \($0)" } ?? "")]
        lines.append("JobID \(JobID(name: definition.name))")
        lines += section("sources", definition.sources.map(facts.source))
        lines += section("transforms", definition.transforms.map(facts.transform))
        lines += section("sinks", definition.sinks.map(facts.sink))
        lines += section("chains", facts.chains.map { [$0.text, $0.detail] })
        lines += section("watermarks", facts.watermarks.map { [$0.operatorID] + $0.lines })
        lines += section("state", facts.state.map { [$0.operatorID, $0.text] })
        lines += ["", "checkpoints", "  " + facts.checkpoints]
        lines += ["", "guarantee"] + facts.guarantees.map { "  " + $0 }
        let timeouts = facts.timeouts
        if !timeouts.isEmpty { lines += ["", "time-outs"] + timeouts.map { "  " + $0 } }
        let text = lines.joined(separator: "\n") + "\n"
        return Secrets.hide(definition.secrets, in: text)
    }

    /// A heading and its entries: the first part of each in a column of its own, the rest below
    /// each other beside it.
    private static func section(_ title: String, _ entries: [[String]]) -> [String] {
        guard !entries.isEmpty else { return [] }
        let width = entries.map { $0[0].count }.max() ?? 0
        var lines = ["", title]
        for entry in entries {
            let name = entry[0] + String(repeating: " ", count: width - entry[0].count)
            for (index, part) in entry.dropFirst().enumerated() {
                let margin = index == 0 ? name : String(repeating: " ", count: width)
                lines.append("  \(margin)  \(part)")
            }
        }
        return lines
    }

    /// The same as one JSON object; ends with a line end.
    package static func json(_ definition: PipelineDefinition) -> String {
        let text = ExplanationJSON(definition).object.pretty + "\n"
        return Secrets.hide(definition.secrets, in: text)
    }
}
