internal import CRDKafka
internal import Glibc

/// The client properties that a user gave for one cluster, checked.
///
/// Values may be passwords: they leave this type only towards librdkafka, never into a message.
package struct KafkaConfiguration: Sendable {
    /// Sorted by name, so that the first bad property reported does not change from run to run.
    let properties: [(name: String, value: String)]
    /// `bootstrap.servers` as given, for messages.
    package let bootstrapServers: String

    /// - Throws: Kind `configuration` for the first property that ``check(property:value:)``
    ///   refuses, and when `bootstrap.servers` is missing.
    package init(properties: [String: String]) throws(KafkaError) {
        self.properties = properties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        for (name, value) in self.properties {
            if let problem = Self.check(property: name, value: value) {
                throw Self.error("\(problem.message); \(problem.help)")
            }
        }
        let servers = properties["bootstrap.servers"] ?? properties["metadata.broker.list"] ?? ""
        guard servers.contains(where: { $0 != "," && !$0.isWhitespace }) else {
            throw Self.error("bootstrap.servers is missing; name at least one broker as host:port")
        }
        bootstrapServers = servers
    }

    /// The value of a property, for the parts of this target that do not go through librdkafka.
    func value(of name: String) -> String? { properties.first { $0.name == name }?.value }

    /// librdkafka's text with every value that the user gave replaced; short ones are no secrets
    /// and would garble it.
    func withoutValues(_ text: String) -> String {
        properties.reduce(text) { text, property in
            property.value.utf8.count < 4 || property.name == "bootstrap.servers"
                ? text : text.replacing(property.value, with: "***")
        }
    }

    static func error(_ context: String) -> KafkaError {
        KafkaError(.configuration, code: RD_KAFKA_RESP_ERR__INVALID_ARG.rawValue, context: context)
    }
}

/// Why a pipeline file may not set a client property.
package struct KafkaConfigurationProblem: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case unknown
        /// It runs, reads or writes something on the host.
        case denied
        /// The runner sets it.
        case ownedByRunner
        case invalidValue
    }
    package let kind: Kind
    /// What is wrong, without the value: `unknown client property "linger"`.
    package let message: String
    /// What to do: `did you mean "linger.ms"?`
    package let help: String
}

/// Which records a reader sees, and which end of the log it asks for.
package enum IsolationLevel: String, Sendable, CaseIterable {
    case readUncommitted = "read_uncommitted"
    case readCommitted = "read_committed"
}
