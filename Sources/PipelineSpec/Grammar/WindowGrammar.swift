/// `window` of an aggregate, and what goes with it.
enum WindowGrammar {
    /// Longer ones are typing errors.
    static let longestMilliseconds = 3660 * Grammar.dayMilliseconds

    static let fields = [
        FieldSpecification(
            "window", .variants(variants), example: "{ type: tumbling, size: 1 min }",
            """
            Aggregates by window of event time; needs an `event_time` on the source. The columns \
            `window_start` and `window_end` may be used in `select`, beside the keys. Rows that go out \
            have the event time of the window's last millisecond. docs/windows.md says what is \
            promised.
            """),
        FieldSpecification(
            "emit",
            .choice([
                Choice(
                    "every_row",
                    "the new values after each row; with a window, those of the window so far"),
                Choice(
                    "on_window_end",
                    "when the watermark passes the window's end, and again after each row that comes "
                        + "within the allowed lateness (Flink's default)"),
                Choice(
                    "on_window_close",
                    "once, when the allowed lateness is over: final, best for a topic that is only "
                        + "appended to"),
            ]),
            default: "(`every_row`; `on_window_close` with a window)", "When rows go out."),
        late("What happens to rows of which every window is closed."),
    ]

    /// `late` of every operator that has late rows.
    static func late(_ docs: String) -> FieldSpecification {
        FieldSpecification(
            "late",
            .choice([
                Choice("drop", "left out and counted (Flink's `numLateRecordsDropped`)"),
                Choice("side_output", "to the output `<id>.late`, as they came in"),
            ]),
            default: "(`drop`)", docs)
    }

    private static let lateness = FieldSpecification(
        "allowed_lateness", .duration(0...longestMilliseconds, bareNumbers: false), default: "0 ms",
        example: "10 s",
        "How far the watermark may be behind the window's end until the window takes no row any more."
    )
    private static let offset = FieldSpecification(
        "offset", .duration(0...longestMilliseconds, bareNumbers: false), default: "0 ms",
        example: "8 h",
        "Windows begin so much behind the multiples of the size or slide since 1970, in UTC. Below it."
    )

    private static func length(_ name: String, _ example: String, _ docs: String)
        -> FieldSpecification
    {
        FieldSpecification(
            name, .duration(1...longestMilliseconds, bareNumbers: false), isRequired: true,
            example: example, docs)
    }

    static let variants = [
        Variant(
            name: "tumbling",
            object: ObjectSpecification(
                docs: "Windows of one size, one behind the other: a row is in one.",
                fields: [
                    Grammar.type("tumbling"), length("size", "1 min", "How long a window is."),
                    offset, lateness,
                ])),
        Variant(
            name: "hopping",
            object: ObjectSpecification(
                docs: "Windows of one size that begin every `slide`: a row is in several.",
                fields: [
                    Grammar.type("hopping"), length("size", "10 min", "How long a window is."),
                    length(
                        "slide", "1 min",
                        "How far one begins behind the other: at most the size, and at least a "
                            + "thousandth of it."),
                    offset, lateness,
                ])),
        Variant(
            name: "session",
            object: ObjectSpecification(
                docs: "A window for each key and stretch of time without a pause.",
                fields: [
                    Grammar.type("session"),
                    length(
                        "gap", "30 min",
                        "Rows of a key that are so far apart, or less, are in one session."),
                    lateness,
                ])),
    ]
}
