import KafkaClient
import KafkaConnector
import StreamCore
import Testing

/// Metadata answers in, partitions and losses out.
@Suite struct PartitionDiscoveryTests {
    private let idA = [UInt8](repeating: 1, count: 16)
    private let idB = [UInt8](repeating: 2, count: 16)

    private func answer(
        _ topic: String, _ count: Int, id: [UInt8] = []
    ) -> PartitionDiscovery.TopicAnswer {
        PartitionDiscovery.TopicAnswer(topic: topic, topicID: id, partitionCount: count)
    }

    private func place(_ topic: String, _ partition: Int32) -> TopicPartition {
        TopicPartition(topic: topic, partition: PartitionIndex(rawValue: partition))
    }

    private func reading(_ topic: String, _ count: Int32, id: [UInt8]) -> PartitionDiscovery {
        var discovery = PartitionDiscovery()
        for partition in 0..<count { discovery.note(place(topic, partition), topicID: id) }
        return discovery
    }

    @Test func newPartitionsComeUntilTheyAreNoted() {
        var discovery = reading("a", 2, id: idA)
        #expect(discovery.observe([answer("a", 2, id: idA)]) == .init())
        let grown = answer("a", 4, id: idA)
        for _ in 0..<2 {
            #expect(discovery.observe([grown]).partitions == [place("a", 2), place("a", 3)])
        }
        discovery.note(place("a", 2), topicID: idA)
        #expect(discovery.observe([grown]).partitions == [place("a", 3)])
        discovery.note(place("a", 3), topicID: idA)
        #expect(discovery.observe([grown]) == .init())
    }

    @Test func everyPartitionOfANewTopicIsNew() {
        var discovery = reading("a", 1, id: idA)
        let outcome = discovery.observe([answer("b", 2, id: idB), answer("a", 1, id: idA)])
        #expect(outcome.partitions == [place("b", 0), place("b", 1)])
        #expect(!outcome.isDoubtful)
    }

    @Test func anAnswerWithoutATopicOrPartitionDropsNothing() {
        var discovery = reading("a", 3, id: idA)
        for answers in [[], [answer("a", 1, id: idA)]] {
            let outcome = discovery.observe(answers)
            #expect(outcome.isDoubtful)
            #expect(outcome.partitions.isEmpty && outcome.loss == nil)
        }
        // Nothing comes twice once the answer is whole again.
        #expect(discovery.observe([answer("a", 3, id: idA)]) == .init())
        #expect(discovery.knownTopics == ["a"])
    }

    @Test func onlyAnswersInARowSayThatATopicIsDeleted() {
        var discovery = reading("a", 1, id: idA)
        for _ in 1..<PartitionDiscovery.missesMax {
            #expect(discovery.observe([]).loss == nil)
        }
        #expect(discovery.observe([answer("a", 1, id: idA)]) == .init())
        for _ in 1..<PartitionDiscovery.missesMax {
            #expect(discovery.observe([answer("b", 1)]).loss == nil)
        }
        let outcome = discovery.observe([answer("b", 1)])
        #expect(outcome.loss == .deleted(topic: "a"))
        #expect(outcome.partitions.isEmpty)
    }

    @Test func anotherTopicIdIsAnotherTopicAtOnce() {
        var discovery = reading("a", 1, id: idA)
        let outcome = discovery.observe([answer("a", 5, id: idB)])
        #expect(outcome.loss == .madeAgain(topic: "a"))
        #expect(outcome.partitions.isEmpty)
    }

    @Test func withoutIdsFewerPartitionsAgainAndAgainAreAnotherTopic() {
        var discovery = reading("a", 3, id: [])
        #expect(discovery.observe([answer("a", 3, id: idB)]) == .init())
        for _ in 1..<PartitionDiscovery.missesMax {
            #expect(discovery.observe([answer("a", 2)]).loss == nil)
        }
        #expect(discovery.observe([answer("a", 2)]).loss == .madeAgain(topic: "a"))
    }
}
