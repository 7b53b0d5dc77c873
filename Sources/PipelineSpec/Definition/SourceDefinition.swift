package import Expression
package import StreamCore

/// Records that are read, whatever connector reads them.
package struct SourceDefinition: Sendable {
    /// Where the records come from, with what only that connector asks for.
    package enum Connector: Sendable {
        case kafka(KafkaSourceDefinition)
        case file(FileSourceDefinition)
    }

    /// The key in the file: the identity of state, metrics and messages.
    package let id: String
    /// Where its key stands.
    package let position: FilePosition
    package let connector: Connector
    /// As written.
    package let format: RecordFormat
    package let formatOptions: FormatOptions
    /// As declared, columns of the key among them; for `raw` and `string` the value is the one column
    /// `value`.
    package let schema: RowSchema
    /// What the pipeline uses of it: the columns of the source's batches, in this order. Column
    /// indices in the expressions of operators on this source count these.
    package let columns: [SourceScope.ExtractedColumn]
    /// What happens to records that cannot be decoded.
    package let onError: ErrorPolicy
    /// Nil: its rows have no event time.
    package let eventTime: EventTimeDefinition?

    /// Nil for a source of another connector.
    package var kafka: KafkaSourceDefinition? {
        switch connector {
        case .kafka(let kafka): kafka
        case .file: nil
        }
    }

    /// The columns of the records' keys; nil: keys are not decoded, or records have none.
    package var key: SourceKey? { kafka?.key }

    /// Those of ``columns`` that the format decodes, in their order; the others are metadata.
    package var valueColumns: [SourceScope.ExtractedColumn] { columns.filter { !$0.isMetadata } }

    /// Whether the records' headers are needed.
    package var readsHeaders: Bool {
        kafka?.passesHeadersOn == true
            || columns.contains { $0.path.first == .field(KafkaMetadata.headers) }
    }

    /// The schema of the source's batches, one field for each of ``columns``, named by its path.
    package var batchSchema: RowSchema {
        RowSchema(
            columns.map { Field(name: $0.path.pathText, type: $0.type, isNullable: $0.isNullable) })
    }
}
