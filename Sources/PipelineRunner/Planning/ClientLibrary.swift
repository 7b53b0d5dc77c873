internal import KafkaClient
package import PipelineSpec

extension PipelinePlanner {
    /// What the client library says of one of its properties, for the linter.
    package static let kafkaPropertyVerdict:
        @Sendable (_ name: String, _ value: String) -> KafkaPropertyVerdict = { name, value in
            guard let problem = KafkaConfiguration.check(property: name, value: value) else {
                return .good
            }
            switch problem.kind {
            case .unknown: return .unknown(nearest: KafkaConfiguration.nearestProperty(to: name))
            default: return .badValue(reason: "\(problem.message); \(problem.help)")
            }
        }

    /// `librdkafka 2.0.2`.
    package static var clientLibraryVersion: String {
        "librdkafka \(KafkaConfiguration.libraryVersion)"
    }
}
