/// `type: join` of `transforms`.
enum JoinGrammar {
    static let join = ObjectSpecification(
        docs: """
            Rows of two inputs that have equal keys and meet in event time. Both inputs need \
            `event_time`. Rows are repartitioned by the key; a key with a NULL matches nothing. What \
            comes out, when, and in which order: docs/joins.md.
            """,
        fields: [
            Grammar.type("join"), input,
            FieldSpecification(
                "kind",
                .choice([
                    Choice("inner", "pairs"),
                    Choice("left", "pairs, and left rows without a partner, with NULLs"),
                    Choice("right", "pairs, and right rows without a partner"),
                    Choice("full", "pairs, and the rows of both sides without a partner"),
                ]),
                default: "inner", "What becomes of a row without a partner."),
            FieldSpecification(
                "condition", .expression, isRequired: true,
                example: "o.order_id = p.order_id AND p.amount > 0",
                """
                What is TRUE of two rows that match. The equalities between the inputs, joined by AND, \
                are the key: at least one. Columns are named by alias, `o.amount`, or bare where one \
                input alone has the name.
                """),
            FieldSpecification(
                "window", .variants(JoinWindowGrammar.variants), isRequired: true,
                example: "{ type: tumbling, size: 10 min }",
                "Which rows may meet."),
            FieldSpecification(
                "emit",
                .choice([
                    Choice("on_window_close", "once, when no row can come any more"),
                    Choice(
                        "on_window_end",
                        "when the watermark passes the window's end, and again, all that the window has "
                            + "of the key, for each row within `allowed_lateness`"),
                ]),
                default: "(`on_window_close`; an interval's pairs come at once)",
                "When the rows of a window go out."),
            WindowGrammar.late(
                """
                What happens to rows that come behind the watermark, when no window takes them. \
                `<id>.late` has the rows of both inputs, so only a `dead_letter` sink can read it.
                """),
            FieldSpecification(
                "select", .map(.column, .expression), isRequired: true,
                example: "{ order_id: o.order_id, paid: p.amount }",
                """
                The output's columns, of both inputs', `window_start` and `window_end` (not of an \
                interval).
                """),
            Grammar.onError(
                "What happens to a row whose key, or a pair whose condition or column, has no value."
            ),
            FieldSpecification(
                "state_ttl", .duration(1...3660 * Grammar.dayMilliseconds, bareNumbers: false),
                "Refused: rows leave with their window or interval, and nothing else is kept."),
            Grammar.renamedFrom,
        ])

    private static let input = FieldSpecification(
        "input", .shapes(scalar: nil, list: nil, mapping: .map(.identifier, .text(.any))),
        isRequired: true, example: "{ o: orders, p: payments }",
        "The left and the right input: what expressions call it, and the id of a source or transform."
    )
}
