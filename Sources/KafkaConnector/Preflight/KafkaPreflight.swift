internal import KafkaClient
internal import StreamAPI

/// Checks a job's Kafka set-up before the first record; creates and changes nothing.
package enum KafkaPreflight {
    /// What a job needs of one cluster.
    package struct Request: Sendable {
        package var connection: KafkaConnectionConfiguration
        package var sourceTopics: [String]
        package var sinkTopics: [String]
        /// Nil when no sink is exactly-once: then no time-outs are compared.
        package var timeouts: TransactionTimeoutChain?
        /// Longest wait for the first answer of a broker.
        package var timeoutMilliseconds = KafkaAdmin.timeoutMillisecondsDefault
        package init(
            connection: KafkaConnectionConfiguration, sourceTopics: [String],
            sinkTopics: [String], timeouts: TransactionTimeoutChain?
        ) {
            self.connection = connection
            self.sourceTopics = sourceTopics
            self.sinkTopics = sinkTopics
            self.timeouts = timeouts
        }
    }

    /// What was found on one cluster.
    package struct Report: Sendable {
        package var clusterID: String
        /// Of the source and sink topics.
        package var partitionCounts: [String: Int32]
        /// One line each, with what to do; the job may run.
        package var warnings: [String]
    }

    /// Asks one cluster everything that can be known before the first record.
    ///
    /// - Throws: ``FatalError``: unreachable (69), unauthorized (77), a missing topic or settings
    ///   that do not fit (78).
    /// - Blocking: up to 10 s for each question to a broker that does not answer.
    package static func run(_ request: Request) throws -> Report {
        let connection = request.connection
        let topics = Set(request.sourceTopics + request.sinkTopics).sorted()
        var report: Report
        let finding: TransactionTimeoutChain.Finding?
        do throws(KafkaError) {
            let admin = try KafkaAdmin(configuration: connection.client)
            report = try describe(topics, of: request, admin)
            finding = try timeoutFinding(request, admin)
        } catch {
            throw error.failure(
                "connection \(connection.name)",
                permission: "Describe on topics \(topics.joined(separator: ", "))",
                unreachableIsFatal: true)
        }
        if let missing = missingTopics(request, existing: Set(report.partitionCounts.keys)) {
            throw FatalError(.configuration, missing)
        }
        switch finding {
        case .error(let message):
            throw FatalError(.configuration, "connection \(connection.name): \(message)")
        case .warning(let message):
            report.warnings.append("connection \(connection.name): \(message)")
        case nil: break
        }
        return report
    }

    private static func describe(
        _ topics: [String], of request: Request, _ admin: KafkaAdmin
    ) throws(KafkaError) -> Report {
        // The first question: it finds out whether there is a broker at all.
        let clusterID = try admin.clusterID(timeoutMilliseconds: request.timeoutMilliseconds)
        var report = Report(clusterID: clusterID, partitionCounts: [:], warnings: [])
        report.partitionCounts = try partitionCounts(topics, admin)
        // All that are missing are named at once, by the caller; the rest needs every topic.
        guard report.partitionCounts.count == topics.count else { return report }
        for topic in Set(request.sinkTopics).sorted() {
            report.warnings += try durabilityWarnings(topic, admin)
        }
        return report
    }

    /// - Returns: Without the topics that do not exist.
    private static func partitionCounts(
        _ topics: [String], _ admin: KafkaAdmin
    ) throws(KafkaError) -> [String: Int32] {
        var counts: [String: Int32] = [:]
        for topic in topics {
            do throws(KafkaError) {
                counts[topic] = try admin.partitionCount(ofTopic: topic)
            } catch {
                guard error.kind == .unknownTopic else { throw error }
            }
        }
        return counts
    }

    /// What does not exist and should, with who wants it; nil if everything is there.
    package static func missingTopics(_ request: Request, existing: Set<String>) -> String? {
        let wanted =
            request.sourceTopics.map { ($0, "which a source reads") }
            + request.sinkTopics.map { ($0, "which a sink writes") }
        let missing = wanted.filter { !existing.contains($0.0) }
        guard !missing.isEmpty else { return nil }
        let list = missing.map { "`\($0.0)`, \($0.1)" }.joined(separator: "; ")
        return "connection \(request.connection.name): the cluster does not have the topic"
            + "\(missing.count == 1 ? "" : "s") \(list). Create what is missing (kafka-topics.sh "
            + "--create): a topic is never made by asking for it"
    }

    /// A topic that a job both reads and writes on one cluster, whatever its connections are
    /// called: an endless loop unless the pipeline says `allow_loop`.
    ///
    /// - Returns: The topics' names, sorted.
    package static func loops(_ clusters: [(request: Request, report: Report)]) -> [String] {
        var found: Set<String> = []
        for (reader, readerReport) in clusters {
            for (writer, writerReport) in clusters
            where readerReport.clusterID == writerReport.clusterID {
                found.formUnion(Set(reader.sourceTopics).intersection(writer.sinkTopics))
            }
        }
        return found.sorted()
    }

    private static func timeoutFinding(
        _ request: Request, _ admin: KafkaAdmin
    ) throws(KafkaError) -> TransactionTimeoutChain.Finding? {
        guard let timeouts = request.timeouts else { return nil }
        let settings = try unlessForbidden { () throws(KafkaError) in try admin.brokerSettings() }
        return timeouts.check(
            transactionTimeoutMilliseconds: Int64(
                request.connection.transactionTimeoutMilliseconds),
            brokerMaxMilliseconds: settings?["transaction.max.timeout.ms"].flatMap { Int64($0) })
    }

    /// The guarantee outlives a broker only if its acknowledgements stand on more than one.
    private static func durabilityWarnings(
        _ topic: String, _ admin: KafkaAdmin
    ) throws(KafkaError) -> [String] {
        var warnings: [String] = []
        let replicas = try admin.replicationFactor(ofTopic: topic)
        if replicas < 3 {
            warnings.append(
                "topic \(topic) has replication factor \(replicas): losing \(replicas) broker"
                    + "\(replicas == 1 ? "" : "s") loses results; 3 is usual")
        }
        let settings = try unlessForbidden { () throws(KafkaError) in
            try admin.topicSettings(topic)
        }
        let minimum = settings?["min.insync.replicas"].flatMap { Int($0) }
        if let minimum, minimum < 2, replicas > 1 {
            warnings.append(
                "topic \(topic) has min.insync.replicas \(minimum): a result may be acknowledged "
                    + "by one broker alone; 2 is usual")
        }
        return warnings
    }

    /// Settings need DescribeConfigs, which a job does not need to run: without it the brokers
    /// themselves refuse a time-out that is too long, when the first transaction is initialized.
    private static func unlessForbidden(
        _ question: () throws(KafkaError) -> [String: String]
    ) throws(KafkaError) -> [String: String]? {
        do throws(KafkaError) {
            return try question()
        } catch {
            guard error.kind == .unauthorized else { throw error }
            return nil
        }
    }
}
