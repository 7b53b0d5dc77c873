/// `type: file`, of sources and sinks.
enum FileGrammar {
    static let source = ObjectSpecification(
        docs: """
            Reads files, one record a line; a quoted field of CSV may hold line ends. Positions are kept \
            in checkpoints. Beside its columns, each record has the metadata `$file STRING`, the path, \
            `$offset BIGINT`, where it begins, in bytes, and `$line BIGINT`, on which line, from 1, in \
            every expression directly behind the source.
            """,
        fields: [
            Grammar.type("file"),
            FieldSpecification(
                "path", .text(.any), isRequired: true, example: "'/data/orders/*.csv'",
                """
                An absolute path: a file, a folder, or a pattern (`*`, `?`, `[..]`) in the last \
                component. Files are read in the order of their names. Subfolders are not entered; names \
                that begin with `.` or `_` are left out.
                """),
            FieldSpecification(
                "monitor_interval", .duration(1...Grammar.dayMilliseconds, bareNumbers: false),
                default: "(the files that are there at the start are the input)", example: "10 s",
                """
                Goes on for ever and looks this often for new files, and for new lines in those that \
                were read (Flink's `source.monitor-interval`). Not with `--stop-at-end`.
                """),
            FieldSpecification(
                "skip_lines", .integer(0...1000), default: "0", example: "1",
                "Lines at the beginning of each file that are no records, as the header of CSV."),
            Grammar.format(
                FormatGrammar.reading,
                """
                How lines become rows: `json` by `schema`, `csv` by `schema` in its order; `string` is \
                one column, `value STRING`, and `raw` one column, `value BYTES`. Empty lines are no \
                records of `json` and `csv`.
                """,
                default: nil, isRequired: true),
            SourceGrammar.schema,
            Grammar.onError("What happens to a line that cannot be decoded."),
        ] + EventTimeGrammar.fields + [Grammar.renamedFrom])

    static let sink = ObjectSpecification(
        docs: """
            Writes files that appear complete or not at all: a part file for each subtask and checkpoint, \
            named `part-<writer>-<subtask>-<number>` and the format's extension when the checkpoint is \
            complete, hidden before.
            """,
        fields: [
            Grammar.type("file"), Grammar.inputs,
            FieldSpecification(
                "path", .text(.any), isRequired: true, example: "/data/results",
                "The folder, an absolute path; made if it is not there."),
            Grammar.format(
                FormatGrammar.writing,
                """
                A line for each row. `json`: one object with the row's columns in order, NULL as null. \
                `csv`: their texts. `string`: the row's only column, a STRING. `raw`: the bytes of the \
                row's only column (STRING or BYTES), or an unchanged record of a `raw` source; NULL is \
                an empty line.
                """,
                default: "json", isRequired: false),
            SinkGrammar.guarantee(
                exactlyOnce:
                    "files appear with the checkpoint that has their rows; needs checkpointing",
                atLeastOnce: "the same, or without checkpoints at the end of the run"),
            Grammar.renamedFrom,
        ])

    /// Why there is no socket source.
    static let socket = Variant.refused(
        "socket", "A socket cannot be replayed after a failure.",
        Refusal(
            code: .socketRefused,
            message: "there is no socket source: what was read from a socket cannot be read again "
                + "after a failure, so records would be lost, whatever the delivery guarantee",
            help: "let the sender write to a Kafka topic, or to files, and read those"))
}
