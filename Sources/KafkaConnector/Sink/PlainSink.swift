package import StreamAPI

/// The `at_least_once` sinks of a job on one cluster: one plain producer for all of them.
///
/// A writer's `barrier` flushes before it returns, so that the acknowledgement follows delivery.
package final class PlainSink: Sendable {
    package init(connection: KafkaConnectionConfiguration) throws { fatalError("being built") }

    /// The writer of one subtask of one sink; call it on the subtask's thread.
    package func makeWriter(
        _ configuration: KafkaSinkConfiguration, encoding: KafkaRecordEncoding,
        context: OperatorContext
    ) throws -> any SinkWriter { fatalError("being built") }
}
