internal import Expression
internal import StreamCore
internal import YAML

extension PipelineChecker {
    /// What a source says of event time; nil where it says nothing, or after reporting.
    func eventTime(_ object: DecodedObject, in stream: RowStream) -> EventTimeDefinition? {
        let watermark = object["watermark"]
        guard let value = object["event_time"] else {
            if watermark != nil {
                reportMissing("event_time", besides: "watermark", object, help: "event_time: ts")
            }
            return nil
        }
        let time = expression(value, named: "event_time", in: stream)
        if let time { checkType(of: time, value) }
        guard let watermark else {
            reportMissing(
                "watermark", besides: "event_time", object, help: "watermark: { delay: 5 s }")
            return nil
        }
        guard let time, let settings = watermark.object, checkAlignment(settings),
            let delay = settings["delay"]?.milliseconds
        else { return nil }
        return EventTimeDefinition(
            expression: time, delayMilliseconds: delay,
            idleTimeoutMilliseconds: settings["idle_timeout"]?.milliseconds,
            maxLeadMilliseconds: settings["max_lead"]?.milliseconds
                ?? EventTimeGrammar.leadMillisecondsDefault,
            alignment: alignment(settings))
    }

    /// - Returns: False after reporting.
    private func checkAlignment(_ settings: DecodedObject) -> Bool {
        switch (settings["align_group"], settings["max_drift"]) {
        case (nil, nil), (.some, .some): return true
        case (.some, nil):
            reportMissing(
                "max_drift", besides: "align_group", settings, help: "max_drift: 5 min")
        case (nil, .some):
            reportMissing(
                "align_group", besides: "max_drift", settings, help: "align_group: orders_payments")
        }
        return false
    }

    private func alignment(_ settings: DecodedObject) -> EventTimeDefinition.Alignment? {
        guard let group = settings["align_group"]?.text,
            let drift = settings["max_drift"]?.milliseconds
        else { return nil }
        return EventTimeDefinition.Alignment(group: group, maxDriftMilliseconds: drift)
    }

    /// A group of one source: a misspelt name, as a rule.
    func checkAlignmentGroups() {
        let sources = graph.operators.filter { $0.section == .sources }
        let settings = sources.compactMap { $0.object?["watermark"]?.object }
        let values = settings.filter { $0["max_drift"] != nil }.compactMap { $0["align_group"] }
        let names = values.compactMap(\.text)
        for value in values {
            guard let name = value.text, names.count(where: { $0 == name }) == 1 else { continue }
            let others = names.filter { $0 != name }
            decoder.report(
                .alignmentOfOne, at: value.node.range, path: value.path,
                "no other source is in `align_group` `\(name)`: its partitions wait for each other alone",
                help: NearestName.help(name, among: others))
        }
    }

    private func reportMissing(
        _ key: String, besides other: String, _ object: DecodedObject, help: String
    ) {
        // A key with an error in it has been reported.
        guard object.isComplete else { return }
        decoder.report(
            .missingKey, at: object.keyRange(of: other), path: object.path,
            "the key `\(key)` is missing: `\(other)` means nothing without it", help: help)
    }

    private func checkType(of time: NamedExpression, _ value: DecodedValue) {
        switch time.expression.type {
        case .timestamp, .timestampLTZ, .bigint: return
        default:
            let positions = ScalarPositions(of: value.node, in: decoder.collector.source)
            let start = positions.mark(atUTF8Offset: 0)
            decoder.collector.report(
                expressionCode: ExpressionError.Code.unexpectedType.rawValue,
                at: YAMLRange(start: start, end: max(start, value.node.range.end)),
                path: value.path, "`event_time` is \(time.expression.type), which is no time",
                help: "TIMESTAMP_LTZ(3), TIMESTAMP(3), or BIGINT in milliseconds since 1970")
        }
    }
}
