/// Which of librdkafka's properties a pipeline file may set.
enum KafkaPropertyRules {
    enum Verdict: Equatable {
        case allowed
        /// They run, load or write things on the host, or are not texts at all.
        case denied(why: String)
        /// Exactly-once depends on their values, so the runner sets them.
        case owned(why: String)
    }

    static func verdict(_ name: String) -> Verdict {
        if let why = denied[name] { return .denied(why: why) }
        if name.hasSuffix("_cb") { return .denied(why: "it is a function of the program") }
        if let why = owned[name] { return .owned(why: why) }
        return .allowed
    }

    private static let loadsCode = "it loads code into the process"
    private static let notText = "its value is an object of the program, not a text"

    private static let denied: [String: String] = [
        "plugin.library.paths": loadsCode,
        "ssl.engine.location": loadsCode,
        "sasl.kerberos.kinit.cmd": "it runs a command on this machine",
        "offset.store.path": "it writes files on this machine",
        "opaque": notText,
        "interceptors": loadsCode,
        "default_topic_conf": notText,
        "ssl_key": notText,
        "ssl_certificate": notText,
        "ssl_ca": notText,
        "ssl_engine_callback_data": notText,
    ]

    private static let producer = "exactly-once depends on it"
    private static let offsets = "offsets are kept in checkpoints"

    private static let owned: [String: String] = [
        "transactional.id": "it is made of `transactional_id_prefix`",
        "transaction.timeout.ms": "it is the connection's `transaction_timeout`",
        "enable.idempotence": producer,
        "acks": producer,
        "request.required.acks": producer,
        "max.in.flight": producer,
        "max.in.flight.requests.per.connection": producer,
        "enable.gapless.guarantee": producer,
        "retries": producer,
        "message.send.max.retries": producer,
        "isolation.level": "it is the source's `isolation_level`",
        "group.id": "it is the source's `group_id`",
        "enable.auto.commit": offsets,
        "enable.auto.offset.store": offsets,
        "auto.commit.enable": offsets,
        "auto.offset.reset": "where a source begins is its `startup`; a lost offset stops the job",
        "group.instance.id": "partitions are assigned by the runner",
        "partition.assignment.strategy": "partitions are assigned by the runner",
        "partitioner": "keyed records go where Kafka's own clients send them",
        "delivery.report.only.error": "the runner counts delivery reports",
        "dr_msg_cb": "the runner counts delivery reports",
    ]

    /// Files that the process opens by these names; relative to what would depend on where it runs.
    static func isPath(_ name: String) -> Bool {
        name.hasSuffix(".location") || name == "sasl.kerberos.keytab"
    }
}
