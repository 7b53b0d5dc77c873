internal import KafkaClient
internal import Observability
package import StreamAPI
internal import StreamCore
internal import Synchronization

/// Transactions that hang: ended for their coordinator, and open in a partition. What a later
/// transaction of the same producer id would make of them is not what was decided.
/// docs/checkpoint-protocol.md, "Transactions that hang".
extension TransactionalSink {
    private typealias Open = TransactionResolver.OpenTransaction

    package func settle(committed: Set<ProducerIdentity>) -> SettleAnswer {
        let ids = fencedIDs.withLock { $0 }
        do throws(KafkaError) {
            let found = try resolver.openTransactions(topics: outputTopics)
                .filter { ids[$0.producerID] != nil }
            guard !found.isEmpty else { return .settled([]) }
            for (producerID, id) in ids {
                let own = found.filter { $0.producerID == producerID }
                for commits in [true, false] {
                    let hanging = own.filter { committed.contains($0.identity) == commits }
                    if let failure = end(hanging, id, commits) { return failure }
                }
            }
            let left = try resolver.transactionsLeft(topics: outputTopics) {
                ids[$0.producerID] != nil
            }
            guard left.isEmpty else { return .unanswered(reason: Self.text(left)) }
            return .settled(found.map { $0.hanging(isCommitted: committed.contains($0.identity)) })
        } catch {
            guard error.kind == .unauthorized else { return .unanswered(reason: "\(error)") }
            noteUnseen(error)
            return .unseen(reason: "\(error)")
        }
    }

    /// Ends some transactions of one id in one way.
    ///
    /// - Returns: Nil when the coordinator has decided so.
    private func end(_ hanging: [Open], _ id: String, _ commits: Bool) -> SettleAnswer? {
        guard !hanging.isEmpty else { return nil }
        // An epoch for this alone (invariant I6).
        let fenced = resolver.fence(
            transactionalID: id,
            transactionTimeoutMilliseconds: connection.transactionTimeoutMilliseconds)
        guard case .fenced(let producerID, let epoch) = fenced else {
            return .unanswered(reason: "fence \(id): \(fenced)")
        }
        guard producerID == hanging[0].producerID else {
            return .unanswered(reason: "\(id) has another producer id than before the fence")
        }
        switch resolver.endHanging(
            at: hanging.map(\.place), transactionalID: id, producerID: producerID, epoch: epoch,
            commits: commits)
        {
        case .committed: return nil
        case .refused(let code):
            return .unanswered(
                reason: "end what hangs of \(id): \(KafkaErrorName.of(Int32(code))) (\(code))")
        case .unanswered(let reason): return .unanswered(reason: reason)
        case .denied(let reason): return .denied(message: denial(reason))
        }
    }

    /// Committed is what readers can see: a marker in every partition. Otherwise a broker that dies now
    /// may leave the transaction hanging when its id is long in other use.
    func awaitEnd(of transaction: OpenTransaction) throws(TransactionError) {
        guard seesProducers.load(ordering: .relaxed), transaction.beginTimeMilliseconds != nil
        else { return }
        let left: [Open]
        do throws(KafkaError) {
            left = try resolver.transactionsLeft(topics: outputTopics) {
                $0.identity == transaction.identity
            }
        } catch {
            guard error.kind == .unauthorized else {
                throw error.transactionError(
                    "wait for the end of \(transactionalID(slot: transaction.slot))",
                    permission: permission)
            }
            return noteUnseen(error)
        }
        guard left.isEmpty else {
            throw TransactionError(
                .failed,
                "commit \(transactionalID(slot: transaction.slot)): it is committed, and not ended in "
                    + Self.text(left))
        }
    }

    private func noteUnseen(_ error: KafkaError) {
        guard seesProducers.exchange(false, ordering: .relaxed) else { return }
        Log.warning(
            "transactions that hang after a broker's failure cannot be noticed: the principal of this "
                + "connection needs Read on the output topics",
            ["connection": connection.name, "reason": "\(error)"])
    }

    private static func text(_ open: [Open]) -> String {
        open.map { "\($0.place)@\($0.startOffset)" }.joined(separator: ", ")
    }
}

extension TransactionResolver.OpenTransaction {
    fileprivate var identity: ProducerIdentity {
        ProducerIdentity(producerID: producerID, epoch: epoch)
    }

    fileprivate func hanging(isCommitted: Bool) -> HangingTransaction {
        HangingTransaction(
            topic: place.topic, partition: place.partition, producer: identity,
            startOffset: startOffset, isCommitted: isCommitted)
    }
}
