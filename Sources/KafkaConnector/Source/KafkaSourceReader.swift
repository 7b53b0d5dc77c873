internal import KafkaClient
internal import StreamAPI
internal import StreamCore

/// Reads the partitions of one source subtask.
final class KafkaSourceReader: SourceReader {
    private let consumer: KafkaConsumer
    private let configuration: KafkaSourceConfiguration
    /// In the order in which they came; positions are brought up to date in `snapshot`.
    private var splits: [KafkaPartitionSplit] = []
    private let positions = PartitionPositions([])
    private var paused: Set<SplitKey> = []
    let wakeUp: @Sendable () -> Void

    /// - Parameter positions: At least one.
    init(
        consumer: KafkaConsumer, configuration: KafkaSourceConfiguration,
        positions given: [(split: KafkaPartitionSplit, stop: Int64?)]
    ) throws(KafkaError) {
        precondition(!given.isEmpty)
        self.consumer = consumer
        self.configuration = configuration
        wakeUp = consumer.wakeUp
        try assign(given)
    }

    /// Reads these partitions too.
    ///
    /// - Parameter given: None of them is this reader's yet.
    func add(_ given: [GrowingSourceReader.Split]) throws {
        do throws(KafkaError) {
            try assign(given)
        } catch {
            throw failure(error)
        }
    }

    private func assign(_ given: [GrowingSourceReader.Split]) throws(KafkaError) {
        splits += given.map(\.split)
        positions.add(given.map { (place($0.split), $0.split.offset.rawValue, $0.stop) })
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

    var pausesSplits: Bool { true }

    /// The position is this reader's own, so a partition that comes back is assigned anew there:
    /// nothing rests on where librdkafka believes it is.
    func pause(_ splits: [SplitKey]) throws {
        let wanted = Set(splits)
        let resumed = paused.subtracting(wanted)
        do throws(KafkaError) {
            try consumer.unassign(wanted.subtracting(paused).sorted().map(TopicPartition.init))
            try consumer.assign(
                self.splits.filter { resumed.contains(SplitKey($0)) }.map {
                    (
                        TopicPartition(SplitKey($0)),
                        Offset(rawValue: positions.next(place($0)))
                    )
                })
        } catch {
            throw failure(error)
        }
        paused = wanted
    }

    private func place(_ split: KafkaPartitionSplit) -> PartitionPositions.Place {
        PartitionPositions.Place(
            topic: Int(consumer.topicIndex(of: split.topic)),
            partition: Int(split.partition.rawValue))
    }

    func poll(into batch: RawRecordBatch, waitMax: Duration) throws -> SourceStatus {
        batch.removeAll()
        guard !positions.allStopped else { return .ended }
        do throws(KafkaError) {
            _ = try consumer.poll(into: batch, waitMaxMilliseconds: milliseconds(waitMax))
        } catch {
            throw failure(error)
        }
        positions.advance(over: batch)
        for end in consumer.takePartitionEnds() {
            positions.reach(
                end.offset.rawValue,
                PartitionPositions.Place(
                    topic: Int(consumer.topicIndex(of: end.place.topic)),
                    partition: Int(end.place.partition.rawValue)))
        }
        if batch.rowCount > 0 { return .records }
        return positions.allStopped ? .ended : .idle
    }

    /// A topic that is read and then not there was deleted: no other start than a new life is right.
    private func failure(_ error: KafkaError) -> any Error {
        let source = "source \(configuration.operatorID.rawValue)"
        guard error.kind == .unknownTopic else {
            return error.failure(source, permission: configuration.permission)
        }
        return FatalError(
            .sourceGap,
            "\(source): a topic was deleted while it was read: \(error). Take it out of the source "
                + "and start a new life with --fresh, or restore the topic")
    }

    func snapshot() -> [[UInt8]] {
        for index in splits.indices {
            splits[index].offset = Offset(rawValue: positions.next(place(splits[index])))
        }
        return splits.map { $0.encoded() }
    }

    func openSplits() -> [SplitKey] {
        splits.filter { !positions.hasStopped(place($0)) }
            .map(SplitKey.init)
    }

    func close() {}

    private func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        let whole = seconds.multipliedReportingOverflow(by: 1000)
        guard !whole.overflow else { return Int32.max }
        return Int32(clamping: whole.partialValue + attoseconds / 1_000_000_000_000_000)
    }
}

extension SplitKey {
    fileprivate init(_ split: KafkaPartitionSplit) {
        self.init(topic: split.topic, partition: split.partition)
    }
}

extension TopicPartition {
    fileprivate init(_ key: SplitKey) { self.init(topic: key.topic, partition: key.partition) }
}
