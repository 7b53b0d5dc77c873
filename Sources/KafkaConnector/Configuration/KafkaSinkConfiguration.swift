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

/// How the rows of one sink subtask become keys and values.
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
    package let key: Field
    package let value: Field

    package init(key: Field, value: Field) {
        self.key = key
        self.value = value
    }
}
