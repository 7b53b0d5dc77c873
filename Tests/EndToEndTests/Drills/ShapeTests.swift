import Foundation
import Glibc
import Testing

/// Elements of arrays as rows, repartitioned, into an aggregate with a `state_ttl`, through a run that is
/// killed.
@Suite struct ShapeTests {
    @Test(arguments: ["P6:kill@3", "P8:kill@3"])
    func everyElementIsCountedOnceWhereverTheRunIsKilled(place: String) throws {
        let drill = try Drill("shapes-" + place.prefix { $0 != ":" })
        drill.pipeline.replacement = pipeline(drill)
        let runner = try drill.start(failpoints: place)
        let follower = try TopicFollower(of: drill.output)
        var counts: [String: Int] = [:]
        for chunk in 0..<20 where runner.endingIfEnded() == nil {
            try write(chunk, to: drill.input, &counts)
            let total = counts.values.reduce(0, +)
            try wait(for: "\(total) results; last lines:\n\(runner.tail())") {
                runner.endingIfEnded() != nil || follower.count >= total
            }
        }
        #expect(try runner.waitForEnd() == .signalled(SIGKILL), "\(runner.tail())")
        try write(99, to: drill.input, &counts)
        try drill.finish()
        let expected = counts.flatMap { color, count in
            (1...count).map { "{\"color\":\"\(color)\",\"n\":\($0)}" }
        }
        #expect(try drill.output.lines("%s\\n").sorted() == expected.sorted())
        try drill.expectNothingOpen()
    }

    /// Twenty records, the first of them without an element.
    private func write(
        _ chunk: Int, to topic: KafkaTopic, _ counts: inout [String: Int]
    ) throws {
        let names = ["red", "green", "blue", "grey", "black"]
        var lines = ""
        for index in 0..<20 {
            let colors = (0..<index % 4).map { names[(chunk + index + $0) % names.count] }
            for color in colors { counts[color, default: 0] += 1 }
            let array = colors.map { "\"\($0)\"" }.joined(separator: ",")
            lines += "k\(index)\t{\"ts\":\(chunk * 20 + index),\"colors\":[\(array)]}\n"
        }
        try topic.write(lines: lines)
    }

    private func pipeline(_ drill: Drill) -> String {
        return drill.pipeline.head + """
            sources:
              events:
                type: kafka
                connection: main
                topic: \(drill.input.name)
                format: json
                schema: { ts: BIGINT NOT NULL, colors: ARRAY<STRING> }
                event_time: ts
                watermark: { delay: 1 s, idle_timeout: 1 s }

            transforms:
              elements: { type: unnest, input: events, of: colors, as: color, ordinality: position }
              by_color: { type: key, input: elements, key: [color] }
              counts:
                type: aggregate
                input: by_color
                key: [color]
                state_ttl: 1 d
                select: { n: COUNT(*) }

            sinks:
              results:
                type: kafka
                connection: main
                input: counts
                topic: \(drill.output.name)

            """
    }
}
