internal import Expression
internal import StreamCore
internal import YAML

/// The topics that a source reads: named, or by a pattern.
struct TopicChoice {
    /// Empty for a pattern.
    let names: [String]
    var pattern: NamePattern?

    func contains(_ topic: String) -> Bool {
        names.contains(topic) || pattern?.matches(topic) == true
    }
}

/// What a Kafka source says of topics and tombstones.
extension PipelineChecker {
    /// Which topics a source reads; nil after reporting.
    func topics(_ object: DecodedObject) -> TopicChoice? {
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

    /// `startup: {offsets: ..}` counts the partitions of one topic.
    func checkStartupOffsets(
        _ startup: SourceDefinition.Startup?, _ topics: TopicChoice?, _ object: DecodedObject
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

    func discoveryInterval(_ object: DecodedObject) -> Int64 {
        object["partition_discovery_interval"]?.milliseconds
            ?? Self.discoveryIntervalMillisecondsDefault
    }

    /// By default a row only where a row can be one without a value.
    func tombstones(_ object: DecodedObject, _ format: RecordFormat) -> TombstonePolicy {
        object["tombstones"]?.text.flatMap(TombstonePolicy.init(rawValue:))
            ?? (format == .raw || format == .string ? .row : .fail)
    }

    /// That no column of a `schema` is called like a metadata column.
    func checkColumnNames(_ object: DecodedObject) {
        for entry in object["schema"]?.map ?? [] where MetadataName.isReserved(entry.key) {
            decoder.report(
                .badIdentifier, at: entry.keyRange, path: entry.value.path,
                "names that begin with `$` belong to the record's metadata: `\(entry.key)`",
                help:
                    "\(KafkaMetadata.topic), \(KafkaMetadata.partition), \(KafkaMetadata.offset), "
                    + "\(KafkaMetadata.timestamp), \(KafkaMetadata.key) and "
                    + "\(KafkaMetadata.headers) are there without being declared")
        }
    }
}
