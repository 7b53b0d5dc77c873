package import StreamCore

/// Rows that are written, whatever connector writes them.
package struct SinkDefinition: Sendable {
    /// Where the rows go, with what only that connector asks for.
    package enum Connector: Sendable {
        case kafka(KafkaSinkDefinition)
        case file(FileSinkDefinition)
        case deadLetter(DeadLetterDefinition)
    }
    /// What a reader of the output may rely on.
    package enum Guarantee: String, Hashable, Sendable, CaseIterable {
        case exactlyOnce = "exactly_once"
        case atLeastOnce = "at_least_once"
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
    /// What it reads, as written; at least one.
    package let inputs: [OutputAddress]
    /// The only input of a sink with one, or the first.
    package var input: String { inputs[0].description }
    package let connector: Connector
    /// As written, or its default.
    package let format: RecordFormat
    package let formatOptions: FormatOptions
    package let value: Value
    /// As written; else exactly once if checkpoints are on and of that mode.
    package let guarantee: Guarantee

    /// Nil for a sink of another connector.
    package var kafka: KafkaSinkDefinition? {
        switch connector {
        case .kafka(let kafka): kafka
        case .file, .deadLetter: nil
        }
    }

    /// Nil for a sink that takes rows.
    package var deadLetter: DeadLetterDefinition? {
        switch connector {
        case .kafka, .file: nil
        case .deadLetter(let deadLetter): deadLetter
        }
    }

    /// The topic that it writes; nil for a sink that writes none.
    package var topicWritten: TopicAddress? {
        switch connector {
        case .kafka(let kafka): kafka.address
        case .file: nil
        case .deadLetter(let deadLetter): deadLetter.address
        }
    }
}

/// A topic of one of the pipeline's clusters.
package struct TopicAddress: Hashable, Sendable {
    /// The id of a ``ConnectionDefinition``.
    package let connection: String
    /// A valid topic name; whether it exists, only the broker knows.
    package let topic: String
}
