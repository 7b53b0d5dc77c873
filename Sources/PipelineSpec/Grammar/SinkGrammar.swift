/// `sinks`.
enum SinkGrammar {
    static let variants = [
        Variant(name: "kafka", object: kafka),
        Variant(name: "dead_letter", object: DeadLetterGrammar.deadLetter),
        Variant(name: "file", object: FileGrammar.sink),
    ]

    private static let kafka = ObjectSpecification(
        docs: """
            Writes a topic. Exactly-once sinks share one transaction per checkpoint: their rows \
            become visible together when the checkpoint is complete.
            """,
        fields: [
            Grammar.type("kafka"), Grammar.connection, Grammar.input,
            FieldSpecification(
                "topic", .text(.topic), isRequired: true, example: "results",
                "The topic to write; it must exist."),
            FieldSpecification(
                "key",
                .shapes(
                    scalar: .text(.column), list: .list(.text(.column)), mapping: nil),
                default: "(none; behind an unchanged `raw` source, the record's own)",
                example: "color",
                """
                The column that is the record's key, or a list of such (Flink's `key.fields`). Keyed \
                records go to the partition that Kafka's own clients choose (murmur2); those without \
                a key to any.
                """),
        ] + FormatGrammar.sinkKey + [
            Grammar.format(
                FormatGrammar.writing,
                """
                `json`: one object with the row's columns in order, NULL as null. `csv`: their texts. \
                `string`: the row's only column, a STRING. `raw`: the bytes of the row's only column \
                (STRING or BYTES), or an unchanged record of a `raw` source.
                """,
                default: "json", isRequired: false),
            transactional,
            FieldSpecification(
                "allow_loop", .boolean, default: "false",
                "Allows a topic that the same pipeline reads."),
            headers,
            FieldSpecification(
                "timestamp", .expression, default: "(the time of writing)", example: "$timestamp",
                """
                The record's timestamp, a TIMESTAMP_LTZ(3); NULL is the time of writing. Headers and \
                timestamps cost a call of the client library for each record.
                """),
            partitioner,
            FieldSpecification(
                "tombstone_when", .expression, default: "(never)", example: "is_deleted",
                """
                A BOOLEAN expression: rows for which it is TRUE are written with a null value, which \
                for Kafka's compaction deletes their key.
                """),
            Grammar.renamedFrom,
        ])

    /// `delivery_guarantee` of every sink that writes topics.
    static let transactional = guarantee(
        exactlyOnce: "in transactions; needs checkpointing",
        atLeastOnce: "visible at once; repeated after a failure")

    static func guarantee(exactlyOnce: String, atLeastOnce: String) -> FieldSpecification {
        FieldSpecification(
            "delivery_guarantee",
            .choice([
                Choice("exactly_once", exactlyOnce, aliases: ["exactly-once"]),
                Choice("at_least_once", atLeastOnce, aliases: ["at-least-once"]),
                Choice("none", "without any wait for the broker", isAvailable: false),
            ]),
            default: "(`exactly_once` when checkpointing is on, else `at_least_once`)",
            example: "exactly_once", "Flink's `sink.delivery-guarantee`.")
    }

    private static let headers = FieldSpecification(
        "headers",
        .shapes(
            scalar: .choice([
                Choice("pass_through", "the source record's, in their order, repeated ones too")
            ]), list: nil, mapping: .map(.column, .expression)),
        default: "(none)", example: "{ trace: trace_id }",
        """
        Headers by name, in this order: STRING or BYTES expressions; a NULL leaves its header out. \
        Or `pass_through`, where a row is still a record of a source: not behind an operator that \
        repartitions or unites rows.
        """)

    private static let partitioner = FieldSpecification(
        "partitioner",
        .shapes(
            scalar: .choice([
                Choice(
                    "murmur2", "by the key, as Kafka's own producer; keyless records in turn",
                    aliases: ["default"]),
                Choice("fixed", "one partition for each subtask, as Flink's `fixed`"),
                Choice("round-robin", "record by record", isAvailable: false),
            ]), list: nil,
            mapping: .object(
                ObjectSpecification(
                    docs: "One of the two.",
                    fields: [
                        FieldSpecification(
                            "column", .text(.column), example: "shard",
                            """
                            An INT or BIGINT column that holds the partition; NULL leaves the choice to \
                            the key. A partition that the topic has not stops the job (E2301).
                            """),
                        FieldSpecification(
                            "fixed", .integer(0...Int64(Int32.max)), example: "0",
                            "The partition of every record."),
                    ]))),
        default: "murmur2", example: "{ column: shard }",
        "Which partition a record goes to: a word, `{column: ..}` or `{fixed: ..}`.")
}
