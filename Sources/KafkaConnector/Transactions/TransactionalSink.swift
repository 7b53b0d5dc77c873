package import StreamAPI
package import StreamCore

/// The transactions of all Kafka sinks and sink subtasks of a job on one cluster.
///
/// One instance for one attempt: make a new one for every restart, also inside the process.
///
/// ``activate(slot:)`` must be called once before the first record, and once after every barrier's
/// flush (also with the same slot when the interval had no output): a sink subtask that has passed
/// `n` barriers writes only after `n + 1` activations.
package final class TransactionalSink: TransactionDriver {
    package let cluster: String
    package let marker: MarkerAddress
    package let timeoutMilliseconds: Int64

    /// - Parameters:
    ///   - cluster: Kafka's cluster id, from ``KafkaPreflight``.
    ///   - jobName: The pipeline's name; part of the marker group's.
    ///   - outputTopics: The topics of all sinks on this cluster; not empty.
    package init(
        connection: KafkaConnectionConfiguration, cluster: String, jobName: String,
        outputTopics: [String]
    ) throws(TransactionError) { fatalError("being built") }

    /// The writer of one subtask of one sink; call it on the subtask's thread.
    package func makeWriter(
        _ configuration: KafkaSinkConfiguration, encoding: KafkaRecordEncoding,
        context: OperatorContext
    ) throws -> any SinkWriter { fatalError("being built") }

    package func transactionalID(slot: Int) -> String { fatalError("being built") }
    package func initialize(slot: Int) throws(TransactionError) -> ProducerIdentity {
        fatalError("being built")
    }
    package func activate(slot: Int) { fatalError("being built") }
    package func hasOutput(slot: Int) -> Bool { fatalError("being built") }
    package func flush(slot: Int) throws(TransactionError) -> FlushReport {
        fatalError("being built")
    }
    package func sendMarker(
        slot: Int, checkpoint: CheckpointID, attempt: Attempt
    ) throws(TransactionError) { fatalError("being built") }
    package func commit(slot: Int) throws(TransactionError) { fatalError("being built") }
    package func destroy(slot: Int) { fatalError("being built") }
    package func endTransaction(_ transaction: PreparedTransaction) -> EndTransactionAnswer {
        fatalError("being built")
    }
    package func fence(transactionalID: String) -> FenceAnswer { fatalError("being built") }
    package func describe(
        transactionalID: String
    ) throws(TransactionError) -> TransactionDescription { fatalError("being built") }
    package func readMarker() -> MarkerReading { fatalError("being built") }
}
