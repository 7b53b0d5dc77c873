internal import KafkaClient
package import StreamAPI
internal import StreamCore
internal import Synchronization

/// The transactions of all Kafka sinks and sink subtasks of a job on one cluster.
///
/// One instance for one attempt: make a new one for every restart, also inside the process.
/// ``activate(slot:)`` must be called once before the first record, and once after every barrier's
/// flush, also with the same slot when the interval had no output: a sink subtask that has passed
/// `n` barriers writes only after `n + 1` activations.
package final class TransactionalSink: TransactionDriver {
    /// Longest wait for one answer of a broker.
    package static let requestTimeoutMilliseconds: Int32 = 10_000

    package let cluster: String
    package let marker: MarkerAddress
    package let timeoutMilliseconds: Int64

    let connection: KafkaConnectionConfiguration
    let jobName: String
    let outputTopics: [String]
    let resolver: TransactionResolver
    let outputRanges: OutputRanges
    let gate = ActivationGate<OpenTransaction>()
    /// Transactional ids that were fenced, by their producer ids.
    let fencedIDs = Mutex<[ProducerID: String]>([:])
    /// Whether the brokers tell whose transactions are open.
    let seesProducers = Atomic<Bool>(true)
    private let transactions = Mutex<[Int: OpenTransaction]>([:])

    /// - Parameters:
    ///   - cluster: Kafka's cluster id, from ``KafkaPreflight``.
    ///   - jobName: The pipeline's name; part of the marker group's.
    ///   - outputTopics: The topics of all exactly-once sinks on this cluster; not empty.
    /// - Throws: `misconfigured` for client properties that are refused.
    package init(
        connection: KafkaConnectionConfiguration, cluster: String, jobName: String,
        outputTopics: [String]
    ) throws(TransactionError) {
        self.connection = connection
        self.cluster = cluster
        self.jobName = jobName
        self.outputTopics = Set(outputTopics).sorted()
        marker = TransactionNaming.marker(jobName: jobName, outputTopics: outputTopics)
        timeoutMilliseconds = Int64(connection.transactionTimeoutMilliseconds)
        do throws(KafkaError) {
            resolver = try TransactionResolver(configuration: connection.client)
            outputRanges = OutputRanges(
                try KafkaAdmin(configuration: connection.client, isolation: .readUncommitted))
        } catch {
            throw error.transactionError(
                "connection \(connection.name)", permission: "Describe on the cluster")
        }
    }

    /// The writer of one subtask of one sink; call it on the subtask's thread.
    package func makeWriter(
        _ configuration: KafkaSinkConfiguration, encoding: KafkaRecordEncoding,
        context: OperatorContext
    ) -> any SinkWriter {
        precondition(outputTopics.contains(configuration.topic), "an output topic of this sink")
        return TransactionalSinkWriter(
            configuration, encoding: encoding, context: context, gate: gate)
    }

    package func transactionalID(slot: Int) -> String {
        TransactionNaming.transactionalID(prefix: connection.transactionalIDPrefix, slot: slot)
    }

    /// The ACLs that transactions need, for messages.
    var permission: String {
        "Write and Describe on transactional ids \(connection.transactionalIDPrefix)-*, Write on "
            + "topics \(outputTopics.joined(separator: ", "))"
    }

    // MARK: Slots

    func insert(_ transaction: OpenTransaction) {
        let former = transactions.withLock { $0.updateValue(transaction, forKey: transaction.slot) }
        precondition(
            former == nil, "slot \(transaction.slot) is initialized before it is destroyed")
    }

    func remove(slot: Int) -> OpenTransaction? {
        transactions.withLock { $0.removeValue(forKey: slot) }
    }

    /// The slot's transaction; the protocol asks only for slots that it has initialized.
    func transaction(slot: Int) -> OpenTransaction {
        guard let transaction = transactions.withLock({ $0[slot] }) else {
            preconditionFailure("slot \(slot) is used before it is initialized")
        }
        return transaction
    }
}
