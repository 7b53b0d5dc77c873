package import KafkaClient
internal import StreamCore

/// What a source knows of its topics, and what another answer of the cluster means: new partitions,
/// or a topic that is no longer the one that was read.
///
/// A pure state machine: no clock, no client. A metadata answer may be stale, so a topic or partition
/// that it lacks is not taken for gone: it is asked for again, and only ``missesMax`` answers in a
/// row say that a topic was deleted. What is known never shrinks.
///
/// - Source: FLIP-288 (new partitions are read from their earliest offset); FLINK-6006 (partitions
///   that a transient answer lacks must not be dropped).
package struct PartitionDiscovery: Sendable {
    /// Answers in a row without a topic, after which it counts as deleted.
    package static let missesMax = 4

    /// What one answer says of one topic.
    package struct TopicAnswer: Hashable, Sendable {
        package let topic: String
        /// 16 bytes; empty where the broker gives none.
        package let topicID: [UInt8]
        package let partitionCount: Int
        package init(topic: String, topicID: [UInt8], partitionCount: Int) {
            self.topic = topic
            self.topicID = topicID
            self.partitionCount = partitionCount
        }
    }

    /// Why what was read so far cannot be read on.
    package enum Loss: Hashable, Sendable {
        case deleted(topic: String)
        case madeAgain(topic: String)
    }

    package struct Outcome: Hashable, Sendable {
        /// To be read from their earliest offset, and then noted by ``note(_:)``; they come again
        /// until they are.
        package var partitions: [TopicPartition] = []
        /// Some topic is missing, perhaps only for the moment: ask again soon.
        package var isDoubtful = false
        package var loss: Loss?
        package init(loss: Loss? = nil) { self.loss = loss }
    }

    private struct Known {
        var topicID: [UInt8]
        /// Numbers that are read.
        var partitions: Set<Int32> = []
        var misses = 0
    }
    private var topics: [String: Known] = [:]

    package init() {}

    /// Notes partitions that are read now.
    ///
    /// - Parameter topicID: Empty where the broker gives none.
    package mutating func note(_ place: TopicPartition, topicID: [UInt8]) {
        topics[place.topic, default: Known(topicID: topicID)].partitions
            .insert(place.partition.rawValue)
    }

    /// Topics that must be in an answer, whatever selects the others.
    package var knownTopics: [String] { topics.keys.sorted() }

    /// - Parameter answers: Each topic of the source that the cluster knows of now, once.
    package mutating func observe(_ answers: [TopicAnswer]) -> Outcome {
        var outcome = Outcome()
        for topic in knownTopics where !answers.contains(where: { $0.topic == topic }) {
            miss(topic, .deleted(topic: topic), &outcome)
        }
        for answer in answers.sorted(by: { $0.topic < $1.topic }) {
            compare(answer, &outcome)
            addNewPartitions(answer, &outcome)
        }
        return outcome.loss == nil ? outcome : Outcome(loss: outcome.loss)
    }

    private mutating func miss(_ topic: String, _ loss: Loss, _ outcome: inout Outcome) {
        let misses = (topics[topic]?.misses ?? 0) + 1
        topics[topic]?.misses = misses
        outcome.isDoubtful = true
        if misses >= Self.missesMax, outcome.loss == nil { outcome.loss = loss }
    }

    private mutating func compare(_ answer: TopicAnswer, _ outcome: inout Outcome) {
        guard let known = topics[answer.topic] else { return }
        let haveBothIDs = !known.topicID.isEmpty && !answer.topicID.isEmpty
        if haveBothIDs, known.topicID != answer.topicID {
            if outcome.loss == nil { outcome.loss = .madeAgain(topic: answer.topic) }
            return
        }
        // Kafka never takes partitions away: a stale answer, or without ids another topic.
        let highest = known.partitions.max() ?? -1
        if Int(highest) >= answer.partitionCount {
            miss(answer.topic, .madeAgain(topic: answer.topic), &outcome)
        } else {
            topics[answer.topic]?.misses = 0
        }
    }

    private func addNewPartitions(_ answer: TopicAnswer, _ outcome: inout Outcome) {
        let known = topics[answer.topic]?.partitions ?? []
        for number in 0..<Int32(clamping: answer.partitionCount) where !known.contains(number) {
            outcome.partitions.append(
                TopicPartition(
                    topic: answer.topic, partition: PartitionIndex(rawValue: number)))
        }
    }
}
