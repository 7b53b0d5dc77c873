/// `type: dead_letter` of `sinks`.
enum DeadLetterGrammar {
    static let deadLetter = ObjectSpecification(
        docs: """
            Writes the records that operators would not take, as they came: key, value and headers of the \
            source's record byte for byte, a null value too, with headers added that say why and where \
            it was (`error.code`, `error.message`, `error.operator`, `error.field`, `source.topic`, \
            `source.partition`, `source.offset`, `source.line`, `source.timestamp`, `pipeline.name`, \
            `pipeline.version`, `first_seen`). Exactly once, in the transaction of the other sinks. \
            docs/dead-letters.md says what is promised.
            """,
        fields: [
            Grammar.type("dead_letter"), Grammar.connection,
            FieldSpecification(
                "input",
                .shapes(
                    scalar: .text(.any), list: .list(.text(.any)),
                    mapping: .notAvailable("inputs with aliases (a join)")),
                isRequired: true, example: "[paid_orders.late, orders.errors]",
                """
                Outputs `id.errors` and `id.late`, or filters and splits of these: one, or a list. Behind \
                a window or a join rows are made of several records, and none is theirs (E1341).
                """),
            FieldSpecification(
                "topic", .text(.topic), isRequired: true, example: "events.dlq",
                """
                The topic to write; it must exist. Give it a `max.message.bytes` above that of the \
                topics that are read: a dead letter is longer than its record by its headers.
                """),
            FieldSpecification(
                "max_rate", .text(.any), default: "(any number)", example: "5 % per 1 min",
                """
                More than that, and the job fails, with exit code 82: `5 % per 1 min` of the records that \
                the sources of the inputs have read within the last minute, or `100 per 1 min`. A share \
                is judged once 100 records were read within that time, or the time has passed.
                """),
            SinkGrammar.transactional,
            Grammar.renamedFrom,
        ])
}
