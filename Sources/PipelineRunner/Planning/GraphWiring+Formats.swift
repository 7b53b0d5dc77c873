internal import Expression
internal import Formats
internal import KafkaConnector
internal import PipelineSpec
internal import StreamAPI
internal import StreamCore

// Formats of the pipeline file as decoders and encoders.

extension GraphWiring {
    /// The decoder of a source's records, tombstones and metadata aside: columns of the key and of
    /// the value, in the order of `valueColumns`.
    func decoder(
        _ source: SourceDefinition, _ context: OperatorContext, _ counters: RecordCounters
    ) throws -> any BatchDecoder {
        let failed = FailedRecords(
            operatorID: context.operatorID, errorPolicy: ErrorPolicy(source.onError),
            counters: counters, rowCapacity: RecordBatch.rowCapacityDefault,
            firstPart: source.key == nil ? .value : .key)
        guard let key = source.key else {
            return try valueDecoder(source, source.valueColumns, failed)
        }
        let columns = source.valueColumns
        let isOfKey = columns.map { key.contains($0.path.columnName) }
        let keyDecoder = try keyDecoder(
            key, columns.enumerated().filter { isOfKey[$0.offset] }.map(\.element), failed)
        let valueDecoder = try valueDecoder(
            source, columns.enumerated().filter { !isOfKey[$0.offset] }.map(\.element), failed)
        return RecordDecoder(
            schema: RowSchema(columns.map { JSONColumn($0).field }),
            parts: [
                RecordDecoder.Part(keyDecoder, columns: isOfKey.indices.filter { isOfKey[$0] }),
                RecordDecoder.Part(valueDecoder, columns: isOfKey.indices.filter { !isOfKey[$0] }),
            ], failed: failed)
    }

    private func valueDecoder(
        _ source: SourceDefinition, _ columns: [SourceScope.ExtractedColumn],
        _ failed: FailedRecords
    ) throws -> any BatchDecoder {
        let absent = source.kafka?.tombstones == .row ? AbsentPart.isRow : .fails
        switch source.format {
        case .raw:
            return RawDecoder(parts: columns.map { _ in .value }, rowCapacity: failed.rowCapacity)
        case .string where columns.isEmpty:
            return RawDecoder(parts: [], rowCapacity: failed.rowCapacity)
        case .string:
            return try StringDecoder(
                field: JSONColumn(columns[0]).field, absent: absent, failed: failed)
        case .json:
            return try JSONDecoder(
                columns: columns.map(JSONColumn.init), absent: absent, failed: failed)
        case .csv:
            let names = source.schema.fields.map(\.name).filter {
                source.key?.contains($0) != true
            }
            return try csvDecoder(
                columns, names, source.formatOptions, .value, absent: absent, failed)
        }
    }

    private func keyDecoder(
        _ key: SourceKey, _ columns: [SourceScope.ExtractedColumn], _ failed: FailedRecords
    ) throws -> any BatchDecoder {
        switch key.format {
        case .raw:
            return RawDecoder(parts: columns.map { _ in .key }, rowCapacity: failed.rowCapacity)
        case .string where columns.isEmpty:
            return RawDecoder(parts: [], rowCapacity: failed.rowCapacity)
        case .string:
            return try StringDecoder(
                field: JSONColumn(columns[0]).field, part: .key, failed: failed)
        case .json:
            return try JSONDecoder(
                columns: columns.map { JSONColumn($0, withoutPrefix: key.prefix) }, part: .key,
                absent: .isNull, failed: failed)
        case .csv:
            return try csvDecoder(
                columns, key.fields.map(\.name), key.options, .key, absent: .isNull, failed)
        }
    }

    private func csvDecoder(
        _ columns: [SourceScope.ExtractedColumn], _ names: [String], _ options: FormatOptions,
        _ part: RecordPart, absent: AbsentPart, _ failed: FailedRecords
    ) throws -> any BatchDecoder {
        let wanted = columns.compactMap { column in
            names.firstIndex(of: column.path.columnName).map {
                CSVColumn(field: JSONColumn(column).field, index: $0)
            }
        }
        return try CSVDecoder(
            columns: wanted, fieldCount: names.count, dialect: CSVDialect(options), part: part,
            absent: absent, failed: failed)
    }

    // MARK: Sinks

    func encoding(_ sink: SinkDefinition, _ kafka: KafkaSinkDefinition) -> KafkaRecordEncoding {
        let key: KafkaRecordEncoding.Field =
            switch kafka.key {
            case .none: .absent
            case .origin: .origin
            case .column(let index, _, let type): .encoded(KeyEncoder(column: index, type: type))
            case .json(let columns): .encoded(jsonEncoder(columns, kafka.keyOptions))
            case .csv(let columns): .encoded(csvEncoder(columns, kafka.keyOptions))
            }
        return KafkaRecordEncoding(
            key: key, value: valueEncoder(sink).map { .encoded($0) } ?? .origin)
    }

    /// Nil: the source record's own bytes.
    func valueEncoder(_ sink: SinkDefinition) -> (any RowEncoder)? {
        switch sink.value {
        case .origin: nil
        case .raw(let index): RawEncoder(column: index)
        case .json(let columns): jsonEncoder(columns, sink.formatOptions)
        case .csv(let columns): csvEncoder(columns, sink.formatOptions)
        }
    }

    private func jsonEncoder(
        _ columns: [SinkDefinition.OutputColumn], _ options: FormatOptions
    ) -> JSONEncoder {
        JSONEncoder(
            columns: columns.map { ($0.name, $0.index, $0.type) },
            timestampForm: options.timestampFormat == .sql ? .sql : .iso8601)
    }

    private func csvEncoder(
        _ columns: [SinkDefinition.OutputColumn], _ options: FormatOptions
    ) -> CSVEncoder {
        CSVEncoder(columns: columns.map { ($0.index, $0.type) }, dialect: CSVDialect(options))
    }
}

extension CSVDialect {
    init(_ options: FormatOptions) {
        self.init()
        delimiter = options.fieldDelimiter
        quote = options.quoteCharacter
        escape = options.escapeCharacter
        nullLiteral = options.nullLiteral.map { Array($0.utf8) }
        elementDelimiter = options.arrayElementDelimiter
        allowsComments = options.allowsComments
    }
}

extension [PathStep] {
    /// The column of the schema that a path begins with.
    fileprivate var columnName: String {
        if case .field(let name)? = first { name } else { "" }
    }
}

extension JSONColumn {
    /// The column of a key, whose own names lack the prefix of those in the schema.
    fileprivate init(_ column: SourceScope.ExtractedColumn, withoutPrefix prefix: String) {
        let whole = JSONColumn(column)
        guard case .field(let name)? = whole.path.first, name.hasPrefix(prefix) else {
            self = whole
            return
        }
        self.init(
            field: whole.field,
            path: [.field(String(name.dropFirst(prefix.count)))] + whole.path.dropFirst())
    }
}
