extension BadInput {
    static let configuration = [
        BadInput("an unknown configuration key", "E1201") {
            $0.config += "\n  ‸paralelism.default: 2"
        },
        BadInput("configuration that is not built", "E1202") {
            $0.config += "\n  ‸execution.checkpointing.unaligned.enabled: true"
        },
        BadInput("RocksDB's options", "E1202") {
            $0.config += "\n  ‸state.backend.rocksdb.log.level: INFO_LEVEL"
        },
        BadInput("rocksdb", "E1010") { $0.config += "\n  state.backend.type: ‸rocksdb" },
        BadInput("configuration without meaning", "W1203") {
            $0.config += "\n  ‸taskmanager.memory.process.size: 4 gb"
        },
        BadInput("two spellings", "E1204") {
            $0.config += "\n  ‸state.checkpoints.dir: file:///var/other"
        },
        BadInput("a relative folder", "E1205") {
            $0.config = $0.config.replacing("file:///var/lib/millrace", with: "‸checkpoints")
        },
        BadInput("a folder in S3", "E1205") {
            $0.config = $0.config.replacing("file:///var/lib/millrace", with: "‸s3://bucket/a")
        },
        BadInput("a folder with a host", "E1205") {
            $0.config = $0.config.replacing("file:///var/lib/millrace", with: "‸file://var/lib")
        },
        BadInput("a folder above itself", "E1205") {
            $0.config = $0.config.replacing("file:///var/lib/millrace", with: "‸/var/../etc")
        },
        BadInput("no folder", "E1206") {
            $0.config = "  ‸execution.checkpointing.interval: 10 s"
        },
        BadInput("a transaction as long as the interval", "E1207") {
            $0.connections += "\n    transaction_timeout: ‸10 s"
        },
        BadInput("a short transaction", "W1208") {
            $0.connections += "\n    transaction_timeout: ‸60 s"
        },
        BadInput("exactly once without checkpoints", "E1209") {
            $0.config = "  parallelism.default: 1"
            $0.sinks += "\n    delivery_guarantee: ‸exactly_once"
        },
        BadInput("exactly once with at-least-once checkpoints", "E1209") {
            $0.config += "\n  execution.checkpointing.mode: AT_LEAST_ONCE"
            $0.sinks += "\n    delivery_guarantee: ‸exactly_once"
        },
        BadInput("a column that is an INTERVAL", "E1113") {
            $0.transforms = """
                  kept:
                    type: map
                    input: events
                    select: { a: "‸INTERVAL '1' DAY" }
                """
        },
        BadInput("a time zone that there is not", "E1013") {
            $0.config += "\n  table.local-time-zone: ‸Mars/Olympus"
        },
        BadInput("more subtasks than key groups", "E1210") {
            $0.config += "\n  parallelism.default: ‸129"
        },
    ]

    private static let secondSink =
        "\n  second:\n    type: kafka\n    connection: main\n    input: kept\n    topic: r2"

    static let graph = [
        BadInput("an unconsumed transform", "E1301") {
            $0.transforms +=
                "\n  ‸spare:\n    type: filter\n    input: events\n    where: weight > 1"
        },
        BadInput("an unknown input", "E1302") {
            $0.transforms = $0.transforms.replacing("input: events", with: "input: ‸evnts")
        },
        BadInput("a sink as input", "E1302") {
            $0.sinks += secondSink.replacing("kept", with: "‸out")
        },
        BadInput("a cycle", "E1303") {
            $0.transforms = """
                  kept:
                    type: filter
                    input: ‸other
                    where: weight > 0
                  other:
                    type: filter
                    input: kept
                    where: weight > 0
                """
            $0.sinks += secondSink.replacing("kept", with: "events")
        },
        BadInput("an operator that reads itself", "E1303") {
            $0.transforms = $0.transforms.replacing("input: events", with: "input: ‸kept")
            $0.sinks += secondSink.replacing("kept", with: "events")
        },
        BadInput(
            "no source", "E1304",
            text: """
                version: 1
                name: sample
                connections: { main: { type: kafka, properties: { bootstrap.servers: a } } }
                ‸sources: {}
                sinks: {}
                """),
        BadInput(
            "no sink", "E1305",
            text: """
                version: 1
                name: sample
                connections: { main: { type: kafka, properties: { bootstrap.servers: a } } }
                sources:
                  events: { type: kafka, connection: main, topic: a, format: raw }
                transforms:
                  loop: { type: filter, input: events, where: TRUE }
                ‸sinks: {}
                """),
        BadInput("an id of a source and a sink", "E1306") {
            $0.sinks += secondSink.replacing("second", with: "‸events")
        },
        BadInput("a loop over a topic", "E1307") {
            $0.sinks = $0.sinks.replacing("topic: results", with: "topic: ‸events")
        },
        BadInput("exactly-once sinks on two connections", "E1308") {
            $0.connections += "\n  other: { type: kafka, properties: { bootstrap.servers: b } }"
            $0.sinks += secondSink.replacing("main", with: "‸other")
        },
        BadInput("an unknown connection", "E1309") {
            $0.sinks += secondSink.replacing("main", with: "‸mian")
        },
        BadInput("an unknown key column", "E1310") { $0.sinks += "\n    key: ‸colour" },
        BadInput("an unknown column to drop", "E1310") {
            $0.transforms = "  kept:\n    type: map\n    input: events\n    drop: [color, ‸wight]"
        },
        BadInput("a column given twice", "E1311") {
            $0.transforms = """
                  kept:
                    type: aggregate
                    input: events
                    key: [color]
                    select:
                      ‸color: COUNT(*)
                """
        },
        BadInput("raw of several columns", "E1312") { $0.sinks += "\n    format: ‸raw" },
        BadInput("a ROW as key", "E1313") { $0.sinks += "\n    key: ‸place" },
        BadInput("a ROW to group by", "E1313") {
            $0.transforms = """
                  kept:
                    type: aggregate
                    input: events
                    key: ‸[place]
                    select: { n: COUNT(*) }
                """
        },
    ]

