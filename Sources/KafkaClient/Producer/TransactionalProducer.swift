internal import CRDKafka
package import StreamCore

/// One client instance for one transaction of one transactional id.
///
/// A second transaction takes a second instance: init_transactions raises the epoch, which keeps
/// "at most one transaction per (producer id, epoch)" true.
///
/// - Threading: one control thread at a time; ``producer`` may be used by others meanwhile.
/// - Blocking: every call but `begin`, at most its timeout. After `timedOut` repeat the same call.
/// - Ending: the last release frees the client; an open transaction is left to whoever fences the
///   id.
/// - Source: librdkafka 2.0.2, "Transactional producer API".
package final class TransactionalProducer: Sendable {
    package let transactionalID: String
    package let transactionTimeoutMilliseconds: Int32
    /// Writes rows into the open transaction.
    package let producer: Producer
    private var client: ClientHandle { producer.client }

    /// - Parameters:
    ///   - transactionalID: A second client with this id fences the first.
    ///   - transactionTimeoutMilliseconds: At least 1,000; the broker aborts an older transaction.
    /// - Throws: Kind `configuration`.
    package init(
        configuration: KafkaConfiguration, transactionalID: String,
        transactionTimeoutMilliseconds: Int32, options: Producer.Options = Producer.Options()
    ) throws(KafkaError) {
        self.transactionalID = transactionalID
        self.transactionTimeoutMilliseconds = transactionTimeoutMilliseconds
        var options = options
        options.messageTimeoutMilliseconds = min(
            options.messageTimeoutMilliseconds, transactionTimeoutMilliseconds)
        // librdkafka would derive the socket's time-out from the transaction's, too long to notice
        // a dead broker, and refuses one that is longer.
        let socketTimeout = min(Self.socketTimeoutMillisecondsMax, transactionTimeoutMilliseconds)
        producer = try Producer(
            configuration, options,
            owned: [
                "transactional.id": transactionalID,
                "transaction.timeout.ms": "\(transactionTimeoutMilliseconds)",
                "socket.timeout.ms": "\(socketTimeout)", "enable.idempotence": "true",
            ])
    }

    private static let socketTimeoutMillisecondsMax: Int32 = 30_000

    /// Takes a new epoch of the id, aborting what a predecessor left open.
    ///
    /// - Throws: `timedOut` (call again), `unauthorized`, `configuration` when the broker refuses
    ///   the transaction time-out, `fenced` when another one takes the id at the same time.
    package func initTransactions(timeoutMilliseconds: Int32) throws(KafkaError) {
        try check(
            "init_transactions", rd_kafka_init_transactions(client.pointer, timeoutMilliseconds))
    }

    /// Local; the broker's clock of the transaction starts at the first write.
    package func begin() throws(KafkaError) {
        try check("begin_transaction", rd_kafka_begin_transaction(client.pointer))
    }

    /// Puts an offset commit of a group without members into the transaction: the commit marker.
    ///
    /// - Parameters:
    ///   - offset: Becomes the committed offset of `place` when the transaction commits.
    ///   - metadata: Text beside it; the broker keeps at most 4 KB.
    package func sendOffset(
        _ offset: Offset, metadata: String, of place: TopicPartition, group: String,
        timeoutMilliseconds: Int32
    ) throws(KafkaError) {
        let list = TopicPartitionList(places: [place], offsets: [offset.rawValue])
        list.setMetadata(metadata, at: 0)
        guard let membership = rd_kafka_consumer_group_metadata_new(group) else {
            throw KafkaConfiguration.error("\"\(group)\" is no group name")
        }
        defer { rd_kafka_consumer_group_metadata_destroy(membership) }
        try check(
            "send_offsets_to_transaction",
            rd_kafka_send_offsets_to_transaction(
                client.pointer, list.pointer, membership, timeoutMilliseconds))
    }

    /// Flushes, then commits.
    ///
    /// - Throws: `timedOut`: the outcome is unknown, call it again, never abort. `fenced`: this
    ///   instance is dead; whether the transaction committed only the marker tells.
    package func commit(timeoutMilliseconds: Int32) throws(KafkaError) {
        try check(
            "commit_transaction", rd_kafka_commit_transaction(client.pointer, timeoutMilliseconds))
    }

    /// Purges what is unsent and aborts.
    package func abort(timeoutMilliseconds: Int32) throws(KafkaError) {
        try check(
            "abort_transaction", rd_kafka_abort_transaction(client.pointer, timeoutMilliseconds))
    }

    private func check(_ call: StaticString, _ error: OpaquePointer?) throws(KafkaError) {
        guard let error else { return }
        throw translated(KafkaError(consuming: error, "\(call) of \"\(transactionalID)\""))
    }

    /// librdkafka's texts in words that name the cause.
    private func translated(_ error: KafkaError) -> KafkaError {
        switch error.kind {
        case .fenced:
            // librdkafka blames "a newer instance" for a transaction that the broker timed out,
            // too.
            return error.with(
                context: "transactional id \"\(transactionalID)\": either the broker aborted the"
                    + " transaction because it was older than its time-out of"
                    + " \(transactionTimeoutMilliseconds) ms, or another producer took the id;"
                    + " \(error.context)")
        case .timedOut, .unreachable:
            rd_kafka_poll(client.pointer, 0)
            let cause = client.events.lastError.map { "; \($0.context)" } ?? ""
            return error.with(context: error.context + cause)
        default: return error
        }
    }
}
