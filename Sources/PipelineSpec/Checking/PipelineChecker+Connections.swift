internal import YAML

extension PipelineChecker {
    func checkConnections() {
        for entry in root["connections"]?.map ?? [] {
            guard let object = entry.value.object else { continue }
            let properties = checkProperties(of: object)
            guard object.isComplete else { continue }
            connections[entry.key] = ConnectionDefinition(
                id: entry.key, position: position(entry.keyRange), properties: properties,
                transactionalIDPrefix: object["transactional_id_prefix"]?.text ?? name,
                transactionTimeoutMilliseconds: object["transaction_timeout"]?.milliseconds
                    ?? Self.transactionTimeoutMillisecondsDefault)
        }
    }

    /// 15 minutes: the broker's own default for `transaction.max.timeout.ms`.
    static let transactionTimeoutMillisecondsDefault: Int64 = 900_000

    private func checkProperties(of object: DecodedObject) -> [KafkaProperty] {
        guard let value = object["properties"], let entries = value.map else { return [] }
        if !entries.contains(where: { $0.key == "bootstrap.servers" }),
            value.node["bootstrap.servers"] == nil, value.node["metadata.broker.list"] == nil
        {
            decoder.report(
                .missingBootstrapServers, at: object.keyRange(of: "properties"), path: value.path,
                "`bootstrap.servers` is missing: which brokers are meant?",
                help: "bootstrap.servers: ${KAFKA_BROKERS:-localhost:9092}")
        }
        return entries.map(checkProperty)
    }

    private func checkProperty(_ entry: DecodedEntry) -> KafkaProperty {
        let text = entry.value.text ?? ""
        let isSecret = Secrets.isSecret(name: entry.key) || entry.value.isSecret
        if isSecret { decoder.addSecret(text) }
        switch KafkaPropertyRules.verdict(entry.key) {
        case .denied(let why):
            report(
                .deniedProperty, entry, "`\(entry.key)` may not be set in a pipeline file: \(why)")
        case .owned(let why):
            report(.ownedProperty, entry, "`\(entry.key)` is set by the runner: \(why)")
        case .allowed: checkAllowed(entry, text, isSecret: isSecret)
        }
        return KafkaProperty(
            name: entry.key, value: text, isSecret: isSecret, position: position(entry.keyRange))
    }

    private func report(
        _ code: DiagnosticCode, _ entry: DecodedEntry, _ message: String,
        help: String? = "remove it"
    ) {
        decoder.report(code, at: entry.keyRange, path: entry.value.path, message, help: help)
    }

    private func checkAllowed(_ entry: DecodedEntry, _ text: String, isSecret: Bool) {
        if entry.key == "security.protocol", text.lowercased() != "plaintext" {
            decoder.report(
                .notAvailable, at: entry.value.node.range, path: entry.value.path,
                "`security.protocol: \(FieldDecoder.excerpt(text))` is not available in this version",
                help: "PLAINTEXT is")
            return
        }
        if KafkaPropertyRules.isPath(entry.key), !text.hasPrefix("/") {
            report(
                .relativePath, entry, "`\(entry.key)` needs an absolute path",
                help: "the path is opened by the process, wherever it was started")
        }
        if isSecret, entry.value.isLiteral, !isFilePrivate {
            decoder.report(
                .literalSecret, at: entry.value.node.range, path: entry.value.path,
                "`\(entry.key)` is written in a file that others may read",
                help: "write ${NAME} or ${file:/run/secrets/name}, or chmod 600 the file")
        }
        checkLibrary(entry, text)
    }

    private var isFilePrivate: Bool { environment.fileMode.map { $0 & 0o077 == 0 } ?? false }

    private func checkLibrary(_ entry: DecodedEntry, _ text: String) {
        switch environment.kafkaProperty?(entry.key, text) ?? .good {
        case .good: break
        case .unknown(let nearest):
            report(
                .unknownProperty, entry,
                "librdkafka has no property `\(FieldDecoder.excerpt(entry.key))`",
                help: nearest.map { "did you mean `\($0)`?" }
                    ?? "properties of the Java client that librdkafka does not share are not read")
        case .badValue(let reason):
            decoder.report(
                .badPropertyValue, at: entry.value.node.range, path: entry.value.path,
                "`\(entry.key)`: \(reason)")
        }
    }

    /// - Returns: The connection that `object` names; nil after reporting that there is none, or
    ///   where it has errors of its own.
    func connection(of object: DecodedObject) -> ConnectionDefinition? {
        guard let value = object["connection"], let id = value.text else { return nil }
        let names = writtenKeys(of: "connections")
        guard names.contains(id) else {
            decoder.report(
                .unknownConnection, at: value.node.range, path: value.path,
                "there is no connection `\(FieldDecoder.excerpt(id))`",
                help: NearestName.help(id, among: names))
            return nil
        }
        return connections[id]
    }
}
