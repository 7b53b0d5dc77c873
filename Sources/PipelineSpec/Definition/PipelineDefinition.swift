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
    package let description: String?
    package let configuration: JobConfiguration
    /// In the order of the file.
    package let connections: [ConnectionDefinition]
    package let sources: [SourceDefinition]
    /// Inputs before those that read them.
    package let transforms: [TransformDefinition]
    package let sinks: [SinkDefinition]
    /// Values that no message may show: of secret fields, and those read by `${file:}`.
    package let secrets: [String]
}

/// Where something stands in a pipeline file, for messages of a later stage.
package struct FilePosition: Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// From 1.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int
    package var description: String { "\(file):\(line):\(column)" }
}

/// One Kafka cluster.
package struct ConnectionDefinition: Sendable {
    package let id: String
    package let position: FilePosition
    /// librdkafka's properties, interpolated, in the order of the file. Values may be secret.
    package let properties: [KafkaProperty]
    /// What transactional ids begin with; the pipeline's name where the file does not say.
    package let transactionalIDPrefix: String
    /// 1 ... Int32.max.
    package let transactionTimeoutMilliseconds: Int64
}

package struct KafkaProperty: Hashable, Sendable {
    package let name: String
    package let value: String
    package let isSecret: Bool
    package let position: FilePosition
}

/// One topic that is read.
package struct SourceDefinition: Sendable {
    /// Where a source begins when no checkpoint says so.
    package enum Startup: Hashable, Sendable {
        case earliest, latest, committed
        /// The first record at or after this time, milliseconds since the epoch.
        case timestamp(milliseconds: Int64)
        /// By partition; those not named begin at their earliest offset.
        case offsets([Int32: Int64])
    }
    package enum Isolation: String, Hashable, Sendable, CaseIterable {
        case readCommitted = "read_committed"
        case readUncommitted = "read_uncommitted"
    }

    package let id: String
    package let position: FilePosition
    package let connection: String
    package let topic: String
    package let groupID: String
    package let startup: Startup
    package let isolation: Isolation
    package let format: RecordFormat
    /// As declared; for `raw` the one column `value BYTES`.
    package let schema: RowSchema
    /// What the pipeline uses of it: the columns of the source's batches, in this order. Column
    /// indices in the expressions of operators on this source count these.
    package let columns: [SourceScope.ExtractedColumn]
    package let onError: ErrorPolicy

    /// The schema of the source's batches, one field for each of ``columns``, named by its path.
    package var batchSchema: RowSchema {
        RowSchema(
            columns.map { Field(name: $0.path.pathText, type: $0.type, isNullable: $0.isNullable) })
    }
}

/// How bytes become rows and rows bytes.
package enum RecordFormat: String, Hashable, Sendable, CaseIterable {
    case json, raw
}

/// What happens to a record that cannot be processed.
package enum ErrorPolicy: String, Hashable, Sendable, CaseIterable {
    case fail, drop
}

/// An operator between sources and sinks.
package struct TransformDefinition: Sendable {
    package enum Kind: Sendable {
        /// Keeps the rows for which the BOOLEAN expression is true.
        case filter(NamedExpression)
        /// A row of these columns for each row.
        case map([NamedExpression])
        /// A row for each row, from accumulators by key; repartitions by the keys.
        case aggregate(AggregateDefinition)
    }

    package let id: String
    package let position: FilePosition
    /// The id of a source or transform.
    package let input: String
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
    package let expression: TypedExpression
    package let text: String
    /// Where the text begins.
    package let position: FilePosition
}

/// `type: aggregate`: output columns are the keys, then the items.
package struct AggregateDefinition: Sendable {
    package struct Item: Sendable {
        package let name: String
        package let item: AggregateItem
        package let text: String
        package let position: FilePosition
    }
    /// Over the input's columns; empty for one group of all rows.
    package let keys: [NamedExpression]
    package let items: [Item]
}

/// One topic that is written.
package struct SinkDefinition: Sendable {
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
        case column(index: Int, name: String)
    }
    /// What becomes the record's value.
    package enum Value: Hashable, Sendable {
        /// The source record's own bytes; only behind an untouched `raw` source.
        case origin
        /// A JSON object of these columns, in this order.
        case json([OutputColumn])
        /// The bytes of one STRING or BYTES column.
        case raw(columnIndex: Int)
    }
    /// A column of the input's batches under its name in the output.
    package struct OutputColumn: Hashable, Sendable {
        package let name: String
        package let index: Int
        package let type: LogicalType
        package let isNullable: Bool
    }

    package let id: String
    package let position: FilePosition
    package let connection: String
    package let input: String
    package let topic: String
    package let key: Key
    package let format: RecordFormat
    package let value: Value
    package let guarantee: Guarantee
}