    private static func property(_ line: String) -> (inout Sample) -> Void {
        { sample in
            sample.connections = """
                  main:
                    type: kafka
                    properties:
                      bootstrap.servers: localhost:9092
                      \(line)
                """
        }
    }

    static let kafka = [
        BadInput(
            "a property that loads code", "E1401", property("‸plugin.library.paths: /tmp/x.so")),
        BadInput(
            "a property that runs a command", "E1401", property("‸sasl.kerberos.kinit.cmd: rm")),
        BadInput("a callback", "E1401", property("‸dr_msg_xyz_cb: f")),
        BadInput("acks", "E1402", property("‸acks: 1")),
        BadInput("auto.offset.reset", "E1402", property("‸auto.offset.reset: latest")),
        BadInput("an unknown property", "E1403", property("‸linger.sm: 5")),
        BadInput("no brokers", "E1404") {
            $0.connections = "  main:\n    type: kafka\n    ‸properties: { linger.ms: 5 }"
        },
        BadInput("a literal password", "W1405", property("ssl.key.password: ‸hunter2")),
        BadInput("a relative certificate", "E1406", property("‸ssl.ca.location: ca.pem")),
        BadInput("a bad value", "E1407", property("compression.type: ‸zip")),
        BadInput("SASL", "E1010", property("security.protocol: ‸SASL_SSL")),
    ]

    private static func condition(_ text: String) -> (inout Sample) -> Void {
        { $0.transforms = $0.transforms.replacing("where: weight > 0", with: "where: " + text) }
    }
    private static func item(_ text: String) -> (inout Sample) -> Void {
        {
            $0.transforms = """
                  kept:
                    type: aggregate
                    input: events
                    key: { c: LOWER(color) }
                    select:
                      n: \(text)
                """
        }
    }

    static let expressions = [
        BadInput("no expression", "E1101", condition("weight >‸")),
        BadInput("an unknown column", "E1102", condition("weight > 0 AND ‸wight > 1")),
        BadInput("an unknown field", "E1102", condition("‸place.town = 'a'")),
        BadInput(
            "in a folded block", "E1102", condition(">-\n      weight > 0\n      AND ‸wight > 1")),
        BadInput(
            "in a literal block", "E1102", condition("|\n      weight > 0\n      AND ‸wight > 1")),
        BadInput(
            "in quotes over lines", "E1102", condition("\"weight > 0\n      AND ‸wight > 1\"")),
        BadInput("a comparison of text and number", "E1103", condition("‸weight > color")),
        BadInput("arithmetic on text", "E1104", condition("weight > ‸color + 1")),
        BadInput("an unknown function", "E1105", condition("‸LOWR(color) = 'a'")),
        BadInput("too many arguments", "E1106", condition("‸LOWER(color, color) = 'a'")),
        BadInput("a number beyond all", "E1107", condition("weight > ‸99999999999999999999")),
        BadInput("a function that is not built", "E1108", condition("‸RANK(color) = 1")),
        BadInput("a look-ahead", "E1131", condition("REGEXP(color, ‸'a(?=b)')")),
        BadInput("a path that is none", "E1132", condition("JSON_EXISTS(color, ‸'a.b')")),
        BadInput("chance", "E1133", condition("color = 'a' OR ‸RAND() > 0.5")),
        BadInput("too many aggregate calls", "E1016") {
            let sum = Array(repeating: "COUNT(*)", count: 126).joined(separator: " + ")
            $0.transforms =
                "  kept:\n    type: aggregate\n    input: events\n    key: [color]\n    select:\n"
                + "      ‸n: \(sum)\n      m: \(sum)"
        },
        BadInput("an aggregate in a filter", "E1109", condition("‸COUNT(*) > 1")),
        BadInput("a column that is not grouped", "E1110", item("COUNT(*) + ‸weight")),
        BadInput(
            "branches without a common type", "E1111",
            condition("‸COALESCE(color, weight) = 'a'")),
        BadInput("a bare NULL", "E1112") {
            $0.transforms = "  kept:\n    type: map\n    input: events\n    select: { a: '‸NULL' }"
        },
        BadInput("a filter of text", "E1113", condition("‸LOWER(color)")),
        BadInput("an impossible cast", "E1114", condition("‸CAST(place AS BIGINT) > 1")),
        BadInput(
            "a deep expression", "E1115",
            condition(
                String(repeating: "(", count: 200) + "‸" + String(repeating: "(", count: 100) + "1"
                    + String(repeating: ")", count: 300))),
    ]
}
