import Foundation
import Testing

/// A Kafka set-up that cannot work is refused before the first record, and nothing is begun.
@Suite struct SetUpTests {
    @Test func aTopicThatIsNotThereIsNamed() throws {
        let drill = try Drill("no-topic")
        drill.pipeline = pipeline(of: drill, output: "no-topic.nowhere")
        let message = try drill.expectRefusal(78)
        #expect(message.contains("no-topic.nowhere"))
        try expectNothingBegun(drill)
    }

    @Test func aBrokerThatDoesNotAnswerIsNamedWithItsAddress() throws {
        let drill = try Drill("no-broker")
        drill.pipeline = pipeline(of: drill, bootstrap: "127.0.0.1:1")
        let message = try drill.expectRefusal(69)
        #expect(message.contains("127.0.0.1:1"))
        try expectNothingBegun(drill)
    }

    @Test func aTransactionTimeoutAboveTheBrokersMaximumShowsBothAndTheBrokersKey() throws {
        let drill = try Drill("long-timeout")
        drill.pipeline.transactionTimeout = "16 min"
        let message = try drill.expectRefusal(78)
        #expect(message.contains("transaction.max.timeout.ms"))
        #expect(message.contains("960000") || message.contains("16 min"), "\(message)")
        #expect(message.contains("900000") || message.contains("15 min"), "\(message)")
        try expectNothingBegun(drill)
    }

    private func pipeline(
        of drill: Drill, output: String? = nil, bootstrap: String? = nil
    ) -> PipelineFile {
        PipelineFile(
            name: drill.name, inputTopic: drill.input.name,
            outputTopic: output ?? drill.output.name,
            bootstrap: bootstrap ?? drill.broker.bootstrap,
            checkpointFolder: drill.pipeline.checkpointFolder)
    }

    private func expectNothingBegun(_ drill: Drill) throws {
        #expect(drill.durableCheckpoints().isEmpty)
        #expect(try drill.broker.transactions(prefix: drill.name).isEmpty)
    }
}
