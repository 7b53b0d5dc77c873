extension BadInput {
    /// `transforms` over the source `events`, which has arrays and a map.
    private static func shaped(_ what: String, _ code: String, _ text: String) -> BadInput {
        BadInput(what, code) {
            $0.sources = """
                  events:
                    type: kafka
                    connection: main
                    topic: events
                    format: json
                    schema:
                      color: STRING
                      weight: DOUBLE
                      tags: ARRAY<STRING>
                      lines: "ARRAY<ROW<sku STRING, n INT>>"
                      attributes: MAP<STRING, INT>
                      any: JSON
                """
            $0.transforms = text
        }
    }

    static let shapes = [
        shaped(
            "an unnest of what is no collection", "E1380",
            "  kept: { type: unnest, input: events, of: ‸weight, as: w }"),
        shaped(
            "an unnest of any JSON", "E1380",
            "  kept: { type: unnest, input: events, of: ‸any, as: w }"),
        shaped(
            "an unnest of an unknown column", "E1102",
            "  kept: { type: unnest, input: events, of: ‸tagz, as: w }"),
        shaped(
            "an element without a name", "E1011",
            "  ‸kept: { type: unnest, input: events, of: tags }"),
        shaped(
            "names of another number than there are fields", "E1381",
            "  kept: { type: unnest, input: events, of: lines, as: ‸[sku] }"),
        shaped(
            "one name for a map", "E1381",
            "  kept: { type: unnest, input: events, of: attributes, as: ‸member }"),
        shaped(
            "an element called like a column of the input", "E1311",
            "  ‸kept: { type: unnest, input: events, of: tags, as: color }"),
        shaped(
            "one name for two things", "E1311",
            "  kept: { type: unnest, input: events, of: tags, as: ‸tag, ordinality: tag }"),
        shaped(
            "a flat_map without columns", "E1011",
            "  ‸kept: { type: flat_map, input: events, of: lines }"),
        shaped(
            "a flat_map of an unknown field", "E1102",
            """
              kept:
                type: flat_map
                input: events
                of: lines
                as: line
                select: { n: ‸line.m }
            """),
        shaped(
            "a flat_map of what is no collection, with an error in a column", "E1101",
            """
              kept:
                type: flat_map
                input: events
                of: tags
                as: tag
                select: { n: UPPER(tag‸ }
            """),
        shaped(
            "a key that cannot be compared", "E1313",
            "  kept: { type: key, input: events, key: ‸[lines] }"),
        shaped(
            "a key of an unknown column", "E1310",
            "  kept: { type: key, input: events, key: [‸colour] }"),
        shaped(
            "a state_ttl without event time", "E1314",
            """
              kept:
                type: aggregate
                input: events
                key: [color]
                select: { n: COUNT(*) }
                ‸state_ttl: 1 h
            """),
        BadInput("a state_ttl beside a window", "E1382") {
            timed(
                &$0,
                """
                  kept:
                    type: aggregate
                    input: events
                    key: [color]
                    window: { type: tumbling, size: 1 min }
                    select: { n: COUNT(*) }
                    ‸state_ttl: 1 h
                """)
        },
        BadInput("late rows behind a state_ttl that nothing reads", "E1301") {
            timed(
                &$0,
                """
                  kept:
                    type: aggregate
                    input: events
                    key: [color]
                    select: { n: COUNT(*) }
                    state_ttl: 1 h
                    late: ‸side_output
                """)
        },
        BadInput("a state_ttl of Flink's configuration", "W1203") {
            $0.config += "\n  ‸table.exec.state.ttl: 1 h"
        },
    ]

    /// `transforms` over a source with event time.
    private static func timed(_ sample: inout Sample, _ transforms: String) {
        sample.sources = """
              events:
                type: kafka
                connection: main
                topic: events
                format: json
                schema: { ts: BIGINT NOT NULL, color: STRING }
                event_time: ts
                watermark: { delay: 5 s }
            """
        sample.transforms = transforms
    }
}
