package import StreamCore

/// Questions to a cluster, and the courtesy commit of group offsets.
///
/// - Threading: any thread. Blocking: every call, at most its timeout.
/// - Errors: `unreachable` with address and reason after the timeout; otherwise as named.
package final class KafkaAdmin: Sendable {
    /// Longest wait for an answer, unless the caller says otherwise.
    package static let timeoutMillisecondsDefault: Int32 = 10_000

    /// - Parameter isolation: Which end offsets ``endOffsets(of:timeoutMilliseconds:)`` gives.
    package init(
        configuration: KafkaConfiguration, isolation: IsolationLevel = .readCommitted
    ) throws(KafkaError) { fatalError("being built") }

    package func clusterID(
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> String { fatalError("being built") }

    /// - Throws: `unknownTopic`: it does not exist (never created by asking).
    package func partitionCount(
        ofTopic topic: String, timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> Int32 { fatalError("being built") }

    /// The earliest offset, and the end that a reader of this admin's isolation level can reach
    /// (`read_committed`: the last stable offset; else the high watermark).
    package func watermarks(
        of place: TopicPartition, timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> (earliest: Offset, end: Offset) { fatalError("being built") }

    /// The first offset whose timestamp is at or after `timestampMilliseconds`, per place; nil where
    /// there is none.
    package func offsets(
        atTimestampMilliseconds timestampMilliseconds: Int64, of places: [TopicPartition],
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> [TopicPartition: Offset?] { fatalError("being built") }

    /// Offsets that a group has committed, by `require_stable`; nil where it has none.
    package func committedOffsets(
        ofGroup group: String, places: [TopicPartition],
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> [TopicPartition: Offset?] { fatalError("being built") }

    /// Commits offsets of a group that has no members, for lag tools.
    package func commitOffsets(
        _ offsets: [(place: TopicPartition, offset: Offset)], group: String,
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) { fatalError("being built") }

    /// Settings of one of the brokers, by name, as `transaction.max.timeout.ms`.
    package func brokerSettings(
        timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> [String: String] { fatalError("being built") }

    /// Settings of a topic, by name, as `min.insync.replicas`.
    package func topicSettings(
        _ topic: String, timeoutMilliseconds: Int32 = timeoutMillisecondsDefault
    ) throws(KafkaError) -> [String: String] { fatalError("being built") }
}
