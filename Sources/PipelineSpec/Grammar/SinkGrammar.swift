/// `sinks`.
enum SinkGrammar {
    static let variants = [
        Variant(name: "kafka", object: kafka),
        Variant.notAvailable("dead_letter", "Records that failed, as they came, to a topic."),
        Variant.notAvailable("file", "Files that appear complete or not at all."),
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
                "key", .text(.column),
                default: "(none; behind an unchanged `raw` source, the record's own)",
                example: "color",
                """
                The column whose text form is the record's key. Keyed records go to the partition \
                that Kafka's own clients choose (murmur2); a NULL key to any.
                """),
            Grammar.format(
                """
                `json`: one object with the row's columns in order, NULL as null. `raw`: the bytes \
                of the row's only column (STRING or BYTES), or an unchanged record of a `raw` source.
                """,
                default: "json", isRequired: false),
            FieldSpecification(
                "delivery_guarantee",
                .choice([
                    Choice(
                        "exactly_once", "in transactions; needs checkpointing",
                        aliases: ["exactly-once"]),
                    Choice(
                        "at_least_once", "visible at once; repeated after a failure",
                        aliases: ["at-least-once"]),
                    Choice("none", "without any wait for the broker", isAvailable: false),
                ]),
                default: "(`exactly_once` when checkpointing is on, else `at_least_once`)",
                example: "exactly_once", "Flink's `sink.delivery-guarantee`."),
            FieldSpecification(
                "allow_loop", .boolean, default: "false",
                "Allows a topic that the same pipeline reads."),
            .notAvailable("key_format", "The key in another form than text."),
            .notAvailable("headers", "Record headers."),
            .notAvailable("partitioner", "Another choice of partition."),
            Grammar.renamedFrom,
        ])
}
