extension BadInput {
    /// An aggregate of rows with event time; `lines` are those that matter.
    private static func aggregate(
        _ what: String, _ code: String, _ lines: String, key: String = "[color]"
    ) -> BadInput {
        BadInput(what, code) {
            $0.sources = """
                  events:
                    type: kafka
                    connection: main
                    topic: events
                    format: json
                    schema: { ts: BIGINT NOT NULL, color: STRING }
                    event_time: ts
                    watermark: { delay: 5 s }
                """
            $0.transforms = """
                  kept:
                    type: aggregate
                    input: events
                    key: \(key)
                    select: { n: COUNT(*) }
                \(lines)
                """
        }
    }

    static let windowLine = "    window: { type: tumbling, size: 1 min }"

    /// A sink reads late rows of an aggregate that has no output of them.
    static func unknownLate(_ what: String, _ line: String) -> BadInput {
        let sample = aggregate(what, "E1302", line)
        let sink =
            "\n  d:\n    type: kafka\n    connection: main\n    input: ‸kept.late\n    topic: d\n"
        return BadInput(what, "E1302", text: sample.text + sink)
    }

    static let windows = [
        BadInput("a window without event time", "E1314") {
            $0.transforms = """
                  kept:
                    type: aggregate
                    input: events
                    key: [color]
                    ‸window: { type: tumbling, size: 1 min }
                    select: { n: COUNT(*), from: window_start }
                """
        },
        aggregate("a window of nothing", "E1016", "    window: { type: tumbling, size: ‸0 s }"),
        aggregate("a window without a size", "E1011", "    ‸window: { type: tumbling }"),
        aggregate(
            "a slide longer than the size", "E1016",
            "    window: { type: hopping, size: 1 min, slide: ‸2 min }"),
        aggregate(
            "a slide far below the size", "E1016",
            "    window: { type: hopping, size: 1 h, slide: ‸1 s }"),
        aggregate(
            "an offset of the whole size", "E1016",
            "    window: { type: tumbling, size: 1 h, offset: ‸1 h }"),
        aggregate(
            "an offset of the whole slide", "E1016",
            "    window: { type: hopping, size: 1 h, slide: 15 min, offset: ‸20 min }"),
        aggregate(
            "a gap for a tumbling window", "E1004",
            "    window: { type: tumbling, size: 1 h, ‸gap: 1 min }"),
        aggregate(
            "a misspelt key of a window", "E1004",
            "    window: { type: tumbling, size: 1 h, ‸allowed_latenes: 1 min }"),
        aggregate(
            "an unknown kind of window", "E1013", "    window: { type: ‸tumblin, size: 1 h }"),
        aggregate("an emission that needs a window", "E1019", "    emit: ‸on_window_close"),
        aggregate("late rows of a running aggregate", "E1019", "    ‸late: drop"),
        aggregate(
            "late rows of a running aggregate that nothing reads", "E1301",
            "    state_ttl: 1 h\n    late: ‸side_output"),
        aggregate(
            "an output of late rows of a running aggregate", "E1019", "    ‸late: side_output"),
        unknownLate("late rows of a running aggregate that has none", "    emit: every_row"),
        unknownLate("late rows of a window that drops them", windowLine),
        aggregate(
            "lateness of a running aggregate", "E1004", "    ‸allowed_lateness: 10 s"),
        aggregate(
            "late rows that nothing reads", "E1301",
            "    window: { type: tumbling, size: 1 h }\n    late: ‸side_output"),
        aggregate(
            "errors of a window that nothing reads", "E1301",
            "    window: { type: tumbling, size: 1 h }\n    on_error: ‸side_output"),
        BadInput("a window's column without a window", "E1102") {
            $0.transforms = """
                  kept:
                    type: aggregate
                    input: events
                    key: [color]
                    select: { n: COUNT(*), from: ‸window_start }
                """
        },
        aggregate(
            "a key that hides a window's column", "E1311",
            "    window: { type: tumbling, size: 1 h }", key: "‸{ window_end: color }"),
        BadInput("a ttl without event time", "E1314") {
            $0.transforms = """
                  ‸kept:
                    type: deduplicate
                    input: events
                    key: [color]
                    ttl: 1 h
                """
        },
        aggregate(
            "late rows of a deduplicate that nothing reads", "E1301",
            "    ttl: 1 h\n    late: ‸side_output"
        ).changed {
            $0.replacing("type: aggregate", with: "type: deduplicate")
                .replacing("    select: { n: COUNT(*) }\n", with: "")
        },
        aggregate("first rows without a ttl", "E1011", "").changed {
            $0.replacing("type: aggregate", with: "type: deduplicate")
                .replacing("    select: { n: COUNT(*) }\n", with: "")
                .replacing("  kept:", with: "  ‸kept:")
        },
    ]

    private func changed(_ change: (String) -> String) -> BadInput {
        BadInput(what, code, text: change(text))
    }
}
