import PipelineSpec

/// A small good pipeline, of which a test replaces one part.
struct Sample {
    var head = "version: 1\nname: sample"
    var config = """
          execution.checkpointing.interval: 10 s
          execution.checkpointing.timeout: 1 min
          execution.checkpointing.dir: file:///var/lib/millrace
        """
    var connections = """
          main:
            type: kafka
            properties: { bootstrap.servers: "localhost:9092" }
        """
    var sources = """
          events:
            type: kafka
            connection: main
            topic: events
            format: json
            schema: { color: STRING NOT NULL, weight: DOUBLE, place: "ROW<city STRING>" }
        """
    var transforms = """
          kept:
            type: filter
            input: events
            where: weight > 0
        """
    var sinks = """
          out:
            type: kafka
            connection: main
            input: kept
            topic: results
        """
    var tail = ""

    var text: String {
        [
            head, "config:", config, "connections:", connections, "sources:", sources,
            "transforms:", transforms, "sinks:", sinks, tail,
        ].filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
    }
}

extension Sample {
    /// A second source, `more`, with the columns of `events`, of which `color` may be NULL.
    static let more = """

          more:
            type: kafka
            connection: main
            topic: more
            format: json
            schema: { color: STRING, weight: DOUBLE, place: "ROW<city STRING>" }
        """

    static func with(_ change: (inout Sample) -> Void) -> String {
        var sample = Sample()
        change(&sample)
        return sample.text
    }
}

/// A text with `‸` where an error is expected: before the character that the error points to.
struct Marked {
    let text: String
    let line: Int
    let column: Int

    init(_ marked: String) {
        let parts = marked.split(separator: "‸", maxSplits: 1, omittingEmptySubsequences: false)
        let before = String(parts[0])
        text = parts.count == 2 ? before + parts[1] : before
        let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
        line = parts.count == 2 ? lines.count : 1
        column = parts.count == 2 ? lines[lines.count - 1].unicodeScalars.count + 1 : 1
    }
}

func lint(_ text: String, _ environment: LintEnvironment = LintEnvironment()) -> LintResult {
    PipelineLinter.lint(path: "p.yaml", text: text, environment: environment)
}

extension LintResult {
    /// `E1004 3:5`, for failure messages.
    var places: [String] { diagnostics.map { "\($0.code) \($0.line):\($0.column) \($0.message)" } }
}
