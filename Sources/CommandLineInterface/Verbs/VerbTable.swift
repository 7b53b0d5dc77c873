/// Every verb of the executable. Verbs, argument order and long flags are `flink`'s where Flink has
/// them, kebab-case first, Flink's camelCase and short forms accepted.
enum VerbTable {
    static let all = [
        run, lint, explain, echo, schema, explainError, eval, functions, completion, help, version,
    ]

    static let run = VerbSpecification(
        name: "run", arguments: "FILE", argumentCount: 1...1,
        summary: "run a pipeline; resume its newest checkpoint if there is one",
        docs: """
            Resumes the job's newest checkpoint, as a restart by a supervisor needs, or starts anew
            if there is none. The job's identity is the pipeline's `name`. SIGTERM or SIGINT takes a
            final checkpoint, commits it and exits 0; a second one ends at once (143, 130); SIGUSR1
            takes a checkpoint now.

            Exit codes: 0 finished or stopped as asked; 1 failed; 64 usage; 65 snapshot unreadable;
            66 file missing; 69 broker unreachable; 70 internal; 73, 74 checkpoint directory or files;
            75 another instance holds or took over the job; 77 permission; 78 configuration;
            79 output lost, the range printed; 80 outcome unknown, the operator must choose;
            81 source records gone; 82 more records rejected than max_rate allows. Do not restart by
            itself after 64-66, 75 and 77-82.
            """,
        options: runOptions,
        examples: [
            "millrace run pipelines/color-counts.yaml",
            "millrace run -p 4 -D execution.checkpointing.interval=1s pipelines/color-counts.yaml",
            "millrace run --stop-at-end pipelines/large-orders.yaml",
        ])

    private static let runOptions =
        [
            OptionSpecification(
                name: "from-savepoint", aliases: ["-s", "--fromSavepoint"], value: "PATH|latest",
                docs: "restore this checkpoint: its folder or its _metadata; latest: the newest one"
            ),
            OptionSpecification(
                name: "allow-rewind",
                docs: "with -s: accept a checkpoint whose successors' output is already visible"),
            OptionSpecification(
                name: "allow-non-restored-state", aliases: ["-n", "--allowNonRestoredState"],
                docs: "leave behind the state of operators that the pipeline no longer has"),
            OptionSpecification(
                name: "fresh",
                docs: "start a new life of the job; refused while a transaction is unresolved"),
            OptionSpecification(
                name: "parallelism", aliases: ["-p"], value: "N",
                docs: "instead of parallelism.default"),
            OptionSpecification(
                name: "stop-at-end",
                docs: "stop at the end offsets of now, with a last checkpoint, and exit 0"),
        ] + fileOptions + [logFormat] + [
            OptionSpecification(
                name: "log-level", value: "LEVEL", docs: "debug, info (default), warning or error"),
            OptionSpecification(
                name: "progress", value: "auto|off", docs: "the progress line on a terminal"),
        ]

    /// What changes the file before it is checked; the same for every verb that reads one.
    private static let fileOptions = [
        OptionSpecification(
            name: "define", aliases: ["-D"], value: "KEY=VALUE", repeats: true,
            docs: "set a key of `config`, as flink -D"),
        OptionSpecification(
            name: "set", value: "PATH=VALUE", repeats: true,
            docs: "set any scalar: sources.events.topic=orders"),
        OptionSpecification(
            name: "env-file", value: "FILE", docs: "NAME=value lines for ${NAME}"),
    ]

    private static let logFormat = OptionSpecification(
        name: "log-format", value: "text|json", docs: "form of the log on standard error")

    static let lint = VerbSpecification(
        name: "lint", aliases: ["validate"], arguments: "FILE...", argumentCount: 1...1000,
        summary: "check pipeline files; every error in one pass",
        docs: """
            Checks without a broker: grammar, names, types, expressions, configuration. Exits 0 if
            there is no error, 78 otherwise.
            """,
        options: [
            OptionSpecification(name: "strict", docs: "warnings fail too"),
            OptionSpecification(
                name: "format", value: "text|json|github", docs: "form of the diagnostics"),
        ] + fileOptions,
        examples: ["millrace lint pipelines/*.yaml"])

    static let explain = VerbSpecification(
        name: "explain", aliases: ["info"], arguments: "FILE", argumentCount: 1...1,
        summary: "show what a file will run: operators, types, keys, chains, guarantee",
        docs: "Needs no broker.",
        options: [
            OptionSpecification(name: "format", value: "text|json", docs: "form of the output")
        ] + fileOptions,
        examples: ["millrace explain pipelines/color-counts.yaml"])

    static let echo = VerbSpecification(
        name: "echo", arguments: "FILE", argumentCount: 1...1,
        summary: "print the file as it was understood, secrets as ***",
        docs: "Defaults are filled in where --resolved asks for them.",
        options: [
            OptionSpecification(name: "resolved", docs: "with defaults and interpolated values")
        ] + fileOptions)

    static let schema = VerbSpecification(
        name: "schema", summary: "print the JSON Schema of the pipeline file",
        docs: "For editors: save it beside the file and name it in the first line.",
        examples: ["millrace schema > pipeline.v1.schema.json"])

    static let explainError = VerbSpecification(
        name: "explain-error", arguments: "CODE", argumentCount: 1...1,
        summary: "explain an error code", docs: "The same text as docs/errors.md.",
        examples: ["millrace explain-error E1103"])

    static let eval = VerbSpecification(
        name: "eval", arguments: "EXPR", argumentCount: 1...1,
        summary: "try an expression, on a row if one is given",
        docs: """
            Prints the value, as JSON, and its type. The row is a JSON object; its columns have the
            types that their values look like (a null is a STRING), or those of --schema. With
            --schema alone the type is printed. Exits 78 if the expression is wrong, 1 if it fails
            for this row.
            """,
        options: [
            OptionSpecification(
                name: "row", value: "JSON", docs: "the columns' values: {\"color\": \"red\"}"),
            OptionSpecification(
                name: "schema", value: "COLUMNS",
                docs: "the columns' types: 'color STRING, price DECIMAL(10, 2) NOT NULL'"),
        ],
        examples: [
            "millrace eval 'UPPER(color)' --row '{\"color\": \"red\"}'",
            "millrace eval 'price * 2' --row '{\"price\": 9.95}' --schema 'price DECIMAL(10, 2)'",
        ])

    static let completion = VerbSpecification(
        name: "completion", arguments: "bash|zsh|fish", argumentCount: 1...1,
        summary: "print a script that completes verbs, options and functions in a shell",
        docs: "The script's first line says where it goes.",
        examples: ["source <(millrace completion bash)"])

    static let functions = VerbSpecification(
        name: "functions", arguments: "[NAME]", argumentCount: 0...1,
        summary: "list the functions of expressions, or explain one",
        docs: "With signature, meaning and examples.",
        examples: ["millrace functions", "millrace functions COALESCE"])

    static let help = VerbSpecification(
        name: "help", arguments: "[VERB]", argumentCount: 0...1,
        summary: "list the verbs, or explain one", docs: "The same as `millrace VERB --help`.")

    static let version = VerbSpecification(
        name: "version", summary: "print the version and the versions of the libraries",
        docs: "Also `millrace --version`.")
}
