internal import KafkaClient
internal import Observability
internal import StreamAPI
internal import StreamCore

/// What a cluster said about one topic of a source at one moment: the facts on which the pure decisions
/// of ``KafkaSource`` rest.
struct TopicState: Sendable {
    struct PartitionEnds: Hashable, Sendable {
        /// The first offset that is still there.
        let earliest: Offset
        /// Where a reader of the source's isolation level must stop for now.
        let end: Offset
    }

    let topic: String
    /// 16 bytes; empty where the broker has none.
    let topicID: [UInt8]
    /// By partition number; every partition of the topic.
    let partitions: [PartitionEnds]

    func ends(of split: KafkaPartitionSplit) -> PartitionEnds {
        partitions[Int(split.partition.rawValue)]
    }

    func split(_ index: Int, at offset: Offset) -> KafkaPartitionSplit {
        KafkaPartitionSplit(
            topic: topic, partition: PartitionIndex(rawValue: Int32(index)), offset: offset,
            topicID: topicID)
    }

    var places: [TopicPartition] {
        partitions.indices.map {
            TopicPartition(topic: topic, partition: PartitionIndex(rawValue: Int32($0)))
        }
    }
}

extension KafkaSource {
    /// Asks for the partitions of each topic, their ends and its id.
    ///
    /// - Parameter restored: What the checkpoint has; a pattern's topics of it must be there still.
    /// - Returns: In the order of the selection; a pattern's sorted by name, perhaps none.
    /// - Throws: ``FatalError``: no such topic (78), no permission (77), no broker (69), a topic of
    ///   the checkpoint that was deleted (81).
    func askTopics(restored: [KafkaPartitionSplit]) throws -> [TopicState] {
        switch configuration.topics {
        case .names(let names): return try names.map(askTopic)
        case .pattern(_, let matches):
            let listed = try asking("\(configuration.topics)") { () throws(KafkaError) in
                try admin.topics()
            }
            let found = Set(listed.keys.filter(matches))
            let unlisted = Set(restored.map(\.topic).filter(matches)).subtracting(found)
            for topic in unlisted.sorted() { try requireTopic(topic) }
            if found.isEmpty {
                Log.warning(
                    "no topic matches yet",
                    ["source": operatorID.rawValue, "topics": "\(configuration.topics)"])
            }
            return try found.union(unlisted).sorted().map(askTopic)
        }
    }

    /// Asks for a topic by name: a list may be stale.
    private func requireTopic(_ topic: String) throws {
        do throws(KafkaError) {
            _ = try admin.partitionCount(ofTopic: topic)
        } catch {
            guard error.kind != .unknownTopic else { throw lost(.deleted(topic: topic)) }
            throw error.failure(
                "source \(operatorID.rawValue), topic \(topic)",
                permission: configuration.permission, unreachableIsFatal: true)
        }
    }

    private func askTopic(_ topic: String) throws -> TopicState {
        try asking(topic) { () throws(KafkaError) in
            let places = (0..<(try admin.partitionCount(ofTopic: topic))).map {
                TopicPartition(topic: topic, partition: PartitionIndex(rawValue: $0))
            }
            let earliest = try offsets(of: places, at: Self.earliestTimestamp)
            let ends = try offsets(of: places, at: Self.latestTimestamp)
            return TopicState(
                topic: topic, topicID: try resolver.topicID(topic) ?? [],
                partitions: zip(earliest, ends).map {
                    TopicState.PartitionEnds(earliest: $0, end: $1)
                })
        }
    }

    /// What ListOffsets calls the two ends of a log: one request a broker for all partitions.
    static let earliestTimestamp: Int64 = -2
    private static let latestTimestamp: Int64 = -1

    private func offsets(
        of places: [TopicPartition], at timestamp: Int64
    ) throws(KafkaError) -> [Offset] {
        let found = try admin.offsets(atTimestampMilliseconds: timestamp, of: places)
        var offsets: [Offset] = []
        for place in places {
            guard let offset = found[place] ?? nil else {
                throw KafkaError(
                    .failed, code: 0, context: "the broker's answer has no offset for \(place)")
            }
            offsets.append(offset)
        }
        return offsets
    }

    /// Runs a question to the cluster; before the first record no answer is a reason to stop.
    func asking<T>(_ topic: String, _ question: () throws(KafkaError) -> T) throws -> T {
        do throws(KafkaError) {
            return try question()
        } catch {
            throw error.failure(
                "source \(operatorID.rawValue), topic \(topic)",
                permission: configuration.permission, unreachableIsFatal: true)
        }
    }
}
