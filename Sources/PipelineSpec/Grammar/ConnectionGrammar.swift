/// `connections`.
enum ConnectionGrammar {
    static let variants = [
        Variant(name: "kafka", object: kafka),
        Variant.notAvailable("schema_registry", "A registry of Avro and Protobuf schemas."),
    ]

    private static let kafka = ObjectSpecification(
        docs: "A Kafka cluster. All exactly-once sinks of a job use one connection.",
        fields: [
            Grammar.type("kafka"),
            FieldSpecification(
                "properties", .map(.propertyName, .text(.any)), isRequired: true,
                example: "{ bootstrap.servers: \"localhost:9092\" }",
                """
                librdkafka's properties, checked against its own list; `bootstrap.servers` is needed. \
                Refused are those that the runner sets itself (`transactional.id`, `acks`, \
                `enable.idempotence`, `isolation.level`, `auto.offset.reset`, ...) and those that run \
                or write things on the host (`plugin.library.paths`, `sasl.kerberos.kinit.cmd`, ...). \
                `security.protocol` is `PLAINTEXT`.
                """),
            FieldSpecification(
                "transactional_id_prefix", .text(.transactionalIDPrefix),
                default: "(the pipeline's `name`)", example: "color-counts",
                "What the job's transactional ids begin with; unique in the cluster."),
            FieldSpecification(
                "transaction_timeout", .duration(1_000...Int64(Int32.max), bareNumbers: false),
                default: "15 min", example: "15 min",
                """
                How long the broker keeps a transaction open. It must be longer than the checkpoint \
                interval, should be longer than interval + checkpoint timeout + longest restart delay \
                (else an outage costs a replay), and may not exceed the broker's \
                `transaction.max.timeout.ms`.
                """),
        ])
}
