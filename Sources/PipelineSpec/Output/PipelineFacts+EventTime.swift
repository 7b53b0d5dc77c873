/// What there is to say about event time.
extension PipelineFacts {
    /// A source whose watermark an operator waits for.
    struct WatermarkInput {
        let source: SourceDefinition
        let eventTime: EventTimeDefinition
        /// What may hold the watermark longer than one expects.
        let notes: [String]
    }

    /// An operator that acts on watermarks: its own is the smallest of those of its sources.
    struct WatermarkFacts {
        let operatorID: String
        let inputs: [WatermarkInput]

        /// Lines behind the operator's id.
        var lines: [String] {
            let names = inputs.map(\.source.id).joined(separator: ", ")
            let first = inputs.count == 1 ? "that of \(names)" : "the smallest of \(names)"
            return [first]
                + inputs.flatMap { input in
                    ["  \(input.source.id): \(PipelineFacts.watermark(input.eventTime))"]
                        + input.notes.map { "    \($0)" }
                }
        }
    }

    var watermarks: [WatermarkFacts] {
        definition.transforms.filter(\.usesEventTime).map { transform in
            let inputs = sources(of: transform).compactMap { source in
                source.eventTime.map {
                    WatermarkInput(source: source, eventTime: $0, notes: notes(source, $0))
                }
            }
            return WatermarkFacts(operatorID: transform.id, inputs: inputs)
        }
    }

    /// Where event time comes from, and what holds its watermark back.
    static func eventTime(_ eventTime: EventTimeDefinition, of source: SourceDefinition) -> String {
        let split = source.kafka == nil ? "file" : "partition"
        let idle = eventTime.idleTimeoutMilliseconds.map {
            "\(source.heldBackBy) is left out after \(DurationText.text(milliseconds: $0))"
        }
        return "event time \(oneLine(eventTime.expression.text)); watermark "
            + "\(DurationText.text(milliseconds: eventTime.delayMilliseconds)) behind the latest row "
            + "of each \(split); \(idle ?? "\(source.heldBackBy) holds it back"); at most "
            + "\(DurationText.text(milliseconds: eventTime.maxLeadMilliseconds)) ahead"
            + (eventTime.alignment.map {
                "; waits for the group \($0.group) when "
                    + "\(DurationText.text(milliseconds: $0.maxDriftMilliseconds)) ahead of it"
            } ?? "")
    }

    /// `delay 30 s, idle_timeout 1 min, max_lead 1 h, align_group g within 5 min`.
    private static func watermark(_ eventTime: EventTimeDefinition) -> String {
        func text(_ milliseconds: Int64) -> String { DurationText.text(milliseconds: milliseconds) }
        let idle = eventTime.idleTimeoutMilliseconds.map { "idle_timeout \(text($0))" }
        let group = eventTime.alignment.map {
            "align_group \($0.group) within \(text($0.maxDriftMilliseconds))"
        }
        return [
            "delay \(text(eventTime.delayMilliseconds))", idle ?? "no idle_timeout",
            "max_lead \(text(eventTime.maxLeadMilliseconds))", group,
        ].compactMap(\.self).joined(separator: ", ")
    }

    private func notes(_ source: SourceDefinition, _ eventTime: EventTimeDefinition) -> [String] {
        guard eventTime.idleTimeoutMilliseconds == nil else { return [] }
        // A file that is there is read sooner or later.
        guard source.kafka != nil else { return ["\(source.heldBackBy) holds it back"] }
        let held = "\(source.heldBackBy) holds it for ever: no idle_timeout"
        guard let group = eventTime.alignment?.group else { return [held] }
        let others = definition.sources.filter {
            $0.id != source.id && $0.eventTime?.alignment?.group == group
        }
        guard !others.isEmpty else { return [held] }
        return [
            held + ", and keeps \(others.map(\.id).joined(separator: ", ")) from reading on"
        ]
    }

    /// In the order of the file, each once.
    private func sources(of transform: TransformDefinition) -> [SourceDefinition] {
        var seen: Set<String> = []
        var waiting = transform.inputs.map(\.operatorID)
        while let id = waiting.popLast() {
            guard seen.insert(id).inserted else { continue }
            let next = definition.transforms.first { $0.id == id }
            waiting += next?.inputs.map(\.operatorID) ?? []
        }
        return definition.sources.filter { seen.contains($0.id) }
    }
}

extension SourceDefinition {
    /// The split that keeps a watermark where it is.
    fileprivate var heldBackBy: String {
        kafka == nil ? "a file that is not read yet" : "a partition without records"
    }
}
