/// `transforms`.
enum TransformGrammar {
    static let variants = [
        Variant(name: "filter", object: filter),
        Variant(name: "map", object: map),
        Variant(name: "aggregate", object: aggregate),
        Variant(name: "deduplicate", object: deduplicate),
        Variant(name: "join", object: JoinGrammar.join),
        Variant(name: "union", object: union),
        Variant(name: "split", object: split),
        Variant(name: "unnest", object: UnnestGrammar.unnest),
        Variant(name: "flat_map", object: UnnestGrammar.flatMap),
        Variant(name: "key", object: key),
    ]

    private static let onError = Grammar.onError(
        "What happens to a row for which an expression fails: a division by zero, an overflow.")

    private static let union = ObjectSpecification(
        docs: """
            The rows of several inputs, in one stream. The inputs have the same columns: names and \
            types, in the same order.
            """,
        fields: [Grammar.type("union"), Grammar.inputs, Grammar.renamedFrom])

    private static let split = ObjectSpecification(
        docs: """
            Sends each row to one of several outputs, `<id>.<route>`: that of the first route whose \
            condition is TRUE. It has no output under its own id.
            """,
        fields: [
            Grammar.type("split"), Grammar.input,
            FieldSpecification(
                "routes", .map(.identifier, .expression), isRequired: true,
                example: "{ eu: region = 'EU', us: region = 'US' }",
                "Outputs by name and BOOLEAN expression, asked in this order."),
            FieldSpecification(
                "default",
                .choice([
                    Choice("output", "the row goes to `<id>.default`"),
                    Choice("drop", "the row is left out"),
                ]),
                default: "output", "What happens to a row that no route takes."),
            onError, Grammar.renamedFrom,
        ])

    private static let filter = ObjectSpecification(
        docs: "Keeps rows.",
        fields: [
            Grammar.type("filter"), Grammar.input,
            FieldSpecification(
                "where", .expression, isRequired: true, example: "weight > 0 AND color <> 'grey'",
                "A BOOLEAN expression; rows for which it is TRUE stay (not those for which it is NULL)."
            ),
            onError, Grammar.renamedFrom,
        ])

    private static let columns = FieldType.map(.column, .expression)

    private static let map = ObjectSpecification(
        docs: "Makes a row of each row: either `select`, or `extend` and `drop`.",
        fields: [
            Grammar.type("map"), Grammar.input,
            FieldSpecification(
                "select", columns, example: "{ id: id, total: price * quantity }",
                "Exactly these columns, in this order."),
            FieldSpecification(
                "extend", columns, example: "{ total: price * quantity }",
                "Adds columns behind the input's, or replaces those of the same name in their place."
            ),
            FieldSpecification(
                "drop", .list(.text(.column)), example: "[price, quantity]",
                "Removes columns of the input; `extend` may still use them."),
            onError, Grammar.renamedFrom,
        ])

    private static let deduplicate = ObjectSpecification(
        docs: """
            Passes the first row of each key on, in the order of arrival, as it is; leaves out those that \
            follow. Needs event time. Rows are repartitioned by the key. docs/windows.md says what is \
            promised.
            """,
        fields: [
            Grammar.type("deduplicate"), Grammar.input,
            FieldSpecification(
                "key",
                .shapes(scalar: nil, list: .list(.text(.column)), mapping: columns),
                isRequired: true, example: "[order_id]",
                "What makes rows the same: input columns, or columns by name and expression."),
            FieldSpecification(
                "ttl", .duration(1...3660 * Grammar.dayMilliseconds, bareNumbers: false),
                isRequired: true, example: "1 h",
                """
                Of event time: a row so far behind its key's first is the first again, and one so far \
                behind the watermark is late. Keys are kept for twice as long.
                """),
            onError,
            WindowGrammar.late(
                "What happens to rows that come `ttl` or more behind the watermark."),
            Grammar.renamedFrom,
        ])

    private static let key = ObjectSpecification(
        docs: """
            Repartitions: each row goes on as it is, in the subtask that its key belongs to, so rows of \
            one key stay in order. `aggregate`, `deduplicate` and `join` do so by themselves.
            """,
        fields: [
            Grammar.type("key"), Grammar.input,
            FieldSpecification(
                "key",
                .shapes(scalar: nil, list: .list(.text(.column)), mapping: columns),
                isRequired: true, example: "[customer_id]",
                "Input columns, or columns by name and expression; none of these is added to the row."
            ),
            onError, Grammar.renamedFrom,
        ])

    private static let aggregate = ObjectSpecification(
        docs: """
            Aggregates by key: running ones, where for each row that comes in one row goes out with the \
            new values of its key, or those of windows of event time. Output columns are the key's, then \
            `select`'s. Rows are repartitioned by the key.
            """,
        fields: [
            Grammar.type("aggregate"), Grammar.input,
            FieldSpecification(
                "key",
                .shapes(scalar: nil, list: .list(.text(.column)), mapping: columns),
                isRequired: true, example: "{ color: LOWER(color) }",
                "Columns by name and expression, or a list of input columns. NULL is a group of its own."
            ),
            FieldSpecification(
                "select", columns, isRequired: true,
                example: "{ total: COUNT(*), heaviest: MAX(weight) }",
                """
                Columns made of aggregate functions: COUNT, SUM, MIN, MAX, AVG, FIRST_VALUE, \
                LAST_VALUE, LISTAGG, ARRAY_AGG, STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP. COUNT is BIGINT; SUM \
                of INT or BIGINT is BIGINT, of DOUBLE DOUBLE, of DECIMAL(p, s) DECIMAL(38, s); the \
                others' types are in the list of functions. NULLs are ignored. `COUNT(DISTINCT x)`, \
                `SUM(x) FILTER (WHERE condition)`.
                """),
            onError,
            FieldSpecification(
                "state_ttl", .duration(1...3660 * Grammar.dayMilliseconds, bareNumbers: false),
                example: "1 d",
                """
                Of a running aggregate, in event time: a row so far behind its key's latest begins the \
                key anew, and one so far behind the watermark is late. Keys are kept for twice as long. \
                Without it they are kept for ever.
                """),
            Grammar.renamedFrom,
        ] + WindowGrammar.fields)
}
