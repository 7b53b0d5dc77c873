internal import KafkaClient
internal import Observability
package import StreamAPI
internal import StreamCore
internal import Synchronization

extension KafkaSource {
    /// Off in a run that stops at the end of its input, which was fixed at its start.
    package var discoveryIntervalMilliseconds: Int64? {
        guard !stopsAtEnd.load(ordering: .relaxed) else { return nil }
        return configuration.discoveryIntervalMilliseconds
    }

    /// New partitions, and new topics of a pattern, from their earliest offset.
    ///
    /// - Throws: ``FatalError`` (81) for a topic that was deleted, or made again under its name.
    ///   Other errors mean that the cluster could not be asked; what is read goes on.
    package func discoverSplits() throws -> SplitDiscovery {
        let answers = try asking("\(configuration.topics)", topicAnswers)
        let outcome = discovery.withLock { $0.observe(answers) }
        if let loss = outcome.loss { throw lost(loss) }
        let ids = Dictionary(answers.map { ($0.topic, $0.topicID) }) { first, _ in first }
        let splits = try newSplits(outcome.partitions, ids)
        return SplitDiscovery(
            splits: splits,
            isDoubtful: outcome.isDoubtful || splits.count < outcome.partitions.count)
    }

    /// Notes the splits that a run begins with.
    func beginDiscovery(_ splits: [KafkaPartitionSplit]) {
        discovery.withLock {
            $0 = PartitionDiscovery()
            for split in splits {
                $0.note(
                    TopicPartition(topic: split.topic, partition: split.partition),
                    topicID: split.topicID)
            }
        }
    }

    private func topicAnswers() throws(KafkaError) -> [PartitionDiscovery.TopicAnswer] {
        let known = discovery.withLock { $0.knownTopics }
        var answers: [PartitionDiscovery.TopicAnswer] = []
        for (topic, count) in try partitionCounts(besides: known) {
            do throws(KafkaError) {
                answers.append(
                    PartitionDiscovery.TopicAnswer(
                        topic: topic, topicID: try resolver.topicID(topic) ?? [],
                        partitionCount: Int(count)))
            } catch {
                // Gone between the two questions: it is missing in this answer.
                guard error.kind == .unknownTopic else { throw error }
            }
        }
        return answers
    }

    /// - Parameter known: Topics that are read already.
    /// - Returns: Without those that the cluster does not know of.
    func partitionCounts(besides known: [String]) throws(KafkaError) -> [String: Int32] {
        switch configuration.topics {
        case .names(let names):
            var counts: [String: Int32] = [:]
            for topic in Set(names + known) {
                do throws(KafkaError) {
                    counts[topic] = try admin.partitionCount(
                        ofTopic: topic, timeoutMilliseconds: Self.discoveryTimeoutMilliseconds)
                } catch {
                    guard error.kind == .unknownTopic else { throw error }
                }
            }
            return counts
        case .pattern(_, let matches):
            return try admin.topics(timeoutMilliseconds: Self.discoveryTimeoutMilliseconds)
                .filter { matches($0.key) }
        }
    }

    /// Longest wait for each answer: the end of a run waits for one that is under way.
    private static let discoveryTimeoutMilliseconds: Int32 = 5_000

    private func newSplits(
        _ places: [TopicPartition], _ topicIDs: [String: [UInt8]]
    ) throws -> [SourceSplit] {
        guard !places.isEmpty else { return [] }
        let earliest = try earliestOffsets(of: places)
        return places.compactMap { place in
            // Without a leader yet; it comes again with the next answer.
            guard let offset = earliest[place] ?? nil else { return nil }
            let id = topicIDs[place.topic] ?? []
            discovery.withLock { $0.note(place, topicID: id) }
            let split = KafkaPartitionSplit(
                topic: place.topic, partition: place.partition, offset: offset, topicID: id)
            logNew(split)
            return SourceSplit(id: split.id, state: split.encoded(), stopPosition: nil)
        }
    }

    /// - Returns: Nothing where the brokers do not know the partitions' leaders yet.
    private func earliestOffsets(
        of places: [TopicPartition]
    ) throws -> [TopicPartition: Offset?] {
        do throws(KafkaError) {
            return try admin.offsets(
                atTimestampMilliseconds: Self.earliestTimestamp, of: places,
                timeoutMilliseconds: Self.discoveryTimeoutMilliseconds)
        } catch {
            guard error.kind == .unauthorized || error.kind == .authentication else { return [:] }
            throw error.failure(
                "source \(operatorID.rawValue)", permission: configuration.permission)
        }
    }

    func logNew(_ split: KafkaPartitionSplit) {
        Log.info(
            "new partition: reading from the earliest",
            ["source": operatorID.rawValue, "split": split.id, "offset": split.offset.rawValue])
    }

    func lost(_ loss: PartitionDiscovery.Loss) -> FatalError {
        let (topic, what) =
            switch loss {
            case .deleted(let topic):
                (
                    topic,
                    "was deleted. Take it out of the source and start a new life with --fresh, or "
                        + "restore the topic"
                )
            case .madeAgain(let topic):
                (
                    topic,
                    "was deleted and made again: the offsets read so far mean nothing in it. Start "
                        + "a new life with --fresh"
                )
            }
        return FatalError(
            .sourceGap, "source \(operatorID.rawValue): topic \(topic), which it reads, \(what)")
    }
}
