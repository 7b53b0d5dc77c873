package import Expression
package import StreamCore

/// A pipeline file that was checked completely: every name is known, every expression typed, every
/// number in its range. What ``PipelineLinter`` returns when it finds no error.
///
/// Immutable; crosses threads.
package struct PipelineDefinition: Sendable {
    /// As it was given on the command line.
    package let file: String
    /// The job's identity: `JobID(name: name)`.
    package let name: String
    /// The file's `description`, for people.
    package let description: String?
    /// The `config`, with defaults.
    package let configuration: JobConfiguration
    /// In the order of the file.
    package let connections: [ConnectionDefinition]
    /// In the order of the file; at least one.
    package let sources: [SourceDefinition]
    /// Inputs before those that read them.
    package let transforms: [TransformDefinition]
    /// In the order of the file; at least one.
    package let sinks: [SinkDefinition]
    /// Values that no message may show: of secret fields, and those read by `${file:}`.
    package let secrets: [String]
}

/// Where something stands in a pipeline file, for messages of a later stage.
package struct FilePosition: Hashable, Sendable, CustomStringConvertible {
    /// As given; `--set x` or `-D x` for what was said there.
    package let file: String
    /// From 1.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int
    package var description: String { "\(file):\(line):\(column)" }
}

/// One Kafka cluster.
package struct ConnectionDefinition: Sendable {
    /// The key in the file: the identity of state, metrics and messages.
    package let id: String
    /// Where its key stands.
    package let position: FilePosition
    /// librdkafka's properties, interpolated, in the order of the file. Values may be secret.
    package let properties: [KafkaProperty]
    /// What transactional ids begin with; the pipeline's name where the file does not say.
    package let transactionalIDPrefix: String
    /// 1 ... Int32.max.
    package let transactionTimeoutMilliseconds: Int64
}

/// One client property, checked against the library's list where that was given.
package struct KafkaProperty: Hashable, Sendable {
    package let name: String
    package let value: String
    /// By its name, or because a part came from `${file:}`: never print the value.
    package let isSecret: Bool
    /// Where its key stands.
    package let position: FilePosition
}

/// Topics that are read.
package struct SourceDefinition: Sendable {
    /// Where a source begins when no checkpoint says so.
    package enum Startup: Hashable, Sendable {
        case earliest, latest, committed
        /// The first record at or after this time, milliseconds since the epoch.
        case timestamp(milliseconds: Int64)
        /// By partition; those not named begin at their earliest offset.
        case offsets([Int32: Int64])
    }
    /// Which records of other producers' transactions are read.
    package enum Isolation: String, Hashable, Sendable, CaseIterable {
        case readCommitted = "read_committed"
        case readUncommitted = "read_uncommitted"
    }

    /// The key in the file: the identity of state, metrics and messages.
    package let id: String
    /// Where its key stands.
    package let position: FilePosition
    /// The id of a ``ConnectionDefinition``.
    package let connection: String
    /// Valid topic names, each once; whether they exist, only the broker knows. Empty for a pattern.
    package let topics: [String]
    /// Topics whose whole name matches, those that come up later too.
    package let topicPattern: NamePattern?
    /// How often new partitions are looked for; 0: never.
    package let discoveryIntervalMilliseconds: Int64
    /// Where offsets are published for lag tools; the pipeline's name by default.
    package let groupID: String
    /// Used when no checkpoint says where to begin.
    package let startup: Startup
    package let isolation: Isolation
    /// As written.
    package let format: RecordFormat
    package let formatOptions: FormatOptions
    /// Nil: keys are not decoded.
    package let key: SourceKey?
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
    /// What becomes of records whose value is null.
    package let tombstones: TombstonePolicy
    /// Whether a sink writes the headers of this source's records.
    package let passesHeadersOn: Bool

    /// Those of ``columns`` that the format decodes, in their order; the others are metadata.
    package var valueColumns: [SourceScope.ExtractedColumn] { columns.filter { !$0.isMetadata } }

    /// Whether the records' headers are needed.
    package var readsHeaders: Bool {
        passesHeadersOn || columns.contains { $0.path.first == .field(KafkaMetadata.headers) }
    }

    /// The schema of the source's batches, one field for each of ``columns``, named by its path.
    package var batchSchema: RowSchema {
        RowSchema(
            columns.map { Field(name: $0.path.pathText, type: $0.type, isNullable: $0.isNullable) })
    }
}

/// How bytes become rows and rows bytes.
package enum RecordFormat: String, Hashable, Sendable, CaseIterable {
    case json, raw, string, csv
}

/// What happens to a record that cannot be processed.
package enum ErrorPolicy: String, Hashable, Sendable, CaseIterable {
    case fail, drop
    /// To the operator's output `errors`.
    case sideOutput = "side_output"
}

/// What becomes of a record whose value is null, at a source.
package enum TombstonePolicy: String, Hashable, Sendable, CaseIterable {
    case fail, drop, row
}

