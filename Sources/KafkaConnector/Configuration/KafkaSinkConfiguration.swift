package import Formats
package import StreamAPI
package import StreamCore

/// One Kafka sink of a pipeline file.
package struct KafkaSinkConfiguration: Sendable {
    package let operatorID: OperatorID
    package let topic: String
    /// `atLeastOnce` also when checkpointing is off.
    package let guarantee: DeliveryGuarantee

    package init(operatorID: OperatorID, topic: String, guarantee: DeliveryGuarantee) {
        self.operatorID = operatorID
        self.topic = topic
        self.guarantee = guarantee
    }

    /// The ACLs that writing needs, for messages.
    var permission: String { "Write and Describe on topic \(topic)" }
}

/// How the rows of one sink subtask become records.
///
/// - Threading: the subtask's.
package struct KafkaRecordEncoding {
    /// Where one of a record's two fields comes from.
    package enum Field {
        /// The source record's own bytes, untouched.
        case origin
        case encoded(any RowEncoder)
        /// A null key; not for values.
        case absent
    }
    /// Where a record's headers come from.
    package enum Headers {
        case none
        /// The source record's own, in their order; only where the source reads headers.
        case origin
        /// The source record's own, and behind them what is known of its failure; for rejected rows.
        case deadLetter(DeadLetterOrigin)
        /// STRING or BYTES columns; NULL leaves a header out.
        case fields([(name: String, value: any ColumnEvaluator)])
    }

    /// Which partition a record goes to.
    package enum Partitioner {
        /// Kafka's own choice: murmur2 of the key; records without a key stay together by batch.
        case murmur2
        /// One partition for each subtask: its index modulo the number of partitions (Flink's
        /// `fixed`).
        case subtask
        case constant(Int32)
        /// An INT or BIGINT column; NULL leaves the choice to the key.
        case column(any ColumnEvaluator)
    }

    package let key: Field
    package let value: Field
    package var headers = Headers.none
    /// A TIMESTAMP_LTZ column; NULL, and nil for all, is the time of writing.
    package var timestamp: (any ColumnEvaluator)?
    package var partitioner = Partitioner.murmur2
    /// A BOOLEAN column: where it is TRUE the record's value is null.
    package var tombstone: (any ColumnEvaluator)?

    /// Whether any part of a record depends on more than its key and value.
    var hasExtras: Bool {
        let hasHeaders = if case .none = headers { false } else { true }
        let hasPartitions = if case .column = partitioner { true } else { false }
        return hasHeaders || hasPartitions || timestamp != nil || tombstone != nil
    }

    package init(key: Field, value: Field) {
        self.key = key
        self.value = value
    }
}
