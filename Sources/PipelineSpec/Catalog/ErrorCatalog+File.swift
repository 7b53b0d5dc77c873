extension ErrorCatalog {
    static let file: [Entry] = [
        Entry(
            "E1001", "The file cannot be read",
            """
            The path does not exist, may not be read, or names a directory, a FIFO or a device. The \
            exit code is 66. Give the path of the pipeline file itself.
            """),
        Entry(
            "E1002", "The file is too large",
            """
            A pipeline file has at most 1 MiB. Usually the wrong file was named.
            """),
        Entry(
            "E1003", "The file is not plain UTF-8",
            """
            It holds bytes that are not UTF-8, or begins with a byte order mark. Save it as UTF-8 \
            without BOM.
            """),
        Entry(
            "E1004", "Unknown key",
            """
            The grammar has no such key at this place. The help names the nearest one. All keys are in \
            the pipeline reference.
            """),
        Entry(
            "E1005", "The file is empty",
            """
            It holds nothing but comments and blanks. A file begins with `version: 1` and `name:`.
            """),
        Entry(
            "E1006", "The file is not YAML",
            """
            Often a tab in the indentation, a missing quote, or an unquoted `${..}` inside `{ }` or \
            `[ ]`: there, and where a text holds `: ` or ` #`, YAML asks for quotes. Nothing behind \
            the place was read, so there may be more errors.
            """),
        Entry(
            "E1007", "Duplicate key",
            """
            A mapping has the same key twice. Most YAML readers keep the last one silently; here \
            both places are named and one must go.
            """),
        Entry(
            "E1008", "Several documents",
            """
            A `---` begins a second document. One file holds one pipeline.
            """),
        Entry(
            "E1009", "YAML that is not read",
            """
            Tags (`!!int`), merge keys (`<<`) and keys that are not texts are refused: the type of \
            each field is known, and what a file means should be readable from it. Anchors and \
            aliases of whole values work.
            """),
        Entry(
            "E1010", "Not available in this version",
            """
            The key, type or value belongs to the grammar, but this version does not have it. It is \
            refused rather than ignored, so that a pipeline never does less than its file says.
            """),
        Entry(
            "E1011", "A key is missing",
            """
            The place needs this key. The help shows how it is written.
            """),
        Entry(
            "E1012", "Wrong type of value",
            """
            A text stands where a number is needed, a list where a mapping, or nothing at all. \
            Numbers are whole unless the field says otherwise: `1e3` and `1.5` are not whole numbers.
            """),
        Entry(
            "E1013", "Not one of the words",
            """
            The field accepts certain words only; the message lists them or, for a time zone, says how \
            they look.
            """),
        Entry(
            "E1014", "Not a valid name",
            """
            Ids of operators and connections have letters, digits, `_` and `-` (a `.` separates an \
            output's port, a `/` would be a path). Topics are named by Kafka's rule: letters, digits, \
            `.`, `_`, `-`, at most 249.
            """),
        Entry(
            "E1015", "Not a duration",
            """
            Durations are a whole number and a unit, `500 ms`, `10 s`, `15 min`, `1 h`, `7 d`, or ISO \
            8601, `PT10S`. In `config` a bare number is milliseconds, as in Flink; elsewhere a unit is \
            needed.
            """),
        Entry(
            "E1016", "Out of range",
            """
            The value has the right type but no meaning at this size. The message has the limits.
            """),
        Entry(
            "E1017", "Not an SQL type",
            """
            Columns of a `schema` have one of the types BOOLEAN, INT, BIGINT, DOUBLE, DECIMAL(p, s), \
            STRING, BYTES, DATE, TIMESTAMP(3), TIMESTAMP_LTZ(3), ARRAY<type>, MAP<STRING, type>, \
            ROW<name type, ...>, JSON, each with or without NOT NULL.
            """),
        Entry(
            "E1018", "Beyond the limits of a file",
            """
            At most 64 levels, 10,000 values with aliases counted in full, 32 anchors. A few lines of \
            aliases of aliases would otherwise expand to billions of values.
            """),
        Entry(
            "E1019", "Keys that exclude each other",
            """
            For example `select` beside `extend` in a map, or `schema` with `format: raw`.
            """),
        Entry(
            "E1020", "A variable is not set",
            """
            `${NAME}` has no value in the environment or in `--env-file`. Set it, or give a default: \
            `${NAME:-value}`. The message of `${NAME:?message}` is shown as written.
            """),
        Entry(
            "E1021", "A malformed variable",
            """
            Written are `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, `${file:/path}` and \
            `${file:/path#key}`; `$${` is a literal `${`. They do not nest, and a value is never \
            searched again.
            """),
        Entry(
            "E1022", "A file of a variable cannot be read",
            """
            `${file:/path}` names a file that is absent or may not be read, or `#key` names a line \
            that it has not.
            """),
        Entry(
            "E1023", "An override leads nowhere",
            """
            `--set path=value` replaces a scalar or adds a key to a mapping that is there: \
            `sources.events.topic=orders`. Configuration is easier by `-D key=value`.
            """),
        Entry(
            "E1024", "Another version of the grammar",
            """
            The file was written for a newer program. This one reads version 1.
            """),
    ]

    static let configuration: [Entry] = [
        Entry(
            "E1201", "Unknown configuration key",
            """
            Neither Flink nor Millrace has it. Keys are flat and spelled as Flink spells them, old \
            spellings included.
            """),
        Entry(
            "E1202", "Configuration that is not available",
            """
            Flink has this key, and here it would have a meaning, but this version has it not. It is \
            refused rather than ignored.
            """),
        Entry(
            "W1203", "Configuration without a meaning here",
            """
            Flink has this key, but there is nothing here that it could configure: the job is one \
            process without Java. The pipeline runs; remove the key.
            """),
        Entry(
            "E1204", "Configuration given twice",
            """
            The same key stands there in an old and in a new spelling.
            """),
        Entry(
            "E1205", "Not a folder for checkpoints",
            """
            `execution.checkpointing.dir` is an absolute path, best as `file:///path`. A relative one \
            would depend on where the process was started, and after a restart elsewhere the \
            checkpoints would not be found. Other schemes are not available.
            """),
        Entry(
            "E1206", "No folder for checkpoints",
            """
            An interval switches checkpointing on, and checkpoints must survive the process, so they \
            need a folder.
            """),
        Entry(
            "E1207", "Transactions shorter than the checkpoint interval",
            """
            A transaction is open from one checkpoint to the next. If the broker ends it earlier, none \
            is ever committed. Raise `transaction_timeout` or checkpoint more often.
            """),
        Entry(
            "W1208", "Time-outs that do not fit into each other",
            """
            checkpoint interval + checkpoint timeout + longest restart delay should be less than \
            `transaction_timeout`. Otherwise an outage may last longer than the broker keeps the open \
            transaction; the job then goes back to the last committed checkpoint and replays. Nothing \
            is lost, but it takes time.
            """),
        Entry(
            "E1209", "Exactly-once without checkpoints",
            """
            A transaction is committed when its checkpoint is complete, so `exactly_once` needs \
            `execution.checkpointing.interval`, a folder, and the mode EXACTLY_ONCE.
            """),
        Entry(
            "E1210", "Parallelism above the number of key groups",
            """
            Keyed state is divided into `pipeline.max-parallelism` groups; more subtasks than groups \
            would have nothing to do. The number of groups is fixed by a job's first checkpoint.
            """),
    ]

    static let graph: [Entry] = [
        Entry(
            "E1301", "An output that is never consumed",
            """
            A source or transform whose id is no operator's `input` would compute for nothing. It is \
            usually a typing error in an `input`. So it is with the side outputs that the file asks for: \
            `<id>.errors` of `on_error: side_output`, `<id>.late`, the routes of a split.
            """),
        Entry(
            "E1302", "Unknown input",
            """
            `input` names a source or transform of the same file by its id, or one of its side outputs \
            as `id.port`.
            """),
        Entry(
            "E1303", "A cycle",
            """
            Following inputs leads back to the same operator. The message has the operators in the \
            direction of the rows.
            """),
        Entry(
            "E1304", "No source", "A pipeline reads something: `sources` has at least one entry."),
        Entry("E1305", "No sink", "A pipeline writes something: `sinks` has at least one entry."),
        Entry(
            "E1306", "An id used twice",
            """
            Sources, transforms and sinks share their ids, since an id alone names an operator's \
            state, its metrics and its output.
            """),
        Entry(
            "E1307", "A topic that is read and written",
            """
            The pipeline would read its own output again, for ever. Where that is meant, the sink \
            says `allow_loop: true`.
            """),
        Entry(
            "E1308", "Exactly-once sinks on several connections",
            """
            All exactly-once sinks of a job share one transaction per checkpoint, which one cluster \
            can commit as a whole. Several clusters are not available in this version.
            """),
        Entry("E1309", "Unknown connection", "`connection` names an entry of `connections`."),
        Entry(
            "E1310", "Unknown column",
            """
            A list of columns or a sink's `key` names a column that the input has not. Expressions \
            say E1102.
            """),
        Entry(
            "E1311", "A column given twice",
            """
            The output of an aggregate has the key's columns and those of `select`, so their names \
            must differ.
            """),
        Entry(
            "E1312", "`format: raw` needs one column",
            """
            Raw values are the bytes of one column, so the row has exactly one, of type STRING or \
            BYTES; or it is an unchanged record of a `raw` source.
            """),
        Entry(
            "E1313", "A type that cannot be a key",
            """
            ARRAY and ROW values cannot be compared or written as a key. Use a part of them.
            """),
        Entry(
            "E1314", "A window without event time",
            """
            The input's rows have no event time, so nothing says which window they belong to or when one \
            ends, or when a `ttl` has passed. Give the source `event_time` and `watermark`.
            """),
        Entry(
            "W1353", "An alignment group of one source",
            """
            Sources of one `align_group` wait for each other; this one has nobody to wait for, so only its \
            own partitions do. Often the name is misspelt. The pipeline runs.
            """),
        Entry(
            "E1320", "A union of different columns",
            """
            The inputs of a union need the same columns: the same names and types, in the same order. \
            A map with `select` before the union makes them so.
            """),
        Entry(
            "E1315", "A join without a key",
            """
            `condition` has no equality with columns of one input on one side and of the other on the \
            other side, at its top or inside ANDs. Without one, every row would have to be compared \
            with every other.
            """),
        Entry(
            "E1380", "Nothing to unnest",
            """
            `of` is neither an ARRAY nor a MAP with keys of STRING, INT or BIGINT. Declare the column as \
            one in the source's schema; SPLIT makes an ARRAY of a text.
            """),
        Entry(
            "E1381", "Names that do not fit the elements",
            """
            `as` of an `unnest` or `flat_map` names each column that an element gives: one for each \
            field of a ROW, or one for the whole ROW; two for a MAP, its key and its value; one otherwise.
            """),
        Entry(
            "E1382", "A `state_ttl` where state is bounded already",
            """
            What an aggregate keeps of a window, and a join of its rows, leaves with the window or the \
            interval. A `state_ttl` is for running aggregates, whose keys are kept for ever without one.
            """),
    ]

    static let kafka: [Entry] = [
        Entry(
            "E1401", "A refused property",
            """
            It would run a command, load code or write files on the machine, which a pipeline file \
            may not do.
            """),
        Entry(
            "E1402", "A property that the runner sets",
            """
            Exactly-once depends on its value, or a key of the pipeline file says the same.
            """),
        Entry(
            "E1403", "An unknown property",
            """
            librdkafka has no such property. Names are librdkafka's, which differ from the Java \
            client's in places.
            """),
        Entry("E1404", "No brokers", "Each Kafka connection needs `bootstrap.servers`."),
        Entry(
            "W1405", "A password in the file",
            """
            The file holds a secret and may be read by others. Write `${NAME}` or \
            `${file:/run/secrets/name}`, or take the permissions away (`chmod 600`). Secrets are \
            printed as `***`.
            """),
        Entry(
            "E1406", "A relative path",
            """
            Certificates and the like are opened by the process, so their paths are absolute.
            """),
        Entry(
            "E1407", "A bad value of a property",
            """
            librdkafka refuses the value; the message has its reason, not the value.
            """),
    ]
}
