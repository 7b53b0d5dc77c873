package import StreamAPI
package import StreamCore

/// One topic as a replayable source: a split is a partition.
package final class KafkaSource: Source {
    package let configuration: KafkaSourceConfiguration
    let connection: KafkaConnectionConfiguration
    package var operatorID: OperatorID { configuration.operatorID }

    package init(
        _ configuration: KafkaSourceConfiguration, connection: KafkaConnectionConfiguration
    ) {
        self.configuration = configuration
        self.connection = connection
    }

    package func resolveSplits(restored: [[UInt8]]?, stopAtEnd: Bool) throws -> [SourceSplit] {
        fatalError("being built")
    }
    package func makeReader(
        splits: [SourceSplit], context: OperatorContext
    ) throws -> any SourceReader { fatalError("being built") }
    package func publishOffsets(_ states: [[UInt8]]) { fatalError("being built") }
}
