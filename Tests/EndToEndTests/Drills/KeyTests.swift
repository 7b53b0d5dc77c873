import Foundation
import Glibc
import Testing

/// Keys that are rows of their own, through a run that is killed.
@Suite struct KeyTests {
    /// A key of the events: what it holds, and how each format writes it.
    private struct Key {
        let region: String
        let id: Int
        var json: String {
            let text = region.replacing("\"", with: "\\\"")
            return "{\"region\":\"\(text)\",\"id\":\(id)}"
        }
        var csv: String {
            let needsQuotes = region.isEmpty || region.contains { ";\"".contains($0) }
            let text = region.replacing("\"", with: "\"\"")
            return (needsQuotes ? "\"\(text)\"" : text) + ";\(id)"
        }
        /// As both `string` and `raw` pass it on.
        var text: String { region + "/\(id)" }

        func text(in format: String) -> String {
            switch format {
            case "json": json
            case "csv": csv
            default: text
            }
        }

        static func of(_ event: Int) -> Key {
            let regions = ["nord", "süd", "a \"b\"", "x;y", ""]
            return Key(region: regions[event % 5], id: event % 13)
        }
    }

    private static let lineFormat = #"%k|%p|%s\n"#

    /// Every record comes out once under the same key, byte for byte, and under the key in another
    /// format, each on the partition that Kafka's own producer chooses for those bytes.
    @Test(
        arguments: [
            ("json", "csv", "P6:kill@3"), ("csv", "json", "P8:kill@3"),
            ("string", "raw", "P8:kill@3"), ("raw", "string", "P6:kill@3"),
        ])
    func keysComeOutAsTheyWentInOnTheirPartitions(
        format: String, other: String, place: String
    ) throws {
        let drill = try Drill("keys-\(format)-\(place.prefix { $0 != ":" })")
        let second = topic("second", drill)
        let reference = topic("reference", drill)
        try drill.broker.createTopics([second.name + ":3", reference.name + ":3"])
        drill.pipeline.replacement = pipeline(drill, format, other, second)
        let runner = try drill.start(failpoints: place)
        let follower = try TopicFollower(of: drill.output)
        var count = 0
        for _ in 0..<20 where runner.endingIfEnded() == nil {
            try write(&count, format, to: drill.input)
            try wait(for: "\(count) records; last lines:\n\(runner.tail())") {
                runner.endingIfEnded() != nil || follower.count >= count
            }
        }
        #expect(try runner.waitForEnd() == .signalled(SIGKILL), "\(runner.tail())")
        try write(&count, format, to: drill.input)
        try drill.finish()
        let partitions = try partitions(of: [format, other], reference, drill.broker)
        for (written, form) in [(drill.output, format), (second, other)] {
            let expected = (0..<count).map { event in
                let key = Key.of(event).text(in: form)
                return "\(key)|\(partitions[key] ?? "?")|{\"n\":\(event)}"
            }
            #expect(try written.lines(Self.lineFormat).sorted() == expected.sorted())
        }
        try drill.expectNothingOpen()
    }

    private func topic(_ name: String, _ drill: Drill) -> KafkaTopic {
        KafkaTopic(
            name: "\(drill.name).\(name)", bootstrap: drill.broker.bootstrap,
            scratch: drill.scratch)
    }

    /// Writes 65 more events, each of the 65 keys once.
    private func write(_ count: inout Int, _ format: String, to topic: KafkaTopic) throws {
        let lines = (count..<count + 65).map { "\(Key.of($0).text(in: format))\t{\"n\":\($0)}\n" }
        try topic.write(lines: lines.joined())
        count += 65
    }

    /// Where Kafka's console producer, which is Java, puts each key.
    private func partitions(
        of formats: [String], _ topic: KafkaTopic, _ broker: Broker
    ) throws -> [String: String] {
        let keys = Set(formats.flatMap { format in (0..<65).map { Key.of($0).text(in: format) } })
        try broker.produce(keys.map { "\($0)\tx\n" }.joined(), to: topic.name)
        let pairs = try topic.lines(#"%k|%p\n"#).map { line in
            let cut = line.lastIndex(of: "|") ?? line.endIndex
            return (String(line[..<cut]), String(line[cut...].dropFirst()))
        }
        #expect(pairs.count == keys.count && Set(pairs.map(\.1)).count == 3)
        return Dictionary(pairs) { first, _ in first }
    }

    private func pipeline(
        _ drill: Drill, _ format: String, _ other: String, _ second: KafkaTopic
    ) -> String {
        let isRow = format == "json" || format == "csv"
        let columns = isRow ? "k_region: STRING, k_id: BIGINT, " : ""
        let fields = isRow ? "key_fields: [k_region, k_id]\n    key_fields_prefix: k_" : ""
        return drill.pipeline.head + """
            sources:
              events:
                type: kafka
                connection: main
                topic: \(drill.input.name)
                format: json
                schema: { \(columns)n: BIGINT NOT NULL }
                key_format: \(option(format))
                \(fields)

            sinks:
            \(sink("results", drill.output, format))
            \(sink("second", second, other))

            """
    }

    private func option(_ format: String) -> String {
        format == "csv" ? "{ type: csv, field_delimiter: ';' }" : format
    }

    private func sink(_ id: String, _ topic: KafkaTopic, _ format: String) -> String {
        let isRow = format == "json" || format == "csv"
        return """
              \(id):
                type: kafka
                connection: main
                input: events
                topic: \(topic.name)
                key: \(isRow ? "[k_region, k_id]" : "key")
                key_format: \(option(format))
                \(isRow ? "key_fields_prefix: k_" : "")
                value_fields_include: except_key
            """
    }
}
