internal import Expression
internal import StreamCore
internal import YAML

/// What a Kafka source says of topics and tombstones.
extension PipelineChecker {
    /// The topics of a source that are named; nil after reporting.
    func topics(_ object: DecodedObject) -> [String]? {
        let (topic, topics) = (object["topic"], object["topics"])
        if let topic, topics != nil {
            decoder.report(
                .conflictingKeys, at: object.keyRange(of: "topics"), path: topic.path,
                "a source has either `topic` or `topics`", help: "name all of them in `topics`")
            return nil
        }
        if let list = topics?.list { return names(list, object) }
        if let text = topic?.text { return [text] }
        if object.isComplete {
            decoder.report(
                .missingKey, at: object.keyRange, path: object.path,
                "the key `topic` is missing: what is to be read?",
                help: "topic: events, or topics: [events, more-events]")
        }
        return nil
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
        _ startup: SourceDefinition.Startup?, _ topics: [String]?, _ object: DecodedObject
    ) {
        guard case .offsets = startup, let topics, topics.count > 1,
            let value = object["startup"]
        else { return }
        decoder.report(
            .conflictingKeys, at: value.node.range, path: value.path,
            "`startup: { offsets: .. }` names partitions of one topic; this source reads "
                + "\(topics.count)",
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
            ?? (format == .raw ? .row : .fail)
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