/// An operator between sources and sinks.
package struct TransformDefinition: Sendable {
    /// What a transform does, with its checked expressions.
    package enum Kind: Sendable {
        /// Keeps the rows for which the BOOLEAN expression is true.
        case filter(NamedExpression)
        /// A row of these columns for each row.
        case map([NamedExpression])
        /// The rows of all inputs; for each input its columns, in the order of the output's.
        case union([[NamedExpression]])
        /// Each row to the output of the first of these BOOLEAN expressions that is true, else to
        /// `default`, or nowhere.
        case split([NamedExpression], hasDefault: Bool)
        /// A row for each row, from accumulators by key; repartitions by the keys.
        case aggregate(AggregateDefinition)
        /// The first row of each key as it is; repartitions by the keys.
        case deduplicate(keys: [NamedExpression], ttlMilliseconds: Int64)
        /// A row for each pair of rows of two inputs that match; repartitions both by the keys.
        case join(JoinDefinition)
    }

    /// The key in the file: the identity of state, metrics and messages.
    package let id: String
    /// Where its key stands.
    package let position: FilePosition
    /// What it reads, as written; at least one.
    package let inputs: [OutputAddress]
    /// The only input of a transform with one, or the first.
    package var input: String { inputs[0].description }
    package let kind: Kind
    /// What `on_error` says of rows for which an expression fails.
    package let onError: ErrorPolicy
    /// The columns of the rows that leave, as names in a pipeline file. A filter passes its input's
    /// batches on, so behind a source they are fewer and ordered as ``SourceDefinition/columns``.
    package let schema: RowSchema
}

/// A checked expression, with its column's name and the text it came from.
package struct NamedExpression: Sendable {
    /// The output column; for a filter `where`.
    package let name: String
    /// Over the columns of the input's batches.
    package let expression: TypedExpression
    /// As written, for explanations and messages.
    package let text: String
    /// Where the text begins.
    package let position: FilePosition
}

/// `type: aggregate`: output columns are the keys, then the items.
package struct AggregateDefinition: Sendable {
    /// One output column that is made of aggregate calls.
    package struct Item: Sendable {
        package let name: String
        /// Its calls, and the expression over keys and their results.
        package let item: AggregateItem
        /// As written, for explanations and messages.
        package let text: String
        /// Where its key stands.
        package let position: FilePosition
    }
    /// Over the input's columns; empty for one group of all rows.
    package let keys: [NamedExpression]
    /// In the order of the file; at least one.
    package let items: [Item]
    /// Nil: a running aggregate. With one, the columns of the items' scope are the keys', then
    /// `window_start` and `window_end`.
    package let window: WindowDefinition?
}

/// One topic that is written.
package struct SinkDefinition: Sendable {
    /// What a reader of the topic may rely on.
    package enum Guarantee: String, Hashable, Sendable, CaseIterable {
        case exactlyOnce = "exactly_once"
        case atLeastOnce = "at_least_once"
    }
    /// What becomes the record's key.
    package enum Key: Hashable, Sendable {
        /// No key.
        case none
        /// The source record's own key; only behind an untouched `raw` source.
        case origin
        /// The text form of one column of the input's batches.
        case column(index: Int, name: String, type: LogicalType)
        /// A JSON object of these columns, in this order.
        case json([OutputColumn])
        /// A row of CSV of these columns, in this order.
        case csv([OutputColumn])
    }
    /// What becomes the record's value.
    package enum Value: Hashable, Sendable {
        /// The source record's own bytes; only behind an untouched `raw` source.
        case origin
        /// A JSON object of these columns, in this order.
        case json([OutputColumn])
        /// A row of CSV of these columns, in this order.
        case csv([OutputColumn])
        /// The bytes of one STRING or BYTES column; NULL is a tombstone.
        case raw(columnIndex: Int)
    }
    /// A column of the input's batches under its name in the output.
    package struct OutputColumn: Hashable, Sendable {
        package let name: String
        /// Of the column in the input's batches.
        package let index: Int
        package let type: LogicalType
        package let isNullable: Bool
    }

    /// The key in the file: the identity of state, metrics and messages.
    package let id: String
    /// Where its key stands.
    package let position: FilePosition
    /// The id of a ``ConnectionDefinition``.
    package let connection: String
    /// What it reads, as written; at least one.
    package let inputs: [OutputAddress]
    /// The only input of a sink with one, or the first.
    package var input: String { inputs[0].description }
    /// A valid topic name; whether it exists, only the broker knows.
    package let topic: String
    package let key: Key
    package let keyOptions: FormatOptions
    /// As written, or its default.
    package let format: RecordFormat
    package let formatOptions: FormatOptions
    package let value: Value
    /// Headers, timestamp, partition, tombstones.
    package let record: SinkRecord
    /// As written; else exactly once if checkpoints are on and of that mode.
    package let guarantee: Guarantee
}
