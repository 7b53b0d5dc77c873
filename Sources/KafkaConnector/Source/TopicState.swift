internal import KafkaClient
internal import StreamAPI
internal import StreamCore

/// What a cluster said about a source's topic at one moment: the facts on which the pure decisions
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
    /// Asks for the topic's partitions, their ends and its id.
    ///
    /// - Throws: ``FatalError``: no such topic (78), no permission (77), no broker (69).
    func askTopic() throws -> TopicState {
        let topic = configuration.topic
        return try asking {
            () throws(KafkaError) in
            let count = try admin.partitionCount(ofTopic: topic)
            var partitions: [TopicState.PartitionEnds] = []
            for index in 0..<count {
                let place = TopicPartition(
                    topic: topic, partition: PartitionIndex(rawValue: index))
                let (earliest, end) = try admin.watermarks(of: place)
                partitions.append(TopicState.PartitionEnds(earliest: earliest, end: end))
            }
            return TopicState(
                topic: topic, topicID: try resolver.topicID(topic) ?? [], partitions: partitions)
        }
    }

    /// Runs a question to the cluster; before the first record no answer is a reason to stop.
    func asking<T>(_ question: () throws(KafkaError) -> T) throws -> T {
        do throws(KafkaError) {
            return try question()
        } catch {
            throw error.failure(
                "source \(operatorID.rawValue), topic \(configuration.topic)",
                unreachableIsFatal: true)
        }
    }
}
