extension BadInput {
    /// What a pipeline file says of topics, metadata, headers and tombstones.
    static let records = [
        BadInput("no topic", "E1011") {
            $0.sources = $0.sources.replacing("    topic: events\n", with: "")
                .replacing("events:\n", with: "‸events:\n")
        },
        BadInput("topic and topics", "E1019") { $0.sources += "\n    ‸topics: [a, b]" },
        BadInput("no topic in topics", "E1011") {
            $0.sources = $0.sources.replacing("topic: events", with: "‸topics: []")
        },
        BadInput("a topic twice", "E1019") {
            $0.sources = $0.sources.replacing("topic: events", with: "topics: [a, ‸a]")
        },
        BadInput("a topic that is none", "E1014") {
            $0.sources = $0.sources.replacing("topic: events", with: "topics: [a, ‸a/b]")
        },
        BadInput("offsets of several topics", "E1019") {
            $0.sources = $0.sources.replacing("topic: events", with: "topics: [a, b]")
            $0.sources += "\n    startup: ‸{ offsets: { 0: 1 } }"
        },
        BadInput("topic and a pattern", "E1019") {
            $0.sources += "\n    ‸topic_pattern: 'a.*'"
        },
        BadInput("a pattern that is none", "E1333") {
            $0.sources = $0.sources.replacing("topic: events", with: "topic_pattern: ‸'a('")
        },
        BadInput("a pattern that is not linear", "E1333") {
            $0.sources = $0.sources.replacing(
                "topic: events", with: "topic_pattern: ‸'(a)\\1'")
        },
        BadInput("a loop over a topic of a pattern", "E1307") {
            $0.sources = $0.sources.replacing("topic: events", with: "topic_pattern: 'res.*'")
            $0.sinks = $0.sinks.replacing("topic: results", with: "topic: ‸results")
        },
        BadInput("offsets of a pattern", "E1019") {
            $0.sources = $0.sources.replacing("topic: events", with: "topic_pattern: 'a.*'")
            $0.sources += "\n    startup: ‸{ offsets: { 0: 1 } }"
        },
        BadInput("a discovery interval without a unit", "E1015") {
            $0.sources += "\n    partition_discovery_interval: ‸5"
        },
        BadInput("a loop over one of several topics", "E1307") {
            $0.sources = $0.sources.replacing("topic: events", with: "topics: [a, results]")
            $0.sinks = $0.sinks.replacing("topic: results", with: "topic: ‸results")
        },
        BadInput("a column called like metadata", "E1014") {
            $0.sources = $0.sources.replacing("{ color:", with: "{ ‸$topic: STRING, color:")
        },
        BadInput("an unknown policy for tombstones", "E1013") {
            $0.sources += "\n    tombstones: ‸ignore"
        },
        BadInput("metadata behind a map", "E1310") {
            $0.transforms = "  kept: { type: map, input: events, select: { color: color } }"
            $0.sinks += "\n    key: ‸$key"
        },
        BadInput("a header that is a number", "E1331") {
            $0.sinks += "\n    headers: { ok: color, w: ‸weight }"
        },
        BadInput("an unknown column in a header", "E1102") {
            $0.sinks += "\n    headers: { w: ‸wight }"
        },
        BadInput("an unknown word for headers", "E1013") { $0.sinks += "\n    headers: ‸all" },
        BadInput("headers of rows that are no records", "E1332") {
            $0.transforms = """
                  kept:
                    type: aggregate
                    input: events
                    key: [color]
                    select: { n: COUNT(*) }
                """
            $0.sinks += "\n    headers: ‸pass_through"
        },
        BadInput("a timestamp that is none", "E1113") { $0.sinks += "\n    timestamp: ‸weight" },
        BadInput("a number that says when", "E1113") {
            $0.sinks += "\n    tombstone_when: ‸weight"
        },
        BadInput("a partition that is a text", "E1331") {
            $0.sinks += "\n    partitioner: { column: ‸color }"
        },
        BadInput("a partition that is no column", "E1310") {
            $0.sinks += "\n    partitioner: { column: ‸shard }"
        },
        BadInput("two partitioners", "E1019") {
            $0.sinks += "\n    partitioner: ‸{ column: weight, fixed: 1 }"
        },
        BadInput("a partition below 0", "E1016") {
            $0.sinks += "\n    partitioner: { fixed: ‸-1 }"
        },
        BadInput("a partitioner that is not built", "E1010") {
            $0.sinks += "\n    partitioner: ‸round-robin"
        },
    ]
}
