internal import CRDKafka
internal import Synchronization

/// Sole owner of one `rd_kafka_t`: freed exactly once, with the last reference.
///
/// - Threading: `rd_kafka_t` is thread-safe; freeing waits for librdkafka's threads to end.
/// - Source: librdkafka 2.0.2, `rdkafka.h`.
final class ClientHandle: @unchecked Sendable {  // Proof: constants; all are thread-safe.
    enum Role { case consumer, producer }

    let pointer: OpaquePointer
    let events = ClientEvents()
    private let role: Role
    private let bootstrapServers: String
    /// A producer's rows are sent from here by librdkafka's threads, which end before it does.
    let retained = Mutex(RetainedChunks())

    /// - Parameters:
    ///   - configuration: The user's properties; those of the other role are left out.
    ///   - defaults: The runner's values where the user gave none.
    ///   - owned: The runner's values whatever the user gave.
    init(
        _ role: Role, _ configuration: KafkaConfiguration,
        defaults: PropertyList, owned: PropertyList
    ) throws(KafkaError) {
        let conf = try Self.makeConf(role, configuration, defaults: defaults, owned: owned)
        rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(events).toOpaque())
        ClientCallbacks.install(in: conf, role)
        var reason = [CChar](repeating: 0, count: 512)
        let type = role == .consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER
        // On success rd_kafka_new owns conf; on failure it is still ours.
        guard let made = rd_kafka_new(type, conf, &reason, reason.count) else {
            rd_kafka_conf_destroy(conf)
            let cause = configuration.withoutValues(text(reason))
            throw KafkaConfiguration.error("the Kafka client refuses its settings: \(cause)")
        }
        pointer = made
        self.role = role
        bootstrapServers = configuration.bootstrapServers
    }

    deinit {
        switch role {
        case .producer:
            rd_kafka_destroy(pointer)
            retained.withLock { $0.removeAll() }
        case .consumer: ClientRemoval(pointer: pointer, events: events).run()
        }
    }

    private static func makeConf(
        _ role: Role, _ configuration: KafkaConfiguration,
        defaults: PropertyList, owned: PropertyList
    ) throws(KafkaError) -> OpaquePointer {
        guard let conf = rd_kafka_conf_new() else {
            throw KafkaConfiguration.error("rd_kafka_conf_new gave nothing")
        }
        let catalogue = ClientPropertyCatalogue.shared.entries
        var settings = defaults.pairs
        for (name, value) in configuration.properties {
            guard let entry = catalogue[name] else { continue }
            let applies = role == .consumer ? entry.appliesToConsumer : entry.appliesToProducer
            if applies { settings.append((name, value)) }
        }
        settings += owned.pairs
        for (name, value) in settings {
            guard rd_kafka_conf_set(conf, name, value, nil, 0) == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(conf)
                // The value stays out of the message: it may be a password.
                throw KafkaConfiguration.error("the Kafka client refuses the value of \(name)")
            }
        }
        return conf
    }

    /// A time-out with the address and the reason that it had, if librdkafka reported one: then the
    /// broker was not reached. Without one it was, and did not answer.
    func unreachable(_ context: String, _ error: KafkaError) -> KafkaError {
        guard error.kind == .timedOut || error.kind == .unreachable else { return error }
        // Reported errors wait in the client's own queue until it is polled.
        rd_kafka_poll(pointer, 0)
        guard let cause = events.lastError else {
            return error.with(context: "\(context): no answer in time from \(bootstrapServers)")
        }
        let kind: KafkaError.Kind = cause.kind == .authentication ? .authentication : .unreachable
        return error.with(kind: kind, context: "\(context): \(cause.context)")
    }

    /// The fatal error of this client, if it has one: it can then do nothing more.
    var fatalError: KafkaError? {
        var reason = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(pointer, &reason, reason.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return KafkaError(
            .of(code.rawValue), code: code.rawValue, isFatal: true, context: text(reason))
    }
}

/// Client properties in the order in which they are set: a later value replaces an earlier one.
struct PropertyList: ExpressibleByDictionaryLiteral {
    var pairs: [(name: String, value: String)]
    init(dictionaryLiteral elements: (String, String)...) { pairs = elements }

    static func + (first: PropertyList, second: PropertyList) -> PropertyList {
        var result = first
        result.pairs += second.pairs
        return result
    }
}

/// A C buffer as text, up to its NUL.
func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
