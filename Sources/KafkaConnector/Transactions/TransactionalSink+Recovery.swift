internal import KafkaClient
package import StreamAPI
internal import StreamCore
internal import Synchronization

extension TransactionalSink {
    package func endTransaction(_ transaction: PreparedTransaction) -> EndTransactionAnswer {
        switch resolver.endTransaction(
            transactionalID: transaction.transactionalID,
            producerID: transaction.producer.producerID, epoch: transaction.producer.epoch)
        {
        case .committed: .committed
        case .refused(let code): .refused(code: code)
        case .unanswered(let reason): .unanswered(reason: reason)
        case .denied(let reason): .denied(message: denial(reason))
        }
    }

    /// The broker's answer does not say which permission it misses.
    func denial(_ reason: String) -> String {
        "\(reason); the principal of this connection needs \(permission)"
    }

    package func fence(transactionalID: String) -> FenceAnswer {
        switch resolver.fence(
            transactionalID: transactionalID,
            transactionTimeoutMilliseconds: connection.transactionTimeoutMilliseconds)
        {
        case .fenced(let producerID, _): fenced(transactionalID, producerID)
        case .refused(let code):
            .unanswered(
                reason: "fence \(transactionalID): the coordinator answers "
                    + "\(KafkaErrorName.of(Int32(code))) (\(code))")
        case .unanswered(let reason): .unanswered(reason: reason)
        case .denied(let reason): .denied(message: denial("fence \(transactionalID): \(reason)"))
        }
    }

    /// What hangs is known by its producer id.
    private func fenced(_ transactionalID: String, _ producerID: ProducerID) -> FenceAnswer {
        fencedIDs.withLock { $0[producerID] = transactionalID }
        return .fenced
    }

    package func describe(
        transactionalID: String
    ) throws(TransactionError) -> TransactionDescription {
        do throws(KafkaError) {
            let found = try resolver.describe(transactionalID: transactionalID)
            return TransactionDescription(
                state: found.state,
                producer: ProducerIdentity(producerID: found.producerID, epoch: found.epoch),
                timeoutMilliseconds: found.timeoutMilliseconds,
                startTimeMilliseconds: found.startTimeMilliseconds)
        } catch {
            throw error.transactionError(
                "describe \(transactionalID)", permission: permission)
        }
    }

    package func readMarker() -> MarkerReading {
        let place = TopicPartition(topic: marker.topic, partition: marker.partition)
        return switch resolver.readMarker(group: marker.group, place: place) {
        case .absent: .absent
        case .offset(let offset, _):
            CheckpointID(markerOffset: offset).map { .value($0) }
                ?? .unavailable(
                    reason: "group \(marker.group) holds \(offset) for \(place), which is no "
                        + "checkpoint's number: something else commits to this group")
        case .unstable: .unstable
        case .unavailable(let reason): .unavailable(reason: reason)
        case .denied(let reason):
            .denied(
                message: "\(reason); the principal of this connection needs Read on group "
                    + "\(marker.group) and Read on topic \(marker.topic)")
        }
    }
}
