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
    ]
}
