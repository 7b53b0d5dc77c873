internal import Glibc
package import StreamCore

/// Transactions that hang: the coordinator has ended them, and some partition has no marker of it.
///
/// Kafka 4.3.1 skips the markers of partitions whose leader it does not know, as those of topics that
/// were deleted; a broker that has just started may know none. Readers are held back at the first
/// record, and **the next transaction of the same producer id ends it, too**: whatever that one's
/// outcome is.
///
/// - Source: `TransactionMarkerChannelManager.addTxnMarkersToBrokerQueue`; KIP-664.
extension TransactionResolver {
    /// A transaction as the leader of a partition sees it.
    package struct OpenTransaction: Hashable, Sendable {
        package let place: TopicPartition
        package let producerID: ProducerID
        package let epoch: ProducerEpoch
        /// Of its first record there.
        package let startOffset: Int64

        package init(
            place: TopicPartition, producerID: ProducerID, epoch: ProducerEpoch,
            startOffset: Int64
        ) {
            self.place = place
            self.producerID = producerID
            self.epoch = epoch
            self.startOffset = startOffset
        }
    }

    /// Everybody's transactions that are open in some topics, by Metadata v11 and DescribeProducers v0.
    ///
    /// - Throws: `unauthorized` without Read on a topic; `timedOut` when there was no usable answer.
    package func openTransactions(topics: [String]) throws(KafkaError) -> [OpenTransaction] {
        let what = "open transactions of \(topics.joined(separator: ", "))"
        let partitions = try decided(cluster.describeProducers(topics: topics), what)
        return partitions.flatMap { partition in
            partition.producers.filter { $0.transactionStartOffset >= 0 }.map {
                OpenTransaction(
                    place: partition.place, producerID: $0.id, epoch: $0.epoch,
                    startOffset: $0.transactionStartOffset)
            }
        }
    }

    /// Waits until no transaction of ours is open any more: markers are written after the answer to
    /// EndTxn.
    ///
    /// - Parameter isOurs: Which ones to wait for.
    /// - Returns: Those that are left after ``Options/timeoutMilliseconds``.
    package func transactionsLeft(
        topics: [String], where isOurs: (OpenTransaction) -> Bool
    ) throws(KafkaError) -> [OpenTransaction] {
        let end = Monotonic.milliseconds() + options.timeoutMilliseconds
        var backOff = BackOff(
            firstMilliseconds: 1, maxMilliseconds: Self.markerPauseMillisecondsMax)
        while true {
            let left = try openTransactions(topics: topics).filter(isOurs)
            guard !left.isEmpty,
                let pause = backOff.pause(now: Monotonic.milliseconds(), deadline: end)
            else { return left }
            usleep(UInt32(clamping: pause * 1000))
        }
    }

    /// The longest wait between two looks.
    private static let markerPauseMillisecondsMax: Int64 = 100

    /// Ends what hangs in some partitions: by a transaction without records, whose markers end theirs.
    ///
    /// - Parameters:
    ///   - producerID: The hanging transaction's, which `transactionalID` has now.
    ///   - epoch: From ``fence(transactionalID:transactionTimeoutMilliseconds:)``, and used for nothing
    ///     else.
    ///   - commits: How the hanging transaction was decided.
    /// - Returns: `committed` once the coordinator has decided; the markers follow.
    package func endHanging(
        at places: [TopicPartition], transactionalID: String, producerID: ProducerID,
        epoch: ProducerEpoch, commits: Bool
    ) -> EndTransactionReply {
        let added = send(
            AddPartitionsToTransactionRequest(
                transactionalID: transactionalID, producerID: producerID, epoch: epoch,
                places: places), of: transactionalID)
        guard added == .committed else { return added }
        return send(
            EndTransactionRequest(
                transactionalID: transactionalID, producerID: producerID, epoch: epoch,
                commits: commits))
    }
}
