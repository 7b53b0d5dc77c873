package import StreamCore

/// `type: kafka` among sinks: one topic that is written.
package struct KafkaSinkDefinition: Sendable {
    /// What becomes the record's key.
    package enum Key: Hashable, Sendable {
        /// No key.
        case none
        /// The source record's own key; only behind an untouched `raw` source.
        case origin
        /// The text form of one column of the input's batches.
        case column(index: Int, name: String, type: LogicalType)
        /// A JSON object of these columns, in this order.
        case json([SinkDefinition.OutputColumn])
        /// A row of CSV of these columns, in this order.
        case csv([SinkDefinition.OutputColumn])
    }

    package let address: TopicAddress
    package let key: Key
    package let keyOptions: FormatOptions
    /// Headers, timestamp, partition, tombstones.
    package let record: SinkRecord
}
