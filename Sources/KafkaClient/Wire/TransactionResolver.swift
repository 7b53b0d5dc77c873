package import StreamCore

/// The few raw requests that librdkafka cannot send: commit another process's transaction, fence an
/// id, describe it, read the marker.
///
/// - Threading: any thread; calls are serialised. Blocking: each call at most
///   `timeoutMilliseconds`: within it the coordinator is looked up again and the request repeated.
package final class TransactionResolver: Sendable {
    package struct Options: Sendable {
        /// Longest time one call may take, with its repeats.
        package var timeoutMilliseconds: Int64 = 10_000
        /// First pause before a repeat; doubled up to one second.
        package var backOffMilliseconds: Int64 = 20
        package init() {}
    }

    /// The coordinator's answer to EndTxn(commit, v1).
    package enum EndTransactionReply: Hashable, Sendable {
        case committed
        /// 47, 48, 49, 90: not committed by this request; does not prove an abort.
        case refused(code: Int16)
        /// No answer that decides anything within the time; ask again.
        case unanswered(reason: String)
    }

    /// The coordinator's answer to InitProducerId.
    package enum FenceReply: Hashable, Sendable {
        case fenced(producerID: ProducerID, epoch: ProducerEpoch)
        /// An error that repeating does not mend, as 53 (ACL) or 50 (timeout above the broker's).
        case refused(code: Int16)
        case unanswered(reason: String)
    }

    /// DescribeTransactions of one id.
    package struct Description: Hashable, Sendable {
        /// Kafka's names, as `Ongoing`; nil when the id is unknown (105).
        package let state: String?
        package let producerID: ProducerID
        package let epoch: ProducerEpoch
        package let timeoutMilliseconds: Int64
        /// Wall clock of the broker at the first write; -1 if none.
        package let startTimeMilliseconds: Int64
    }

    /// OffsetFetch with require_stable for one partition of a group.
    package enum MarkerReply: Hashable, Sendable {
        case absent
        case offset(Int64, metadata: String)
        /// A transaction on the group is open (88).
        case unstable
        case unavailable(reason: String)
    }

    package init(
        configuration: KafkaConfiguration, options: Options = Options()
    ) throws(KafkaError) { fatalError("being built") }

    package func endTransaction(
        transactionalID: String, producerID: ProducerID, epoch: ProducerEpoch
    ) -> EndTransactionReply { fatalError("being built") }

    /// Aborts whatever is open under the id and raises its epoch.
    package func fence(
        transactionalID: String, transactionTimeoutMilliseconds: Int32
    ) -> FenceReply { fatalError("being built") }

    package func describe(transactionalID: String) throws(KafkaError) -> Description {
        fatalError("being built")
    }

    package func readMarker(group: String, place: TopicPartition) -> MarkerReply {
        fatalError("being built")
    }

    /// The topic's id as 16 bytes, which changes when it is deleted and made again; nil for a broker
    /// that has none.
    package func topicID(_ topic: String) throws(KafkaError) -> [UInt8]? { fatalError("being built") }
}
