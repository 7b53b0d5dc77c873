internal import Expression
internal import StreamCore
internal import YAML

/// The topics that a source reads: named, or by a pattern.
struct TopicChoice {
    /// Empty for a pattern.
    let names: [String]
    var pattern: NamePattern?
}

/// What a Kafka source says of topics, offsets and tombstones.
extension PipelineChecker {
    func checkKafkaSource(_ operatorNode: OperatorGraph.Operator, _ object: DecodedObject) {
        let connection = connection(of: object)
        let startup = startup(object)
        let topics = topics(object)
        checkStartupOffsets(startup, topics, object)
        guard let (format, options) = format(object, "format"),
            let (schema, key) = sourceColumns(object, format)
        else { return }
        checkColumnNames(object, metadata: KafkaMetadata.fields.map(\.name))
        let tombstones = tombstones(object, format)
        let scope = SourceScope(
            schema, metadata: KafkaMetadata.fields, hasRowsWithoutValue: tombstones == .row,
            wholeColumns: Self.wholeColumns(schema, format, key))
        let eventTime = addStream(
            of: operatorNode, object, scope, isUntouchedRaw: format == .raw && key == nil,
            headerSources: [operatorNode.id])
        guard object.isComplete, let connection, let startup, let topics else { return }
        let kafka = KafkaSourceDefinition(
            connection: connection.id, topics: topics.names, topicPattern: topics.pattern,
            discoveryIntervalMilliseconds: discoveryInterval(object),
            groupID: object["group_id"]?.text ?? name, startup: startup,
            isolation: KafkaSourceDefinition.Isolation(
                rawValue: object["isolation_level"]?.text ?? "") ?? .readCommitted,
            key: key, tombstones: tombstones)
        sources.append(
            SourceDraft(
                id: operatorNode.id, position: position(operatorNode.keyRange),
                connector: .kafka(kafka), format: format, formatOptions: options, scope: scope,
                onError: errorPolicy(object), eventTime: eventTime))
    }

    /// Which topics a source reads; nil after reporting.
    private func topics(_ object: DecodedObject) -> TopicChoice? {
        let keys = ["topic", "topics", "topic_pattern"].filter { object[$0] != nil }
        guard keys.count < 2 else {
            decoder.report(
                .conflictingKeys, at: object.keyRange(of: keys[1]), path: object.path,
                "a source has one of `topic`, `topics` and `topic_pattern`",
                help: "name all topics in `topics`, or match all of them by `topic_pattern`")
            return nil
        }
        if let list = object["topics"]?.list {
            return names(list, object).map { TopicChoice(names: $0) }
        }
        if let text = object["topic"]?.text { return TopicChoice(names: [text]) }
        if let value = object["topic_pattern"] {
            return pattern(value).map { TopicChoice(names: [], pattern: $0) }
        }
        if object.isComplete {
            decoder.report(
                .missingKey, at: object.keyRange, path: object.path,
                "the key `topic` is missing: what is to be read?",
                help: "topic: events, or topics: [events, more-events]")
        }
        return nil
    }

    private func pattern(_ value: DecodedValue) -> NamePattern? {
        guard let text = value.text else { return nil }
        do throws(NamePattern.Failure) {
            return try NamePattern(text)
        } catch {
            decoder.report(
                .badPattern, at: value.node.range, path: value.path,
                "`topic_pattern` is no pattern: \(error)",
                help: "the whole name must match: 'events-.*'")
            return nil
        }
    }

    private func names(_ list: [DecodedValue], _ object: DecodedObject) -> [String]? {
        let names = list.compactMap(\.text)
        if names.isEmpty {
            decoder.report(
                .missingKey, at: object.keyRange(of: "topics"), path: object.path,
                "`topics` names no topic", help: "topics: [events]")
        }
        for (index, value) in list.enumerated() where names[..<index].contains(names[index]) {
            decoder.report(
                .conflictingKeys, at: value.node.range, path: value.path,
                "the topic `\(names[index])` is named twice", help: "remove one of them")
        }
        return Set(names).count == names.count && !names.isEmpty ? names : nil
    }

    private func startup(_ object: DecodedObject) -> KafkaSourceDefinition.Startup? {
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

    /// `startup: {offsets: ..}` counts the partitions of one topic.
    private func checkStartupOffsets(
        _ startup: KafkaSourceDefinition.Startup?, _ topics: TopicChoice?, _ object: DecodedObject
    ) {
        guard case .offsets = startup, let topics, topics.names.count != 1,
            let value = object["startup"]
        else { return }
        decoder.report(
            .conflictingKeys, at: value.node.range, path: value.path,
            "`startup: { offsets: .. }` names partitions of one topic; this source reads several",
            help: "write a source for each topic, or startup: { timestamp: .. }")
    }

    /// 5 minutes: Flink's default of `scan.topic-partition-discovery.interval`.
    private static let discoveryIntervalMillisecondsDefault: Int64 = 300_000

    private func discoveryInterval(_ object: DecodedObject) -> Int64 {
        object["partition_discovery_interval"]?.milliseconds
            ?? Self.discoveryIntervalMillisecondsDefault
    }

    /// By default a row only where a row can be one without a value.
    private func tombstones(_ object: DecodedObject, _ format: RecordFormat) -> TombstonePolicy {
        object["tombstones"]?.text.flatMap(TombstonePolicy.init(rawValue:))
            ?? (format == .raw || format == .string ? .row : .fail)
    }

    /// That no column of a `schema` is called like a metadata column.
    func checkColumnNames(_ object: DecodedObject, metadata names: [String]) {
        for entry in object["schema"]?.map ?? [] where MetadataName.isReserved(entry.key) {
            decoder.report(
                .badIdentifier, at: entry.keyRange, path: entry.value.path,
                "names that begin with `$` belong to the record's metadata: `\(entry.key)`",
                help:
                    "\(names.dropLast().joined(separator: ", ")) and \(names.last ?? "") are there "
                    + "without being declared")
        }
    }
}
