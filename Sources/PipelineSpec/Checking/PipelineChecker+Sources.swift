internal import Expression
internal import StreamCore
internal import YAML

/// A source whose used columns are still being collected.
struct SourceDraft {
    let id: String
    let position: FilePosition
    let connector: SourceDefinition.Connector
    let format: RecordFormat
    let formatOptions: FormatOptions
    let scope: SourceScope
    let onError: ErrorPolicy
    let eventTime: EventTimeDefinition?

    func definition(passesHeadersOn: Bool) -> SourceDefinition {
        var connector = connector
        switch connector {
        case .kafka(var kafka):
            kafka.passesHeadersOn = passesHeadersOn
            connector = .kafka(kafka)
        case .file: break
        }
        return SourceDefinition(
            id: id, position: position, connector: connector, format: format,
            formatOptions: formatOptions, schema: scope.schema, columns: scope.columns,
            onError: onError, eventTime: eventTime)
    }
}

extension PipelineChecker {
    func checkSources() {
        for operatorNode in graph.operators where operatorNode.section == .sources {
            guard let object = operatorNode.object else { continue }
            switch object.kind {
            case "file": checkFileSource(operatorNode, object)
            default: checkKafkaSource(operatorNode, object)
            }
        }
    }

    /// What expressions behind a source may name, and the source's event time.
    func addStream(
        of operatorNode: OperatorGraph.Operator, _ object: DecodedObject, _ scope: SourceScope,
        isUntouchedRaw: Bool, headerSources: [String]
    ) -> EventTimeDefinition? {
        var stream = RowStream(
            schema: scope.schema, scope: scope, isUntouchedRaw: isUntouchedRaw,
            headerSources: headerSources)
        let eventTime = eventTime(object, in: stream)
        stream.hasEventTime = object["event_time"] != nil
        stream.records = RowRecords(sources: [operatorNode.id], areSomeMissing: false)
        streams[operatorNode.id] = stream
        addErrorStream(of: operatorNode, stream.records)
        return eventTime
    }

    func errorPolicy(_ object: DecodedObject) -> ErrorPolicy {
        ErrorPolicy(rawValue: object["on_error"]?.text ?? "") ?? .fail
    }
}
