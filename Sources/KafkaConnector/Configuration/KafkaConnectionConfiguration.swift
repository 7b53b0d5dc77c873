package import KafkaClient

/// One cluster, as `connections.<name>` of a pipeline file describes it.
package struct KafkaConnectionConfiguration: Sendable {
    /// The connection's key in the pipeline file, for messages.
    package let name: String
    /// The checked client properties.
    package let client: KafkaConfiguration
    /// What the transactional ids begin with: `<prefix>-<slot>`.
    package let transactionalIDPrefix: String
    /// How long the broker keeps a transaction open, `1 ... Int32.max`.
    package let transactionTimeoutMilliseconds: Int32

    /// 15 minutes: the broker's own default for `transaction.max.timeout.ms`.
    package static let transactionTimeoutMillisecondsDefault: Int32 = 900_000

    package init(
        name: String, client: KafkaConfiguration, transactionalIDPrefix: String,
        transactionTimeoutMilliseconds: Int32 = transactionTimeoutMillisecondsDefault
    ) {
        precondition(transactionTimeoutMilliseconds > 0)
        self.name = name
        self.client = client
        self.transactionalIDPrefix = transactionalIDPrefix
        self.transactionTimeoutMilliseconds = transactionTimeoutMilliseconds
    }
}
