package import StreamCore

/// One client instance for one transaction of one transactional id.
///
/// - Threading: any one thread at a time; ``producer`` may be used by others meanwhile.
/// - Blocking: every call but `begin`, at most its timeout. After `timedOut` repeat the same call.
/// - Ending: the last release frees the client; an open transaction is left to whoever fences the id.
package final class TransactionalProducer: Sendable {
    package let transactionalID: String
    /// Writes rows into the open transaction.
    package let producer: Producer

    package init(
        configuration: KafkaConfiguration, transactionalID: String,
        transactionTimeoutMilliseconds: Int32, options: Producer.Options = Producer.Options()
    ) throws(KafkaError) { fatalError("being built") }

    /// Takes a new epoch of the id, aborting what a predecessor left open.
    package func initTransactions(timeoutMilliseconds: Int32) throws(KafkaError) {
        fatalError("being built")
    }
    package func begin() throws(KafkaError) { fatalError("being built") }

    /// Puts an offset commit of a group without members into the transaction: the commit marker.
    ///
    /// - Parameter offset: The offset to commit for `place`.
    package func sendOffset(
        _ offset: Offset, metadata: String, of place: TopicPartition, group: String,
        timeoutMilliseconds: Int32
    ) throws(KafkaError) { fatalError("being built") }

    /// - Throws: `timedOut`: the outcome is unknown, call it again, never abort.
    package func commit(timeoutMilliseconds: Int32) throws(KafkaError) { fatalError("being built") }
    package func abort(timeoutMilliseconds: Int32) throws(KafkaError) { fatalError("being built") }
}
