internal import Checkpointing
internal import Expression
internal import FileConnector
internal import Formats
internal import KafkaClient
internal import KafkaConnector
internal import Observability
package import PipelineSpec
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

/// Turns a checked pipeline file into a ``JobPlan``, and asks the clusters what can be asked before
/// the first record.
///
/// - Threading: one thread; ``plan()`` blocks on the brokers, at most 10 s for each that does not
///   answer.
package struct PipelinePlanner {
    let definition: PipelineDefinition

    package init(_ definition: PipelineDefinition) { self.definition = definition }

    /// - Throws: ``FatalError``: unreachable (69), unauthorized (77), settings or topics that do not
    ///   fit (78).
    package func plan() throws -> JobPlan {
        for secret in definition.secrets { Log.redact(secret) }
        let connections = try openConnections()
        let clusters = try preflight(connections)
        let sources = try definition.sources.map { try makeSource($0, connections) }
        let fileSinks = definition.fileSinks
        for sink in fileSinks { try FileSink(sink).prepare() }
        let configuration = definition.configuration
        let transactions = try transactionPlan(connections, clusters)
        let wiring = GraphWiring(
            definition: definition, sources: sources, connections: connections)
        return JobPlan(
            name: definition.name, jobID: JobID(name: definition.name),
            checkpointing: configuration.checkpointing.map(CheckpointingPlan.init) ?? .off,
            maxParallelism: configuration.maxParallelism, sources: sources,
            transactions: transactions, makeCommitters: { fileSinks.map { FileSink($0) } },
            restartStrategy: RestartStrategy.Kind(configuration.restartStrategy),
            leaseMilliseconds: configuration.leaseTimeoutMilliseconds,
            operatorIDs: Set(operatorIDs()),
            sourceTopics: definition.sources.flatMap { $0.kafka?.topics ?? [] },
            eventTimeOperators: Set(
                definition.transforms.filter(\.usesEventTime).map { OperatorID(rawValue: $0.id) }),
            makeGraph: { try wiring.graph($0) })
    }

    private func operatorIDs() -> [OperatorID] {
        let ids =
            definition.sources.map(\.id) + definition.transforms.map(\.id)
            + definition.sinks.map(\.id)
        return ids.map(OperatorID.init(rawValue:))
    }

    private func openConnections() throws -> [String: KafkaConnectionConfiguration] {
        var result: [String: KafkaConnectionConfiguration] = [:]
        for connection in definition.connections {
            let properties = connection.properties.map { ($0.name, $0.value) }
            do {
                result[connection.id] = KafkaConnectionConfiguration(
                    name: connection.id,
                    client: try KafkaConfiguration(
                        properties: Dictionary(properties) { _, last in last }),
                    transactionalIDPrefix: connection.transactionalIDPrefix,
                    transactionTimeoutMilliseconds: Int32(
                        clamping: connection.transactionTimeoutMilliseconds))
            } catch {
                throw FatalError(.configuration, "\(connection.position): \(error)")
            }
        }
        return result
    }

    private func makeSource(
        _ source: SourceDefinition, _ connections: [String: KafkaConnectionConfiguration]
    ) throws -> any Source {
        switch source.connector {
        case .kafka(let kafka): try makeSource(source, kafka, connections)
        case .file(let file): FileSource(FileSourceConfiguration(source, file))
        }
    }

    private func makeSource(
        _ source: SourceDefinition, _ kafka: KafkaSourceDefinition,
        _ connections: [String: KafkaConnectionConfiguration]
    ) throws -> KafkaSource {
        var configuration = KafkaSourceConfiguration(source, kafka)
        configuration.jobSourceCount = definition.sources.compactMap(\.kafka).count
        return try KafkaSource(
            configuration, connection: known(kafka.connection, connections))
    }

    private func known(
        _ connection: String, _ connections: [String: KafkaConnectionConfiguration]
    ) throws -> KafkaConnectionConfiguration {
        guard let found = connections[connection] else {
            throw FatalError(.internalError, "connection \(connection) passed the checks unknown")
        }
        return found
    }
}

// MARK: What the clusters say

extension PipelinePlanner {
    /// - Returns: Kafka's cluster id by connection.
    private func preflight(
        _ connections: [String: KafkaConnectionConfiguration]
    ) throws -> [String: String] {
        var clusters: [String: String] = [:]
        for (name, connection) in connections.sorted(by: { $0.key < $1.key }) {
            let report = try KafkaPreflight.run(
                KafkaPreflight.Request(
                    connection: connection,
                    sourceTopics: definition.sources.compactMap(\.kafka)
                        .filter { $0.connection == name }.flatMap(\.topics),
                    sinkTopics: topicsWritten(definition.sinks, connection: name),
                    timeouts: timeoutChain(name)))
            try checkFixedPartitions(of: name, report.partitionCounts)
            for warning in report.warnings { Log.warning(warning) }
            clusters[name] = report.clusterID
        }
        return clusters
    }

    /// `partitioner: {fixed: n}`, before the first record.
    private func checkFixedPartitions(
        of connection: String, _ partitionCounts: [String: Int32]
    ) throws {
        for sink in definition.sinks {
            guard let kafka = sink.kafka, kafka.address.connection == connection,
                case .fixed(let partition) = kafka.record.partitioner,
                let count = partitionCounts[kafka.address.topic], partition >= count
            else { continue }
            throw FatalError(
                .configuration,
                "\(sink.position): sink \(sink.id) writes partition \(partition) of \(kafka.address.topic), "
                    + "which has partitions 0 to \(count - 1)")
        }
    }

    private func topicsWritten(_ sinks: [SinkDefinition], connection: String) -> [String] {
        sinks.compactMap(\.topicWritten).filter { $0.connection == connection }.map(\.topic)
    }

    private func timeoutChain(_ connection: String) -> TransactionTimeoutChain? {
        guard !topicsWritten(exactlyOnceSinks, connection: connection).isEmpty,
            let checkpointing = definition.configuration.checkpointing
        else { return nil }
        return TransactionTimeoutChain(
            checkpointIntervalMilliseconds: checkpointing.intervalMilliseconds,
            checkpointTimeoutMilliseconds: checkpointing.timeoutMilliseconds,
            restartDelayMilliseconds: definition.configuration.restartStrategy
                .longestDelayMilliseconds)
    }

    private var exactlyOnceSinks: [SinkDefinition] {
        definition.sinks.filter { $0.guarantee == .exactlyOnce }
    }

    private func transactionPlan(
        _ connections: [String: KafkaConnectionConfiguration], _ clusters: [String: String]
    ) throws -> TransactionPlan? {
        guard let first = exactlyOnceSinks.lazy.compactMap(\.topicWritten).first else { return nil }
        let connection = try known(first.connection, connections)
        let cluster = clusters[first.connection, default: ""]
        let name = definition.name
        let topics = topicsWritten(exactlyOnceSinks, connection: first.connection)
        return TransactionPlan(
            timeoutMilliseconds: Int64(connection.transactionTimeoutMilliseconds),
            poolSize: definition.configuration.transactionPoolSize,
            makeDriver: {
                try TransactionalSink(
                    connection: connection, cluster: cluster, jobName: name, outputTopics: topics)
            })
    }
}
