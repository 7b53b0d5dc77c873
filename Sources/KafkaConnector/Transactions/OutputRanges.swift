internal import KafkaClient
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// Where the job's transactions end in each output partition, so that what a lost one had written
/// can be named.
///
/// The client does not report the offsets of delivered records without a report per record. The log
/// ends at two flushes enclose them: the range also holds the control record of the transaction
/// before, and what other producers wrote meanwhile.
///
/// - Threading: any thread.
final class OutputRanges: Sendable {
    /// Longest wait for the log ends at a flush; without an answer the range is not known.
    static let timeoutMilliseconds: Int32 = 2_000

    private let admin: KafkaAdmin
    private let ends = Mutex<[TopicPartition: Offset]>([:])

    init(_ admin: KafkaAdmin) { self.admin = admin }

    /// - Parameter counts: What a flushed transaction has written.
    /// - Returns: The same with first and last offset, -1 where they are not known.
    /// - Blocking: for one answer per partition.
    func note(_ counts: [(place: TopicPartition, count: Int)]) -> [OutputRange] {
        counts.filter { $0.count > 0 }.map { place, count in
            let end = end(of: place)
            let former = ends.withLock { ends in
                defer { ends[place] = end }
                return ends[place]
            }
            return OutputRange(
                topic: place.topic, partition: place.partition, recordCount: count,
                firstOffset: former?.rawValue ?? -1, lastOffset: end.map { $0.rawValue - 1 } ?? -1)
        }
    }

    private func end(of place: TopicPartition) -> Offset? {
        // Only for messages: a checkpoint must not fail for it.
        try? admin.watermarks(of: place, timeoutMilliseconds: Self.timeoutMilliseconds).end
    }
}
