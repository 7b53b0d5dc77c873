internal import Expression

/// What there is to say about joins.
extension PipelineFacts {
    /// Lines behind the operator's id.
    static func join(_ join: JoinDefinition, _ inputs: [String]) -> [String] {
        let named = zip(join.aliases, inputs).map { "\($1) as \($0)" }.joined(separator: " with ")
        return [
            "\(join.kind.rawValue) join of \(named)",
            "  on \(oneLine(join.conditionText)); "
                + "\(join.keys.count) key\(join.keys.count == 1 ? "" : "s")"
                + (join.residual == nil ? "" : ", the rest is asked of each pair"),
            "  \(window(join))",
        ] + join.outputs.map { "  \($0.name) = \(oneLine($0.text))" }
    }

    /// `windows of 10 min, late from 2 min after the end, emitted once, when closed`.
    static func window(_ join: JoinDefinition) -> String {
        func duration(_ milliseconds: Int64) -> String {
            DurationText.text(milliseconds: milliseconds)
        }
        let lateness = join.allowedLatenessMilliseconds
        let emission =
            (lateness > 0 ? ", late from \(duration(lateness)) after the end" : "")
            + (join.emission == .onWindowEnd
                ? ", emitted at the end and for each later row" : ", emitted once, when closed")
        switch join.window {
        case .interval(let lower, let upper):
            return
                "right.time from left.time + \(duration(lower)) to left.time + \(duration(upper))"
        case .session(let gap): return "sessions, gap \(duration(gap))\(emission)"
        case .hopping(let size, let slide, let offset):
            return "windows of \(duration(size))"
                + (slide == size ? "" : " every \(duration(slide))")
                + (offset == 0 ? "" : ", offset \(duration(offset))") + emission
        }
    }

    func joinState(_ id: String, _ join: JoinDefinition) -> State {
        let counts = [0, 1].map { input in join.columns.filter { $0.input == input }.count }
        return State(
            operatorID: id,
            text: "rows of both inputs until their windows have closed: \(counts[0]) and "
                + "\(counts[1]) columns, by key, in memory (hashmap), "
                + "\(definition.configuration.maxParallelism) key groups; grows with the rows of the "
                + "open windows")
    }
}
