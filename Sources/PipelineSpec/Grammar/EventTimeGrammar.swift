/// `event_time` and `watermark` of a source.
enum EventTimeGrammar {
    /// A hundred years: longer ones are typing errors.
    static let leadMillisecondsMax: Int64 = 36_500 * Grammar.dayMilliseconds
    static let leadMillisecondsDefault: Int64 = 3_600_000

    static let fields = [
        FieldSpecification(
            "event_time", .expression, example: "TO_TIMESTAMP_LTZ(ts, 3)",
            """
            Each row's event time: TIMESTAMP_LTZ(3), TIMESTAMP(3) (taken as UTC), or BIGINT in \
            milliseconds since 1970. NULL is an error of the record. Windows need it; \
            docs/event-time.md says what is promised.
            """),
        FieldSpecification(
            "watermark", .object(watermark), example: "{ delay: 5 s, idle_timeout: 30 s }",
            "How far event time lags behind the latest row. Needed with `event_time`."),
    ]

    private static let watermark = ObjectSpecification(
        docs: "How a source makes watermarks of its rows' event times, partition by partition.",
        fields: [
            FieldSpecification(
                "delay", .duration(0...Grammar.dayMilliseconds * 366, bareNumbers: false),
                isRequired: true, example: "5 s",
                "How far a row may be behind the latest of its partition and still be in time."),
            FieldSpecification(
                "idle_timeout", .duration(1...Grammar.dayMilliseconds, bareNumbers: false),
                default: "(never)", example: "30 s",
                "A partition without records for so long does not hold the others back."),
            FieldSpecification(
                "max_lead", .duration(0...leadMillisecondsMax, bareNumbers: false),
                default: "1 h", example: "1 h",
                """
                A row that is further ahead of its record's timestamp, or of the clock, does not move \
                the watermark; it is counted.
                """),
            FieldSpecification(
                "align_group", .text(.identifier), example: "orders_payments",
                """
                Sources of the same group wait for each other: a partition that is too far ahead in \
                event time is not read until the others have caught up. Needs `max_drift`.
                """),
            FieldSpecification(
                "max_drift", .duration(0...Grammar.dayMilliseconds * 366, bareNumbers: false),
                example: "5 min",
                "How far a partition may be ahead of the group's smallest watermark. Needs `align_group`."
            ),
        ])
}
