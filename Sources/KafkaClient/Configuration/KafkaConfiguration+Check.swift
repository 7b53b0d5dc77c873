internal import CRDKafka

extension KafkaConfiguration {
    /// They load code, run commands or write files on the host, or are pointers into a C program.
    private static let denied: Set<String> = [
        "plugin.library.paths", "ssl.engine.location", "ssl.engine.id", "ssl.providers",
        "ssl_engine_callback_data", "sasl.kerberos.kinit.cmd", "offset.store.path",
        "offset.store.method", "offset.store.sync.interval.ms", "opaque", "ssl_key",
        "ssl_certificate", "ssl_ca", "interceptors", "default_topic_conf", "builtin.features",
        "internal.termination.signal", "msg_order_cmp",
    ]

    /// The runner's guarantees rest on its own values of these. The help says where a pipeline file
    /// has a word in them.
    private static let owned: [String: String] = [
        "transactional.id": "set the connection's transactional_id_prefix",
        "transaction.timeout.ms": "set the connection's transaction_timeout",
        "enable.idempotence": "set the sink's delivery guarantee",
        "enable.gapless.guarantee": "set the sink's delivery guarantee",
        "acks": "set the sink's delivery guarantee",
        "request.required.acks": "set the sink's delivery guarantee",
        "message.timeout.ms": "it follows the connection's transaction_timeout",
        "delivery.timeout.ms": "it follows the connection's transaction_timeout",
        "isolation.level": "set the source's isolation_level",
        "auto.offset.reset": "set the source's startup",
        "group.id": "set the source's group_id",
    ]

    private static let ownedWithoutWord: Set<String> = [
        "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store",
        "auto.commit.interval.ms", "group.instance.id", "enable.partition.eof", "check.crcs",
        "queuing.strategy", "delivery.report.only.error", "enabled_events", "log.queue",
        "log_level", "allow.auto.create.topics", "statistics.interval.ms",
        "partition.assignment.strategy", "group.protocol.type",
    ]

    /// Checks one client property against librdkafka's own list and against what the runner owns.
    ///
    /// - Parameter value: After interpolation. Never repeated in the answer.
    /// - Returns: Nil if a pipeline file may set it so.
    /// - Complexity: Microseconds; the list is read from librdkafka once.
    package static func check(property: String, value: String) -> KafkaConfigurationProblem? {
        if denied.contains(property) || property.hasSuffix("_cb") {
            return KafkaConfigurationProblem(
                kind: .denied, message: "client property \"\(property)\" may not be set here",
                help: "remove it: it acts on the runner's host or process")
        }
        if let help = owned[property] ?? (ownedWithoutWord.contains(property) ? "remove it" : nil) {
            return KafkaConfigurationProblem(
                kind: .ownedByRunner,
                message: "client property \"\(property)\" is set by the runner", help: help)
        }
        guard let entry = ClientPropertyCatalogue.shared.entries[property] else {
            return unknown(property)
        }
        return checkValue(value, of: property, range: entry.range)
    }

    private static func unknown(_ property: String) -> KafkaConfigurationProblem {
        // The name comes from a file: it is cut so that a message stays a line.
        let nearest = ClientPropertyCatalogue.shared.nearestName(to: property)
        let version = String(cString: rd_kafka_version_str())
        return KafkaConfigurationProblem(
            kind: .unknown, message: "unknown client property \"\(property.prefix(80))\"",
            help: nearest.map { "did you mean \"\($0)\"?" }
                ?? "the client is librdkafka \(version): see its CONFIGURATION.md")
    }

    private static func checkValue(
        _ value: String, of property: String, range: String
    ) -> KafkaConfigurationProblem? {
        if let problem = checkRestricted(value, of: property) { return problem }
        // A NUL would cut the value short where C reads it.
        let isClean = !value.utf8.contains(0)
        if isClean, librdkafkaAccepts(value, of: property) { return nil }
        return invalid(
            property, help: range.isEmpty ? "see the client's list" : "allowed: \(range)")
    }

    /// Values that librdkafka takes and the runner's promise does not.
    private static func checkRestricted(
        _ value: String, of property: String
    ) -> KafkaConfigurationProblem? {
        switch property {
        case "max.in.flight", "max.in.flight.requests.per.connection":
            return (Int(value) ?? 0) > 5
                ? invalid(property, help: "at most 5: more would break the order of a key") : nil
        case "bootstrap.servers", "metadata.broker.list":
            // librdkafka takes port 99999 for 34463.
            return hasPortsInRange(value)
                ? nil : invalid(property, help: "write host:port, the port from 1 to 65535")
        case "debug":
            // These contexts print property values and tokens.
            let contexts = value.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
            return contexts.contains { ["all", "conf", "security"].contains($0) }
                ? invalid(property, help: "leave out all, conf and security: they print secrets")
                : nil
        default: return nil
        }
    }

    private static func hasPortsInRange(_ servers: String) -> Bool {
        servers.split(separator: ",").allSatisfy { server in
            var address = server.filter { !$0.isWhitespace }
            // librdkafka also takes `PLAINTEXT://host:port`.
            if let scheme = address.firstRange(of: "://") {
                address.removeSubrange(address.startIndex..<scheme.upperBound)
            }
            // An IPv6 address has colons of its own, and then brackets around it.
            guard let colon = address.lastIndex(of: ":"), !address.hasSuffix("]") else {
                return true
            }
            return (1...65535).contains(Int(address[address.index(after: colon)...]) ?? 0)
        }
    }

    private static func invalid(_ property: String, help: String) -> KafkaConfigurationProblem {
        KafkaConfigurationProblem(
            kind: .invalidValue,
            message: "the value of client property \"\(property)\" is not valid", help: help)
    }

    private static func librdkafkaAccepts(_ value: String, of property: String) -> Bool {
        guard let conf = rd_kafka_conf_new() else { return false }
        defer { rd_kafka_conf_destroy(conf) }
        return rd_kafka_conf_set(conf, property, value, nil, 0) == RD_KAFKA_CONF_OK
    }
}
