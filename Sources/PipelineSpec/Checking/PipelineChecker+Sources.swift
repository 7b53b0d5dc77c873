internal import Expression
internal import StreamCore
internal import YAML

/// A source whose used columns are still being collected.
struct SourceDraft {
    let id: String
    let position: FilePosition
    let connection: String
    let topics: TopicChoice
    let discoveryIntervalMilliseconds: Int64
    let groupID: String
    let startup: SourceDefinition.Startup
    let isolation: SourceDefinition.Isolation
    let format: RecordFormat
    let formatOptions: FormatOptions
    let key: SourceKey?
    let scope: SourceScope
    let onError: ErrorPolicy
    let tombstones: TombstonePolicy
    let eventTime: EventTimeDefinition?

    func definition(passesHeadersOn: Bool) -> SourceDefinition {
        SourceDefinition(
            id: id, position: position, connection: connection, topics: topics.names,
            topicPattern: topics.pattern,
            discoveryIntervalMilliseconds: discoveryIntervalMilliseconds, groupID: groupID,
            startup: startup, isolation: isolation, format: format, formatOptions: formatOptions,
            key: key, schema: scope.schema, columns: scope.columns, onError: onError,
            eventTime: eventTime, tombstones: tombstones, passesHeadersOn: passesHeadersOn)
    }
}

extension PipelineChecker {
    func checkSources() {
        for operatorNode in graph.operators where operatorNode.section == .sources {
            guard let object = operatorNode.object else { continue }
            let connection = connection(of: object)
            let startup = startup(object)
            let topics = topics(object)
            checkStartupOffsets(startup, topics, object)
            guard let (format, options) = format(object, "format"),
                let (schema, key) = sourceColumns(object, format)
            else { continue }
            checkColumnNames(object)
            let tombstones = tombstones(object, format)
            let scope = SourceScope(
                schema, metadata: KafkaMetadata.fields, hasRowsWithoutValue: tombstones == .row)
            var stream = RowStream(
                schema: schema, scope: scope, isUntouchedRaw: format == .raw && key == nil,
                headerSources: [operatorNode.id])
            let eventTime = eventTime(object, in: stream)
            stream.hasEventTime = object["event_time"] != nil
            streams[operatorNode.id] = stream
            addErrorStream(of: operatorNode)
            guard object.isComplete, let connection, let startup, let topics else { continue }
            sources.append(
                SourceDraft(
                    id: operatorNode.id, position: position(operatorNode.keyRange),
                    connection: connection.id, topics: topics,
                    discoveryIntervalMilliseconds: discoveryInterval(object),
                    groupID: object["group_id"]?.text ?? name, startup: startup,
                    isolation: SourceDefinition.Isolation(
                        rawValue: object["isolation_level"]?.text ?? "") ?? .readCommitted,
                    format: format, formatOptions: options, key: key, scope: scope,
                    onError: errorPolicy(object), tombstones: tombstones, eventTime: eventTime))
        }
    }

    func errorPolicy(_ object: DecodedObject) -> ErrorPolicy {
        ErrorPolicy(rawValue: object["on_error"]?.text ?? "") ?? .fail
    }

    private func startup(_ object: DecodedObject) -> SourceDefinition.Startup? {
        guard let value = object["startup"] else { return .earliest }
        if let text = value.text {
            return switch text {
            case "latest": .latest
            case "committed": .committed
            default: .earliest
            }
        }
        guard let choice = value.object else { return nil }
        let timestamp = choice["timestamp"]?.integer
        let offsets = choice["offsets"]?.map
        switch (timestamp, offsets) {
        case (let timestamp?, nil): return .timestamp(milliseconds: timestamp)
        case (nil, let offsets?):
            let pairs = offsets.compactMap { entry in
                Int32(entry.key).flatMap { partition in
                    entry.value.integer.map { (partition, $0) }
                }
            }
            // `01` and `1` are one partition; the first one counts.
            return .offsets(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
        default:
            if choice.isComplete {
                decoder.report(
                    .conflictingKeys, at: value.node.range, path: value.path,
                    "`startup` as a mapping has either `timestamp` or `offsets`")
            }
            return nil
        }
    }
}
