internal import KafkaClient
internal import Observability
package import StreamAPI
package import StreamCore
internal import Synchronization

/// Topics as one replayable source: a split is a partition, its position an offset.
package final class KafkaSource: Source {
    package let configuration: KafkaSourceConfiguration
    let connection: KafkaConnectionConfiguration
    let admin: KafkaAdmin
    let resolver: TransactionResolver
    /// Set by ``resolveSplits(restored:stopAtEnd:)``: a reader without splits ends at once then.
    let stopsAtEnd = Atomic<Bool>(false)
    /// Which partitions the run reads.
    let discovery = Mutex(PartitionDiscovery())
    package var operatorID: OperatorID { configuration.operatorID }

    /// - Throws: ``FatalError`` for a client property that librdkafka refuses.
    package init(
        _ configuration: KafkaSourceConfiguration, connection: KafkaConnectionConfiguration
    ) throws {
        self.configuration = configuration
        self.connection = connection
        do throws(KafkaError) {
            admin = try KafkaAdmin(
                configuration: connection.client, isolation: configuration.isolation)
            resolver = try TransactionResolver(configuration: connection.client)
        } catch {
            throw error.failure(
                "connection \(connection.name)", permission: configuration.permission)
        }
    }

    package func resolveSplits(restored: [[UInt8]]?, stopAtEnd: Bool) throws -> [SourceSplit] {
        stopsAtEnd.store(stopAtEnd, ordering: .relaxed)
        let topics = try askTopics(restored: (restored ?? []).map(decode))
        let splits = try restored.map { try restore($0, topics) } ?? start(topics)
        beginDiscovery(splits)
        return splits.map { split in
            let state = topics.first { $0.topic == split.topic }
            return SourceSplit(
                id: split.id, state: split.encoded(),
                stopPosition: stopAtEnd ? state?.ends(of: split).end.rawValue : nil)
        }
    }

    package func makeReader(
        splits: [SourceSplit], context: OperatorContext
    ) throws -> any SourceReader {
        try GrowingSourceReader(
            splits: splits, isEnded: stopsAtEnd.load(ordering: .relaxed),
            decode: { [self] in (try decode($0.state), $0.stopPosition) },
            makeReader: { [self] in try openReader($0, parallelism: context.parallelism) })
    }

    private func openReader(
        _ positions: [GrowingSourceReader.Split], parallelism: Int
    ) throws -> KafkaSourceReader {
        var options = KafkaConsumer.Options(groupID: configuration.groupID)
        options.isolation = configuration.isolation
        options.readsHeaders = configuration.readsHeaders
        options.prefetchByteCountMax = configuration.prefetchByteCount(parallelism: parallelism)
        options.fetchByteCountMax = KafkaSourceConfiguration.fetchByteCountMax(
            partitionCount: positions.count)
        do throws(KafkaError) {
            let consumer = try KafkaConsumer(configuration: connection.client, options: options)
            return try KafkaSourceReader(
                consumer: consumer, configuration: configuration, positions: positions)
        } catch {
            throw error.failure(
                "source \(operatorID.rawValue)", permission: configuration.permission)
        }
    }

    package func publishOffsets(_ states: [[UInt8]]) {
        do {
            let splits = try states.map(decode)
            try admin.commitOffsets(
                splits.map {
                    (TopicPartition(topic: $0.topic, partition: $0.partition), $0.offset)
                },
                group: configuration.groupID)
        } catch {
            // A courtesy to lag tools: what is committed here is never read back by a restore.
            Log.warning(
                "offsets not published",
                ["source": operatorID.rawValue, "group": configuration.groupID, "why": "\(error)"])
        }
    }

    /// - Throws: ``FatalError`` (65) for bytes that are no position of ours.
    func decode(_ state: [UInt8]) throws -> KafkaPartitionSplit {
        do throws(KafkaSplitError) {
            return try KafkaPartitionSplit(decoding: state)
        } catch {
            throw FatalError(
                .snapshotCorrupt,
                "the checkpoint's state of source \(operatorID.rawValue): \(error)")
        }
    }
}
