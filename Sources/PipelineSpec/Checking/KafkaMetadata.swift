internal import StreamCore

/// The metadata columns of a Kafka source, by their reserved names.
package enum KafkaMetadata {
    package static let topic = "$topic"
    package static let partition = "$partition"
    package static let offset = "$offset"
    package static let timestamp = "$timestamp"
    package static let key = "$key"
    package static let headers = "$headers"

    /// Flink's names and types of its Kafka connector's metadata, with a `$` in front.
    static let fields = [
        Field(name: topic, type: .string, isNullable: false),
        Field(name: partition, type: .int, isNullable: false),
        Field(name: offset, type: .bigint, isNullable: false),
        // A record of the oldest format has none.
        Field(name: timestamp, type: .timestampLTZ),
        Field(name: key, type: .bytes),
        Field(name: headers, type: .map(.string, .bytes), isNullable: false),
    ]
}
