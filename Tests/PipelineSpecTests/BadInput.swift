/// Bad pipeline files, one error each, with the code and the place that lint must give. `‸` stands
/// before the place; without it, it is the beginning of the file.
struct BadInput: Sendable, CustomStringConvertible {
    let what: String
    let code: String
    let text: String
    var description: String { "\(code) \(what)" }

    init(_ what: String, _ code: String, _ change: (inout Sample) -> Void) {
        self.what = what
        self.code = code
        text = Sample.with(change)
    }

    init(_ what: String, _ code: String, text: String) {
        self.what = what
        self.code = code
        self.text = text
    }

    static let all =
        file + values + configuration + graph + kafka + expressions + records + eventTime
        + windows + formats
        + windows
        + routing
        + shapes
        + files
        + joins
        + deadLetters

    static let file = [
        BadInput("an empty file", "E1005", text: ""),
        BadInput("comments only", "E1005", text: "# nothing\n"),
        BadInput("a list", "E1012", text: "- a\n"),
        BadInput("a NUL", "E1006", text: "version: 1\nname: \u{0}\n"),
        BadInput("a byte order mark", "E1003", text: "\u{FEFF}version: 1\n"),
        BadInput(
            "more than a mebibyte", "E1002", text: String(repeating: "#", count: (1 << 20) + 1)),
        BadInput("a tab", "E1006", text: "version: 1\nconfig:\n‸\tparallelism.default: 1\n"),
        BadInput("an open bracket", "E1006", text: "version: 1\nname: [a\n‸"),
        BadInput("an unquoted variable in braces", "E1006") {
            $0.sources = "  events: { type: kafka, topic: $‸{TOPIC:-a b} }"
        },
        BadInput("a duplicate key", "E1007") { $0.tail = "‸sinks: {}" },
        BadInput("a duplicate id", "E1007") { $0.sinks += "\n  ‸out: {}" },
        BadInput("a second document", "E1008") { $0.tail = "‸---\nversion: 1" },
        BadInput("a tag", "E1009") { $0.head = "version: ‸!!int 1\nname: sample" },
        BadInput("a merge key", "E1009") { $0.config += "\n  ‸<<: {}" },
        BadInput("a key that is a list", "E1009") { $0.config += "\n  ‸[a, b]: 1" },
        BadInput("nesting", "E1018", text: "a: " + String(repeating: "[", count: 63) + "‸["),
        BadInput("an alias bomb", "E1018", text: aliasBomb),
        BadInput("an alias of nothing", "E1006") { $0.tail = "description: ‸*nobody" },
        BadInput("an unknown key", "E1004") { $0.tail = "‸transform: {}" },
        BadInput("an unknown key inside", "E1004") { $0.sinks += "\n    ‸topc: a" },
        BadInput("another version", "E1024") { $0.head = "version: ‸2\nname: sample" },
        BadInput("a section that is not built", "E1010") { $0.tail = "‸tests: []" },
        BadInput("a key that is not built", "E1010") { $0.sources += "\n    ‸error_threshold: 5" },
        BadInput("a type that is not built", "E1010") {
            $0.connections += "\n  registry: { type: ‸schema_registry }"
        },
        BadInput("a format that is not built", "E1010") {
            $0.sinks += "\n    format: ‸avro"
        },
        BadInput("a format with options", "E1010") {
            $0.sinks += "\n    format: { type: ‸avro }"
        },
        BadInput("a side output that the operator has not", "E1302") {
            $0.sinks +=
                "\n  d:\n    type: kafka\n    connection: main\n    input: ‸events.errors\n    topic: d"
        },
        BadInput("errors that nothing reads", "E1301") {
            $0.sources += "\n    on_error: ‸side_output"
        },
    ]

    private static let aliasBomb: String = {
        let lines = (1...9).map { level in
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            return "a\(level): &a\(level) [\(aliases)]"
        }
        // 8,302 values so far, and the next alias stands for 7,381.
        return "a0: &a0 x\n" + lines.prefix(4).joined(separator: "\n") + "\na5: [‸*a4]\n"
    }()

