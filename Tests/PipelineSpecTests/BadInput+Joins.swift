extension BadInput {
    /// Two sources and a join of which a case replaces one part.
    private static func join(
        _ name: String, _ code: String, input: String = "{ e: events, p: payments }",
        condition: String = "e.color = p.color", window: String = "{ type: tumbling, size: 10 s }",
        select: String = "{ color: e.color, total: weight + amount }", more: String = "",
        payments: String = "event_time: ts\n    watermark: { delay: 1 s }", sinks: String = ""
    ) -> BadInput {
        BadInput(name, code) {
            $0.sources = """
                  events:
                    type: kafka
                    connection: main
                    topic: events
                    format: json
                    schema: { color: STRING NOT NULL, weight: DOUBLE, ts: BIGINT, tags: ARRAY<STRING> }
                    event_time: ts
                    watermark: { delay: 1 s }
                  payments:
                    type: kafka
                    connection: main
                    topic: payments
                    format: json
                    schema: { color: STRING, amount: DOUBLE, ts: BIGINT, n: BIGINT }
                    \(payments)
                """
            $0.transforms = """
                  kept:
                    type: join
                    input: \(input)
                    condition: \(condition)
                    window: \(window)
                    select: \(select)
                    \(more)
                """
            $0.sinks += "\n" + sinks
        }
    }

    static let joins = [
        join("a join without a key", "E1315", condition: "‸e.weight > p.amount"),
        join("an equality inside OR is no key", "E1315", condition: "‸e.color = p.color OR n = 1"),
        join("a join of three inputs", "E1012", input: "‸{ e: events, p: payments, q: events }"),
        join("a join without aliases", "E1012", input: "‸[events, payments]"),
        join(
            "a join of something unknown", "E1302", input: "{ e: events, p: ‸payment }"),
        join(
            "a window without event time", "E1314", input: "{ e: events, p: ‸payments }",
            payments: ""),
        join("an unknown alias", "E1102", select: "{ a: ‸x.color, b: p.amount }"),
        join("a name of both inputs", "E1102", select: "{ a: ‸ts }"),
        join("an alias as a column", "E1102", select: "{ a: ‸e }"),
        join("an unknown column of an input", "E1102", select: "{ a: ‸e.colour }"),
        join("keys of different types", "E1103", condition: "‸e.color = p.n"),
        join("a condition that is no condition", "E1113", condition: "e.color = p.color AND ‸n"),
        join(
            "window_start of an interval", "E1102",
            window: "{ type: interval, lower: 0 s, upper: 1 s }", select: "{ a: ‸window_start }"),
        join(
            "an interval that ends before it begins", "E1016",
            window: "{ type: interval, lower: 1 s, upper: ‸-1 s }"),
        join(
            "emit with an interval", "E1019",
            window: "{ type: interval, lower: 0 s, upper: 1 s }",
            more: "‸emit: on_window_end"),
        join(
            "a slide longer than its window", "E1016",
            window: "{ type: hopping, size: 1 s, slide: ‸2 s }"),
        join(
            "a row in too many windows", "E1016",
            window: "{ type: hopping, size: 1 h, slide: ‸1 s }"),
        join(
            "a slide that does not divide its window", "E1016",
            window: "{ type: hopping, size: 5 s, slide: ‸2 s }"),
        join(
            "an offset of a whole window", "E1016",
            window: "{ type: tumbling, size: 1 h, offset: ‸1 h }"),
        join("a window of an unknown type", "E1013", window: "{ type: ‸sliding, size: 1 h }"),
        join("state_ttl on a join", "E1382", more: "‸state_ttl: 1 h"),
        join("late rows of a join that nothing reads", "E1301", more: "late: ‸side_output"),
        join("errors of a join that nothing reads", "E1301", more: "on_error: ‸side_output"),
        join(
            "late rows of a join to who reads columns", "E1342", more: "late: side_output",
            sinks: "  late: { type: kafka, connection: main, input: ‸kept.late, topic: late }"),
        join("a join without columns", "E1011", select: "‸{}"),
        BadInput("a cycle through a join", "E1303") {
            $0.transforms = """
                  kept:
                    type: join
                    input: { a: events, b: ‸again }
                    condition: a.color = b.color
                    window: { type: tumbling, size: 1 s }
                    select: { color: a.color }
                  again:
                    type: filter
                    input: kept
                    where: color IS NOT NULL
                """
        },
    ]
}
