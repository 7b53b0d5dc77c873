
/// Checks a job's Kafka set-up before the first record; creates and changes nothing.
package enum KafkaPreflight {
    /// What a job needs of one cluster.
    package struct Request: Sendable {
        package var connection: KafkaConnectionConfiguration
        package var sourceTopics: [String]
        package var sinkTopics: [String]
        /// Nil when no sink is exactly-once: then no time-outs are compared.
        package var timeouts: TransactionTimeoutChain?
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
    package static func run(_ request: Request) throws -> Report { fatalError("being built") }

    /// A topic that is read and written on the same cluster, whatever the connections are called.
    package static func loops(_ requests: [(request: Request, report: Report)]) -> [String] {
        fatalError("being built")
    }
}
