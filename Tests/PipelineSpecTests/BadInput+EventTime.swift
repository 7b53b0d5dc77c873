extension BadInput {
    /// A source with an event time; `lines` are those of the source that matter.
    private static func source(_ what: String, _ code: String, _ lines: String) -> BadInput {
        BadInput(what, code) {
            $0.sources = """
                  events:
                    type: kafka
                    connection: main
                    topic: events
                    format: json
                    schema: { ts: BIGINT NOT NULL, weight: DOUBLE, at: STRING }
                \(lines)
                """
        }
    }

    static let eventTime = [
        source("a watermark without event time", "E1011", "    ‸watermark: { delay: 5 s }"),
        source("event time without a watermark", "E1011", "    ‸event_time: ts"),
        source("a watermark without delay", "E1011", "    event_time: ts\n    ‸watermark: {}"),
        source(
            "an event time that is no time", "E1113",
            "    event_time: ‸at\n    watermark: { delay: 5 s }"),
        source(
            "an event time of an unknown column", "E1102",
            "    event_time: ‸tss\n    watermark: { delay: 5 s }"),
        source(
            "a delay without unit", "E1015", "    event_time: ts\n    watermark: { delay: ‸5 }"),
        source(
            "an idle time-out of nothing", "E1016",
            "    event_time: ts\n    watermark: { delay: 5 s, idle_timeout: ‸0 s }"),
        source(
            "a group without a drift", "E1011",
            "    event_time: ts\n    watermark: { delay: 5 s, ‸align_group: g }"),
        source(
            "a drift without a group", "E1011",
            "    event_time: ts\n    watermark: { delay: 5 s, ‸max_drift: 5 min }"),
        source(
            "a drift without unit", "E1015",
            "    event_time: ts\n    watermark: { delay: 5 s, align_group: g, max_drift: ‸5 }"),
        source(
            "a group of one source", "W1353",
            "    event_time: ts\n    watermark: { delay: 5 s, align_group: ‸g, max_drift: 5 min }"),
        source(
            "a misspelt key of a watermark", "E1004",
            "    event_time: ts\n    watermark: { ‸dealy: 5 s, delay: 5 s }"),
    ]
}
