internal import Expression
internal import Formats
internal import KafkaClient
internal import KafkaConnector
internal import Operators
internal import PipelineSpec
internal import StreamAPI
internal import StreamCore

/// What stands around a format's decoder: tombstones and metadata, of which formats know nothing.
extension GraphWiring {
    typealias MakeDecoder = (SourceDefinition, OperatorContext, RecordCounters) throws ->
        any BatchDecoder

    func recordDecoder(
        _ source: SourceDefinition, _ context: OperatorContext,
        _ counters: RecordCounters,
        around makeValues: MakeDecoder
    ) throws -> any BatchDecoder {
        let rowCapacity = RecordBatch.rowCapacityDefault
        var decoder = try makeValues(source, context, counters)
        if let policy = source.tombstonePolicy {
            decoder = TombstoneDecoder(
                around: decoder, policy: policy, operatorID: context.operatorID,
                counters: counters, rowCapacity: rowCapacity)
        }
        let parts = source.decodedParts
        guard parts.contains(where: \.isMetadata) else { return decoder }
        return MetadataDecoder(
            around: decoder, parts: parts, schema: source.batchSchema, rowCapacity: rowCapacity)
    }
}

extension KafkaRecordEncoding {
    /// The same keys and values, with what the sink says of the rest of its records.
    func with(_ record: SinkRecord, of operatorID: OperatorID) -> KafkaRecordEncoding {
        func column(_ named: NamedExpression) -> any ColumnEvaluator {
            ExpressionColumn(named.expression, operatorID: operatorID)
        }
        var encoding = self
        switch record.headers {
        case .none: break
        case .passThrough: encoding.headers = .origin
        case .fields(let fields): encoding.headers = .fields(fields.map { ($0.name, column($0)) })
        }
        encoding.timestamp = record.timestamp.map(column)
        switch record.partitioner {
        case .murmur2: break
        case .subtask: encoding.partitioner = .subtask
        case .fixed(let partition): encoding.partitioner = .constant(partition)
        case .column(let named): encoding.partitioner = .column(column(named))
        }
        encoding.tombstone = record.tombstoneWhen.map(column)
        return encoding
    }
}

extension SourceDefinition {
    /// Nil: there are no tombstones, or the format has rows for them itself.
    fileprivate var tombstonePolicy: KafkaConnector.TombstonePolicy? {
        switch kafka?.tombstones {
        case nil: nil
        // Beside columns of the key, a row of NULLs would lack the key's.
        case .row: format == .raw || format == .string || key != nil ? nil : .row
        case .drop: .drop
        case .fail:
            switch onError {
            case .fail: .fail
            case .drop: .drop
            case .sideOutput: .sideOutput
            }
        }
    }

    /// Where each of the batch's columns comes from.
    fileprivate var decodedParts: [MetadataDecoder.Part] {
        var valueCount = 0
        return columns.map { column in
            if let metadata = MetadataColumn(column.path) { return .metadata(metadata) }
            defer { valueCount += 1 }
            return .value(valueCount)
        }
    }
}

extension MetadataColumn {
    /// Nil for the path of a value column.
    init?(_ path: [PathStep]) {
        guard path.isMetadata, case .field(let name)? = path.first else { return nil }
        switch name {
        case KafkaMetadata.topic, FileMetadata.file: self = .topic
        case KafkaMetadata.partition: self = .partition
        case KafkaMetadata.offset: self = .offset
        case FileMetadata.line: self = .line
        case KafkaMetadata.timestamp: self = .timestamp
        case KafkaMetadata.key: self = .key
        case KafkaMetadata.headers:
            if path.count == 2, case .field(let header) = path[1] {
                self = .header(header)
            } else {
                self = .headers
            }
        default: return nil
        }
    }
}

extension KafkaSourceConfiguration {
    init(_ source: SourceDefinition, _ kafka: KafkaSourceDefinition) {
        self.init(
            operatorID: OperatorID(rawValue: source.id),
            topics: kafka.topicPattern.map { .pattern($0.text, $0.matches) }
                ?? .names(kafka.topics),
            groupID: kafka.groupID, startup: KafkaStartupMode(kafka.startup),
            isolation: kafka.isolation == .readCommitted ? .readCommitted : .readUncommitted)
        readsHeaders = source.readsHeaders
        discoveryIntervalMilliseconds =
            kafka.discoveryIntervalMilliseconds > 0 ? kafka.discoveryIntervalMilliseconds : nil
    }
}
