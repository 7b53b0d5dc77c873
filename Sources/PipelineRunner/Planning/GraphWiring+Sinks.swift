internal import FileConnector
internal import KafkaConnector
internal import PipelineSpec
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

/// What the Kafka sinks of one run write through.
struct KafkaSinks: Sendable {
    /// Nil: no sink is exactly once.
    let transactional: TransactionalSink?
    /// One plain producer for each connection that has an at-least-once sink.
    let plain: [String: PlainSink]

    init(
        _ definition: PipelineDefinition, _ connections: [String: KafkaConnectionConfiguration],
        _ driver: (any TransactionDriver)?
    ) {
        transactional = driver as? TransactionalSink
        let atLeastOnce = definition.sinks.filter { $0.guarantee == .atLeastOnce }
        let ids = Set(atLeastOnce.compactMap(\.topicWritten?.connection))
        plain = connections.filter { ids.contains($0.key) }
            .mapValues { PlainSink(connection: $0) }
    }
}

extension GraphWiring {
    func sinkNode(
        _ sink: SinkDefinition, _ kafkaSinks: KafkaSinks, _ monitors: RejectionMonitors
    ) -> StreamNode {
        StreamNode(
            id: OperatorID(rawValue: sink.id),
            role: .sink { context, _ in
                switch sink.connector {
                case .kafka(let kafka):
                    let encoding = encoding(sink, kafka).with(
                        kafka.record, of: context.operatorID)
                    return try kafkaWriter(
                        sink, kafka.address, encoding, kafkaSinks, context)
                case .deadLetter(let deadLetter):
                    let writer = try kafkaWriter(
                        sink, deadLetter.address, deadLetterEncoding, kafkaSinks, context)
                    return monitors.ofSink(sink.id).map { MonitoredSinkWriter(writer, $0) }
                        ?? writer
                case .file(let file): return fileWriter(sink, file, context)
                }
            },
            inputs: edges(sink.inputs, of: sink.id), parallelism: parallelism)
    }

    /// Records as they came.
    private var deadLetterEncoding: KafkaRecordEncoding {
        var encoding = KafkaRecordEncoding(key: .origin, value: .origin)
        encoding.headers = .deadLetter(
            DeadLetterOrigin(
                pipelineName: definition.name, pipelineVersion: definition.version))
        return encoding
    }

    private func fileWriter(
        _ sink: SinkDefinition, _ file: FileSinkDefinition, _ context: OperatorContext
    ) -> any SinkWriter {
        FileSink(FileSinkConfiguration(sink, file, job: definition.name)).makeWriter(
            encoding: valueEncoder(sink).map { .encoded($0) } ?? .origin, context: context)
    }

    private func kafkaWriter(
        _ sink: SinkDefinition, _ address: TopicAddress, _ encoding: KafkaRecordEncoding,
        _ kafkaSinks: KafkaSinks, _ context: OperatorContext
    ) throws -> any SinkWriter {
        let guarantee: DeliveryGuarantee =
            sink.guarantee == .exactlyOnce ? .exactlyOnce : .atLeastOnce
        let configuration = KafkaSinkConfiguration(
            operatorID: context.operatorID, topic: address.topic, guarantee: guarantee)
        switch (guarantee, kafkaSinks.transactional, kafkaSinks.plain[address.connection]) {
        case (.exactlyOnce, let sink?, _):
            return sink.makeWriter(configuration, encoding: encoding, context: context)
        case (.atLeastOnce, _, let sink?):
            return try sink.makeWriter(configuration, encoding: encoding, context: context)
        default:
            throw FatalError(.internalError, "sink \(sink.id) has no producer")
        }
    }
}
