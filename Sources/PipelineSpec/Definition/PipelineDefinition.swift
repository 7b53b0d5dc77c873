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
    /// Tells one edition of the file from another: sixteen hex digits of a hash of its text.
    package let version: String
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
        /// Each row as it is; repartitions by the keys.
        case key([NamedExpression])
        /// A row for each element of a collection.
        case unnest(UnnestDefinition)
        /// A row for each pair of rows of two inputs that match; repartitions both by the keys.
        case join(JoinDefinition)

        /// Whether a row that leaves was made of several records, so that none is its own.
        package var isOfSeveralRecords: Bool {
            switch self {
            case .join: true
            case .aggregate(let aggregate): aggregate.window != nil
            default: false
            }
        }
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

    /// Whether it acts on watermarks: rows wait there for event time.
    package var usesEventTime: Bool {
        switch kind {
        case .deduplicate, .join: true
        case .aggregate(let aggregate):
            aggregate.window != nil || aggregate.stateTTLMilliseconds != nil
        default: false
        }
    }
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
    /// Of a running aggregate, in event time; nil: keys are kept for ever.
    package let stateTTLMilliseconds: Int64?
}
