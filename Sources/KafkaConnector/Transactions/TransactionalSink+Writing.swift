internal import KafkaClient
package import StreamAPI
package import StreamCore

extension TransactionalSink {
    package func initialize(slot: Int) throws(TransactionError) -> ProducerIdentity {
        let id = transactionalID(slot: slot)
        do throws(KafkaError) {
            let client = try makeClient(id)
            try client.initTransactions(timeoutMilliseconds: Self.requestTimeoutMilliseconds)
            let identity = try freshIdentity(of: id)
            let topics = try fetchTopics(with: client.producer)
            outputRanges.begin(topics.values.flatMap(places(of:)))
            try client.begin()
            insert(
                OpenTransaction(slot: slot, client: client, identity: identity, topics: topics))
            return identity
        } catch {
            throw error.transactionError("initialize \(id)", permission: permission)
        }
    }

    package func activate(slot: Int) {
        let transaction = transaction(slot: slot)
        transaction.isSealed = false
        gate.activate(transaction)
    }

    package func hasOutput(slot: Int) -> Bool {
        transaction(slot: slot).beginTimeMilliseconds != nil
    }

    package func flush(slot: Int) throws(TransactionError) -> FlushReport {
        let transaction = transaction(slot: slot)
        transaction.isSealed = true
        let producer = transaction.client.producer
        do throws(KafkaError) {
            try producer.flush(timeoutMilliseconds: connection.transactionTimeoutMilliseconds)
        } catch {
            throw flushError(error, slot: slot)
        }
        return FlushReport(
            output: outputRanges.end(producer.recordCounts()),
            beginTimeMilliseconds: transaction.beginTimeMilliseconds)
    }

    package func sendMarker(
        slot: Int, checkpoint: CheckpointID, attempt: Attempt
    ) throws(TransactionError) {
        let transaction = transaction(slot: slot)
        // The marker is the last thing in a transaction; nothing may be written behind it.
        transaction.isSealed = true
        do throws(KafkaError) {
            try transaction.client.sendOffset(
                Offset(rawValue: checkpoint.markerOffset),
                metadata: TransactionNaming.markerMetadata(jobName: jobName, attempt: attempt),
                of: TopicPartition(topic: marker.topic, partition: marker.partition),
                group: marker.group, timeoutMilliseconds: Self.requestTimeoutMilliseconds)
        } catch {
            throw error.transactionError(
                "write marker \(checkpoint) of group \(marker.group) with "
                    + transactionalID(slot: slot),
                permission: "Read on group \(marker.group) and on topic \(marker.topic)")
        }
    }

    package func commit(slot: Int) throws(TransactionError) {
        let transaction = transaction(slot: slot)
        do throws(KafkaError) {
            if !transaction.isCommitted {
                try transaction.client.commit(
                    timeoutMilliseconds: Self.requestTimeoutMilliseconds)
                transaction.isCommitted = true
            }
        } catch {
            throw error.transactionError(
                "commit \(transactionalID(slot: slot))", permission: permission)
        }
        try awaitEnd(of: transaction)
    }

    package func destroy(slot: Int) {
        // The protocol also destroys slots whose initialization failed.
        guard let transaction = remove(slot: slot) else { return }
        gate.release(transaction)
    }

    // MARK: Steps

    /// Readers wait for the commit, and a flush does not linger: so a linger costs no latency, but of
    /// the first records and of readers of what is uncommitted. A batch that is ready while a request
    /// of its partition is in flight makes librdkafka 2.0.2 spin on poll(0) until the answer comes;
    /// fuller batches, and a short queue in front of a busy broker, do so less often.
    /// docs/decisions/0006-state-and-start.md has the numbers.
    private static let lingerMilliseconds: Int32 = 50
    /// Bytes that wait in the client for the broker; also what a flush has to wait for, at most.
    private static let queueByteCountMax = 32 << 20
    private static let queueRecordCountMax = 150_000

    private func makeClient(_ id: String) throws(KafkaError) -> TransactionalProducer {
        var options = Producer.Options()
        options.lingerMilliseconds = Self.lingerMilliseconds
        options.queueByteCountMax = Self.queueByteCountMax
        options.queueRecordCountMax = Self.queueRecordCountMax
        return try TransactionalProducer(
            configuration: connection.client, transactionalID: id,
            transactionTimeoutMilliseconds: connection.transactionTimeoutMilliseconds,
            options: options)
    }

    /// The identity that init_transactions has just taken. If another process took a newer one in
    /// between, the first produce fails as fenced: that it succeeds proves that this one is ours.
    private func freshIdentity(of id: String) throws(KafkaError) -> ProducerIdentity {
        let description = try resolver.describe(transactionalID: id)
        guard description.state == "Empty" else {
            throw KafkaError(
                .fenced, code: 0,
                context: "the transaction is \(description.state ?? "unknown") right after "
                    + "init_transactions, not Empty")
        }
        return ProducerIdentity(producerID: description.producerID, epoch: description.epoch)
    }

    /// Fetched before use: else the first produce waits a second for its metadata.
    private func fetchTopics(
        with producer: Producer
    ) throws(KafkaError) -> [String: ProducerTopic] {
        var topics: [String: ProducerTopic] = [:]
        for name in outputTopics {
            topics[name] = try producer.topic(
                name, timeoutMilliseconds: Self.requestTimeoutMilliseconds)
        }
        return topics
    }

    private func places(of topic: ProducerTopic) -> [TopicPartition] {
        (0..<topic.partitionCount).map {
            TopicPartition(topic: topic.name, partition: PartitionIndex(rawValue: $0))
        }
    }

    /// Whatever the reason, a flush that failed cannot be repeated into a good one: `unanswered`
    /// would promise that.
    private func flushError(_ error: KafkaError, slot: Int) -> TransactionError {
        let told = error.transactionError(
            "flush \(transactionalID(slot: slot))", permission: permission)
        return told.code == .unanswered ? TransactionError(.failed, told.message) : told
    }
}
