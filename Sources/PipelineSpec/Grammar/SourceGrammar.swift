/// `sources`.
enum SourceGrammar {
    static let variants = [
        Variant(name: "kafka", object: kafka),
        Variant(name: "file", object: FileGrammar.source),
        FileGrammar.socket,
    ]

    private static let kafka = ObjectSpecification(
        docs: """
            Reads topics. Offsets are kept in checkpoints. Beside its columns, each record has its \
            metadata: `$topic STRING`, `$partition INT`, `$offset BIGINT`, `$timestamp \
            TIMESTAMP_LTZ(3)`, `$key BYTES`, `$headers MAP<STRING, BYTES>` and single headers as \
            `$headers['name']`, in every expression directly behind the source; what is not used is \
            not read. Further down they are columns where a map made them such: `extend: { topic: \
            $topic }`.
            """,
        fields: [
            Grammar.type("kafka"), Grammar.connection,
            FieldSpecification(
                "topic", .text(.topic), example: "events",
                "The topic to read. This, `topics` or `topic_pattern` is needed."),
            FieldSpecification(
                "topics", .list(.text(.topic)), example: "[events, more-events]",
                "Several topics, read as one stream."),
            FieldSpecification(
                "topic_pattern", .text(.any), example: "'events-.*'",
                """
                All topics whose whole name matches this regular expression (Java's syntax, but for \
                what cannot be matched in linear time). Topics that come up during the run are found \
                at `partition_discovery_interval`. Kafka's own topics (`__..`) are never read.
                """),
            FieldSpecification(
                "partition_discovery_interval",
                .duration(0...Grammar.dayMilliseconds, bareNumbers: false), default: "5 min",
                example: "1 min",
                """
                How often new partitions are looked for (Flink's \
                `scan.topic-partition-discovery.interval`); `0` never. They are read from their \
                earliest offset. A topic that was deleted, or made again, stops the job then. Not \
                with `--stop-at-end`.
                """),
            FieldSpecification(
                "group_id", .text(.any), default: "(the pipeline's `name`)",
                example: "color-counts",
                "Where offsets are also committed, for lag tools; read back only by `startup: committed`."
            ),
            startup,
            FieldSpecification(
                "isolation_level",
                .choice([
                    Choice("read_committed", "only records of committed transactions"),
                    Choice("read_uncommitted", "also records of open and aborted transactions"),
                ]),
                default: "read_committed",
                "Which records of other producers' transactions are read."),
            Grammar.format(
                FormatGrammar.reading,
                """
                How values become rows: `json` by `schema`, `csv` by `schema` in its order; `string` \
                is one column, `value STRING`, and `raw` one column, `value BYTES`.
                """,
                default: nil, isRequired: true),
            schema,
        ] + FormatGrammar.sourceKey + [
            Grammar.onError("What happens to a record that cannot be decoded."),
            tombstones,
        ] + EventTimeGrammar.fields + notAvailable)

    static let schema = FieldSpecification(
        "schema", .map(.column, .sqlType),
        default: "(needed for `json` and `csv`)",
        example: "{ color: STRING NOT NULL, weight: DOUBLE }",
        """
        Columns and their SQL types: BOOLEAN, INT, BIGINT, DOUBLE, DECIMAL(p, s), STRING, \
        BYTES, DATE, TIMESTAMP(3), TIMESTAMP_LTZ(3), ARRAY<type>, MAP<STRING, type>, \
        ROW<name type, ...>, JSON (any value, passed on as it is), each with or without \
        NOT NULL. Fields of the document that are not named are ignored; only those that \
        are used are extracted. A missing or null field is NULL, and an error where the \
        type says NOT NULL. In CSV every field of the row is a column; types in <> and \
        JSON have no form there.
        """)

    private static let startup = FieldSpecification(
        "startup",
        .shapes(
            scalar: .choice([
                Choice("earliest", "the first record that there is"),
                Choice("latest", "the end of the topic at the first start"),
                Choice("committed", "what `group_id` has committed; else the earliest"),
            ]),
            list: nil,
            mapping: .object(
                ObjectSpecification(
                    docs: "One of the two.",
                    fields: [
                        FieldSpecification(
                            "timestamp", .integer(0...253_402_300_799_999),
                            example: "1767225600000",
                            "The first record at or after this time, in milliseconds since 1970."),
                        FieldSpecification(
                            "offsets", .map(.partition, .integer(0...Int64.max)),
                            example: "{ 0: 42, 1: 0 }",
                            "Offsets by partition; partitions not named begin at their earliest."),
                    ]))),
        default: "earliest", example: "earliest",
        "Where to begin when there is no checkpoint: a word, `{timestamp: ..}` or `{offsets: ..}`.")

    private static let tombstones = FieldSpecification(
        "tombstones",
        .choice([
            Choice("fail", "an error of the record, as one that cannot be decoded: see `on_error`"),
            Choice("drop", "leave the record out and count it"),
            Choice("row", "a row whose columns are NULL, NOT NULL or not; `$key` says of what"),
        ]),
        default: "(`row` for `format: raw` and `string`, else `fail`)",
        "What happens to a record whose value is null: for Kafka's compaction, a deletion.")

    private static let notAvailable: [FieldSpecification] = [
        .notAvailable("metadata", "Metadata need no declaration: write `$topic`, `$headers['a']`."),
        .notAvailable("error_threshold", "How many bad records are too many."),
        Grammar.renamedFrom,
    ]
}
