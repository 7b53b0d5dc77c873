internal import KafkaClient
internal import StreamAPI
internal import StreamCore

/// Reads the partitions of one source subtask.
final class KafkaSourceReader: SourceReader {
    private let consumer: KafkaConsumer
    private let configuration: KafkaSourceConfiguration
    /// In the order of their partitions' numbers; positions are brought up to date in `snapshot`.
    private var splits: [KafkaPartitionSplit]
    private let positions: PartitionPositions
    let wakeUp: @Sendable () -> Void

    /// - Parameter positions: At least one; all of one topic.
    init(
        consumer: KafkaConsumer, configuration: KafkaSourceConfiguration,
        positions given: [(split: KafkaPartitionSplit, stop: Int64?)]
    ) throws(KafkaError) {
        precondition(!given.isEmpty)
        self.consumer = consumer
        self.configuration = configuration
        splits = given.map(\.split)
        positions = PartitionPositions(
            given.map {
                (
                    partition: Int($0.split.partition.rawValue), next: $0.split.offset.rawValue,
                    stop: $0.stop
                )
            })
        wakeUp = consumer.wakeUp
        // A partition that has nothing left to read is not fetched at all.
        let unread = given.filter { $0.split.offset.rawValue < ($0.stop ?? Int64.max) }
        try consumer.assign(
            unread.map {
                (
                    TopicPartition(topic: $0.split.topic, partition: $0.split.partition),
                    $0.split.offset
                )
            })
    }

    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        batch.removeAll()
        guard !positions.allStopped else { return .ended }
        do throws(KafkaError) {
            _ = try consumer.poll(into: batch, waitMaxMilliseconds: milliseconds(waitMax))
        } catch {
            throw error.failure(
                "source \(configuration.operatorID.rawValue)", permission: configuration.permission)
        }
        positions.advance(over: batch)
        for end in consumer.takePartitionEnds() {
            positions.reach(
                end.offset.rawValue, partition: Int(end.place.partition.rawValue))
        }
        if batch.rowCount > 0 { return .records }
        return positions.allStopped ? .ended : .idle
    }

    func snapshot() -> [[UInt8]] {
        for index in splits.indices {
            let partition = Int(splits[index].partition.rawValue)
            splits[index].offset = Offset(rawValue: positions.next(partition: partition))
        }
        return splits.map { $0.encoded() }
    }

    func close() {}

    private func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        let whole = seconds.multipliedReportingOverflow(by: 1000)
        guard !whole.overflow else { return Int32.max }
        return Int32(clamping: whole.partialValue + attoseconds / 1_000_000_000_000_000)
    }
}
