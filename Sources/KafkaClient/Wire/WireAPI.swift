/// The requests that this client sends itself, by Kafka's api key.
package enum WireAPI: Int16, Sendable, CaseIterable {
    case metadata = 3
    case offsetFetch = 9
    case findCoordinator = 10
    case apiVersions = 18
    case initProducerID = 22
    case addPartitionsToTransaction = 24
    case endTransaction = 26
    case describeProducers = 61
    case describeTransactions = 65
}

extension WireAPI: CustomStringConvertible {
    /// Kafka's name, as its protocol guide and its logs have it.
    package var description: String {
        switch self {
        case .metadata: "Metadata"
        case .offsetFetch: "OffsetFetch"
        case .findCoordinator: "FindCoordinator"
        case .apiVersions: "ApiVersions"
        case .initProducerID: "InitProducerId"
        case .addPartitionsToTransaction: "AddPartitionsToTxn"
        case .endTransaction: "EndTxn"
        case .describeProducers: "DescribeProducers"
        case .describeTransactions: "DescribeTransactions"
        }
    }
}
