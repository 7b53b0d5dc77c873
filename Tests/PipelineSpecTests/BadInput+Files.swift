extension BadInput {
    /// A file source in place of the Kafka source.
    private static func source(_ what: String, _ code: String, _ text: String) -> BadInput {
        BadInput(what, code) {
            $0.sources = """
                  events:
                    type: file
                    format: json
                    schema: { color: STRING NOT NULL, weight: DOUBLE, place: "ROW<city STRING>" }
                \(text)
                """
        }
    }

    /// A file sink in place of the Kafka sink.
    private static func sink(_ what: String, _ code: String, _ text: String) -> BadInput {
        BadInput(what, code) { $0.sinks = "  out:\n    type: file\n    input: kept\n" + text }
    }

    /// Sources and sinks of `type: file`, and the socket.
    static let files = [
        source("a relative path", "E1360", "    path: ‸orders.csv"),
        source("a pattern in a folder", "E1360", "    path: ‸'/data/*/orders.csv'"),
        source("the root as a path", "E1360", "    path: ‸/"),
        source("a path upwards", "E1360", "    path: ‸/data/../orders"),
        sink("a relative folder", "E1360", "    path: ‸results"),
        source("an interval without a unit", "E1015", "    path: /data\n    monitor_interval: ‸10"),
        source("a negative count of lines", "E1016", "    path: /data\n    skip_lines: ‸-1"),
        source("a connection for files", "E1004", "    path: /data\n    ‸connection: main"),
        source("tombstones of a file", "E1004", "    path: /data\n    ‸tombstones: drop"),
        sink("a topic for files", "E1004", "    path: /data\n    ‸topic: a"),
        sink("a key for files", "E1004", "    path: /data\n    ‸key: color"),
        BadInput("a file source without a path", "E1011") {
            $0.sources = "  ‸events: { type: file, format: raw }"
            $0.transforms = "  kept: { type: filter, input: events, where: value IS NOT NULL }"
        },
        BadInput("a partition of a file", "E1102") {
            $0.sources = "  events: { type: file, path: /data, format: raw }"
            $0.transforms = "  kept: { type: filter, input: events, where: ‸$partition = 0 }"
        },
        BadInput("headers of a file", "E1332") {
            $0.sources = "  events: { type: file, path: /data, format: raw }"
            $0.transforms = "  kept: { type: filter, input: events, where: value IS NOT NULL }"
            $0.sinks += "\n    headers: ‸pass_through"
        },
        BadInput("a folder that is read and written", "E1362") {
            $0.sources = "  events: { type: file, path: '/data/*.raw', format: raw }"
            $0.transforms = "  kept: { type: filter, input: events, where: value IS NOT NULL }"
            $0.sinks = "  out: { type: file, input: kept, format: raw, path: ‸/data/ }"
        },
        BadInput("a socket", "E1361") {
            $0.sources = "  events: { type: ‸socket, host: localhost, port: 9999 }"
        },
        BadInput("a socket without checkpoints", "E1361") {
            $0.config = "  parallelism.default: 1"
            $0.sources = "  events: { type: ‸socket, host: localhost, port: 9999 }"
        },
        BadInput("files without checkpoints", "W1363") {
            $0.config = "  parallelism.default: 1"
            $0.sinks = "  ‸out: { type: file, input: kept, path: /data }"
        },
        BadInput("exactly once without checkpoints", "E1209") {
            $0.config = "  parallelism.default: 1"
            $0.sinks =
                "  out: { type: kafka, connection: main, input: kept, topic: a, "
                + "delivery_guarantee: ‸exactly_once }"
        },
    ]
}
