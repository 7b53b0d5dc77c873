internal import KafkaClient
package import StreamAPI
internal import StreamCore

/// The `at_least_once` sinks of a job on one cluster: a plain producer for each subtask, so that
/// one subtask's flush never waits for what another goes on writing.
///
/// A writer's `barrier` flushes before it returns: the acknowledgement follows delivery. Where
/// checkpointing is off, the runtime must pass one barrier at the end of a run all the same.
package final class PlainSink: Sendable {
    private let connection: KafkaConnectionConfiguration

    package init(connection: KafkaConnectionConfiguration) { self.connection = connection }

    /// The writer of one subtask of one sink; call it on the subtask's thread.
    ///
    /// - Throws: ``FatalError`` if the topic does not exist or may not be written to, or for a
    ///   client property that librdkafka refuses.
    /// - Blocking: until the topic's metadata is there, at most 10 s.
    package func makeWriter(
        _ configuration: KafkaSinkConfiguration, encoding: KafkaRecordEncoding,
        context: OperatorContext
    ) throws -> any SinkWriter {
        do throws(KafkaError) {
            let producer = try Producer(configuration: connection.client)
            let topic = try producer.topic(
                configuration.topic,
                timeoutMilliseconds: TransactionalSink.requestTimeoutMilliseconds)
            return PlainSinkWriter(
                configuration, encoding: encoding, context: context, producer: producer,
                topic: topic)
        } catch {
            throw error.failure(
                "sink \(configuration.operatorID.rawValue)",
                permission: configuration.permission)
        }
    }
}

/// One subtask of an `at_least_once` sink.
private final class PlainSinkWriter: SinkWriter {
    /// Longest single wait of a flush; between two, cancellation is looked at.
    private static let flushWaitMilliseconds: Int32 = 100

    private let configuration: KafkaSinkConfiguration
    private let producer: Producer
    private let topic: ProducerTopic
    private let production: RowProduction
    private let cancellation: SinkCancellation

    init(
        _ configuration: KafkaSinkConfiguration, encoding: KafkaRecordEncoding,
        context: OperatorContext, producer: Producer, topic: ProducerTopic
    ) {
        self.configuration = configuration
        self.producer = producer
        self.topic = topic
        cancellation = SinkCancellation(operatorID: configuration.operatorID)
        production = RowProduction(
            configuration, encoding: encoding, subtaskIndex: context.subtaskIndex,
            cancellation: cancellation)
    }

    func write(_ batch: RecordBatch) throws {
        guard batch.selection.count > 0 else { return }
        try production.produce(batch, with: producer, to: topic)
    }

    /// Blocks until everything written so far is acknowledged by the broker; the client gives up on
    /// a record after its message timeout, so the wait is bounded.
    func barrier(_ barrier: CheckpointBarrier) throws {
        while true {  // Ends when all is delivered, on a failed record, or when cancelled.
            do throws(KafkaError) {
                return try producer.flush(timeoutMilliseconds: Self.flushWaitMilliseconds)
            } catch {
                let failed = producer.deliveryFailures.first
                guard failed == nil, error.kind == .timedOut else {
                    throw (failed ?? error).failure(
                        "deliver to \(configuration.topic)",
                        permission: configuration.permission)
                }
            }
            try cancellation.check()
        }
    }

    var cancel: @Sendable () -> Void { { [cancellation] in cancellation.cancel() } }

    func close() {}
}