    static let values = [
        BadInput("no name", "E1011") { $0.head = "version: 1" },
        BadInput("no topic", "E1011") {
            $0.sinks = "  ‸out:\n    type: kafka\n    connection: main\n    input: kept"
        },
        BadInput("no type", "E1011") {
            $0.sinks = "  ‸out:\n    connection: main\n    input: kept"
        },
        BadInput("no schema", "E1011") {
            $0.sources =
                "  ‸events:\n    type: kafka\n    connection: main\n    topic: e\n    format: json"
        },
        BadInput("a map of nothing", "E1011") {
            $0.transforms = "  ‸kept:\n    type: map\n    input: events"
        },
        BadInput("a list for a text", "E1012") { $0.tail = "description: ‸[a]" },
        BadInput("nothing for a text", "E1012") { $0.tail = "description:‸" },
        BadInput("a fraction for a whole number", "E1012") {
            $0.config += "\n  parallelism.default: ‸1.5"
        },
        BadInput("an exponent", "E1012") { $0.config += "\n  parallelism.default: ‸1e9" },
        BadInput("a text for a section", "E1012") {
            $0.tail = ""; $0.sinks = "  ‸out"
        },
        BadInput("yes for a boolean", "E1012") { $0.sinks += "\n    allow_loop: ‸yes" },
        BadInput("an unknown type", "E1013") {
            $0.transforms = "  kept:\n    type: ‸filtr\n    input: events"
        },
        BadInput("an unknown word", "E1013") { $0.sources += "\n    startup: ‸begining" },
        BadInput("an id with a slash", "E1014") {
            $0.sinks +=
                "\n  ‸a/b:\n    type: kafka\n    connection: main\n    input: kept\n    topic: r"
        },
        BadInput("an empty id", "E1014") {
            $0.sinks +=
                "\n  ‸'':\n    type: kafka\n    connection: main\n    input: kept\n    topic: r"
        },
        BadInput("a topic with a blank", "E1014") {
            $0.sinks = $0.sinks.replacing("topic: results", with: "topic: ‸my results")
        },
        BadInput("a duration of nothing", "E1015") {
            $0.connections += "\n    transaction_timeout: ‸10x"
        },
        BadInput("a negative duration", "E1015") {
            $0.config += "\n  execution.checkpointing.min-pause: ‸-1 s"
        },
        BadInput("an endless duration", "E1015") {
            $0.config += "\n  execution.checkpointing.min-pause: ‸99999999999999999999 d"
        },
        BadInput("a duration without unit", "E1015") {
            $0.connections += "\n    transaction_timeout: ‸900"
        },
        BadInput("parallelism 0", "E1016") { $0.config += "\n  parallelism.default: ‸0" },
        BadInput("parallelism -1", "E1016") { $0.config += "\n  parallelism.default: ‸-1" },
        BadInput("parallelism 1000000000", "E1016") {
            $0.config += "\n  parallelism.default: ‸1000000000"
        },
        BadInput("a number beyond 64 bits", "E1016") {
            $0.config += "\n  parallelism.default: ‸99999999999999999999"
        },
        BadInput("interval 0", "E1016") {
            $0.config = $0.config.replacing("interval: 10 s", with: "interval: ‸0")
        },
        BadInput("an unknown SQL type", "E1017") {
            $0.sources = $0.sources.replacing("DOUBLE", with: "‸DUBLE")
        },
        BadInput("a type that is not built", "E1017") {
            $0.sources = $0.sources.replacing("DOUBLE", with: "'‸DECIMAL(12, 20)'")
        },
        BadInput("an unfinished type", "E1017") {
            $0.sources = $0.sources.replacing("ROW<city STRING>", with: "ROW<city STRING‸")
        },
        BadInput("select beside extend", "E1019") {
            $0.transforms = """
                  kept:
                    type: map
                    input: events
                    select: { a: weight }
                    extend: ‸{ b: weight }
                """
        },
        BadInput("schema with raw", "E1019") {
            $0.sources = """
                  kept:
                    type: kafka
                    connection: main
                    topic: a
                    format: raw
                    ‸schema: { a: STRING }
                """
            $0.transforms = "  {}"
        },
        BadInput("timestamp beside offsets", "E1019") {
            $0.sources += "\n    startup: ‸{ timestamp: 1, offsets: { 0: 1 } }"
        },
        BadInput("an unset variable", "E1020") { $0.tail = "description: a ‸${NOT_SET} b" },
        BadInput("an unset variable for the checkpoint folder", "E1020") {
            $0.config = $0.config.replacing("file:///var/lib/millrace", with: "‸${NOT_SET}")
        },
        BadInput("an unset variable for the interval of checkpoints", "E1020") {
            $0.config = $0.config.replacing("10 s", with: "‸${NOT_SET}")
            $0.sinks += "\n    delivery_guarantee: exactly_once"
        },
        BadInput("a message for an unset variable", "E1020") {
            $0.tail = "description: ‸${NOT_SET:?set it to x}"
        },
        BadInput("a variable without end", "E1021") { $0.tail = "description: ‸${HOME" },
        BadInput("a nested variable", "E1021") { $0.tail = "description: ‸${A${B}}" },
        BadInput("a secret that is not there", "E1022") {
            $0.tail = "description: ‸${file:/no/where}"
        },
    ]
}
