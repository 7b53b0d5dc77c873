/// The pipeline file, key by key.
enum Grammar {
    /// The only `version` there is.
    static let version: Int64 = 1

    static let root = ObjectSpecification(
        docs: """
            One pipeline per file. `sources`, `transforms` and `sinks` are maps keyed by operator id; \
            the id is the identity of the operator's state. The order of operators does not matter.
            """,
        fields: [
            FieldSpecification(
                "version", .integer(1...Int64(Int32.max)), isRequired: true, example: "1",
                "The version of the grammar: 1."),
            FieldSpecification(
                "name", .text(.pipelineName), isRequired: true, example: "color-counts",
                "The job's identity: a job with the same name finds the same checkpoints."),
            FieldSpecification(
                "description", .text(.any), example: "Running count per colour.",
                "For people."),
            FieldSpecification(
                "config", .configuration, default: "{}",
                "Flink's configuration keys, flat, spelled as Flink spells them, and `millrace.` keys."
            ),
            FieldSpecification(
                "connections", .map(.identifier, .variants(ConnectionGrammar.variants)),
                default: "{}",
                "Clusters, by a name that sources and sinks refer to; files need none."),
            FieldSpecification(
                "sources", .map(.identifier, .variants(SourceGrammar.variants)), isRequired: true,
                "What is read. At least one."),
            FieldSpecification(
                "transforms", .map(.identifier, .variants(TransformGrammar.variants)),
                default: "{}", "What is done with it."),
            FieldSpecification(
                "sinks", .map(.identifier, .variants(SinkGrammar.variants)), isRequired: true,
                "What is written. At least one."),
            .notAvailable("tests", "Tests of the pipeline, in the file."),
            FieldSpecification(
                "allow_nondeterministic", .boolean, default: "false",
                """
                Allows NOW, RAND, UUID and their like in an exactly-once pipeline: after a failure \
                records are read again, and these functions give other values than before.
                """),
            .notAvailable("include", "Parts of a file in other files; YAML anchors work."),
        ])

    // MARK: Keys that several kinds share

    static let connection = FieldSpecification(
        "connection", .text(.identifier), isRequired: true, example: "main",
        "A key of `connections`.")

    static let input = FieldSpecification(
        "input",
        .shapes(
            scalar: .text(.any), list: .list(.text(.any)),
            mapping: .notAvailable("inputs with aliases (a join)")),
        isRequired: true, example: "events",
        """
        The id of the source or transform whose rows come in, or one of its side outputs: `id.port`. \
        A list stands for a union of them.
        """)

    static let inputs = FieldSpecification(
        "input",
        .shapes(
            scalar: .text(.any), list: .list(.text(.any)),
            mapping: .notAvailable("inputs with aliases (a join)")),
        isRequired: true, example: "[events, more_events]",
        "What comes in: sources and transforms, or side outputs of theirs as `id.port`."
    )

    static let renamedFrom = FieldSpecification.notAvailable(
        "renamed_from", "The operator's former id, so that its state is found.")

    /// - Parameter what: What may go wrong with a record here.
    static func onError(_ what: String) -> FieldSpecification {
        FieldSpecification(
            "on_error",
            .choice([
                Choice("fail", "stop the job and name the record's topic, partition and offset"),
                Choice("drop", "leave the record out and count it"),
                Choice(
                    "side_output",
                    "pass it to `<id>.errors`, with its key, value and headers as they came, and the "
                        + "columns `error_code`, `error_message`, `error_operator`, `error_field`"),
            ]),
            default: "fail", what)
    }

    static func type(_ name: String) -> FieldSpecification {
        FieldSpecification(
            "type", .text(.any), isRequired: true, example: name, "`\(name)`.")
    }

    /// - Parameter formats: ``FormatGrammar/reading`` or ``FormatGrammar/writing``.
    static func format(
        _ formats: FieldType, _ docs: String, default defaultText: String?, isRequired: Bool
    ) -> FieldSpecification {
        FieldSpecification(
            "format", formats, isRequired: isRequired, default: defaultText, example: "json", docs)
    }

    /// A day; longer times of this kind are typing errors.
    static let dayMilliseconds: Int64 = 86_400_000
}
