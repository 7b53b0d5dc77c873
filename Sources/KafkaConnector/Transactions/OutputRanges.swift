internal import KafkaClient
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// Where the job's transactions begin and end in each output partition, so that what a lost one had
/// written can be named.
///
/// Without a report per record the client does not tell the offsets of what it delivered. The ends of
/// the log at two flushes enclose them: the range also holds the control record of the transaction
/// before, and what other producers wrote meanwhile.
///
/// - Threading: any thread.
final class OutputRanges: Sendable {
    /// Longest wait for the ends of the log; without an answer the range is not known.
    static let timeoutMilliseconds: Int32 = 2_000
    /// ListOffsets answers this "timestamp" with the end of the log.
    private static let latestTimestamp: Int64 = -1

    /// One that sees uncommitted records: it asks for the high watermark.
    private let admin: KafkaAdmin
    private let ends = Mutex<[TopicPartition: Offset]>([:])

    init(_ admin: KafkaAdmin) { self.admin = admin }

    /// Notes where the log ends now in the partitions that are not known yet: call it before the
    /// first transaction.
    ///
    /// - Blocking: one request per broker if there are any, at most ``timeoutMilliseconds``.
    func begin(_ places: [TopicPartition]) {
        let unknown = ends.withLock { ends in places.filter { ends[$0] == nil } }
        guard !unknown.isEmpty else { return }
        let now = currentEnds(of: unknown)
        ends.withLock { $0.merge(now) { former, _ in former } }
    }

    /// - Parameter counts: What a flushed transaction has written.
    /// - Returns: The same with first and last offset, -1 where they are not known.
    /// - Blocking: as ``begin(_:)``.
    func end(_ counts: [(place: TopicPartition, count: Int)]) -> [OutputRange] {
        let written = counts.filter { $0.count > 0 }
        guard !written.isEmpty else { return [] }
        let now = currentEnds(of: written.map(\.place))
        return ends.withLock { ends in
            written.map { place, count in
                defer { ends[place] = now[place] }
                return OutputRange(
                    topic: place.topic, partition: place.partition, recordCount: count,
                    firstOffset: ends[place]?.rawValue ?? -1,
                    lastOffset: now[place].map { $0.rawValue - 1 } ?? -1)
            }
        }
    }

    private func currentEnds(of places: [TopicPartition]) -> [TopicPartition: Offset] {
        // Only for messages: nothing may fail for want of it.
        let found = try? admin.offsets(
            atTimestampMilliseconds: Self.latestTimestamp, of: places,
            timeoutMilliseconds: Self.timeoutMilliseconds)
        return (found ?? [:]).compactMapValues { $0 }
    }
}
