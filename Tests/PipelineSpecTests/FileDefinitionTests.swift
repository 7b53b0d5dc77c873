import PipelineSpec
import StreamCore
import Testing

/// Sources and sinks of `type: file`.
@Suite struct FileDefinitionTests {
    private let text = """
        version: 1
        name: files
        config:
          execution.checkpointing.interval: 10 s
          execution.checkpointing.dir: file:///var/lib/millrace
        sources:
          orders:
            type: file
            path: '/data/in/*.csv'
            skip_lines: 1
            format: csv
            schema: { id: BIGINT, amount: DOUBLE }
        transforms:
          named: { type: map, input: orders, extend: { file: $file, at: $offset, line: $line } }
        sinks:
          out: { type: file, input: named, path: /data/out/ }
        """

    private func define(_ text: String) throws -> PipelineDefinition {
        let result = PipelineLinter.lint(path: "p.yaml", text: text, environment: LintEnvironment())
        #expect(result.diagnostics.map(\.message) == [])
        return try #require(result.definition)
    }

    @Test func filesNeedNoConnection() throws {
        let definition = try define(text)
        #expect(definition.connections.isEmpty)
        guard case .file(let source) = definition.sources[0].connector,
            case .file(let sink) = definition.sinks[0].connector
        else {
            Issue.record("no files: \(definition)")
            return
        }
        #expect(source.path == "/data/in/*.csv" && source.skipLineCount == 1)
        #expect(source.monitorIntervalMilliseconds == nil)
        #expect(sink.folder == "/data/out")
        #expect(definition.sinks[0].format == .json)
        #expect(definition.sinks[0].guarantee == .exactlyOnce)
    }

    @Test func aRecordHasItsFileItsOffsetAndItsLine() throws {
        let schema = try define(text).sources[0].batchSchema
        let metadata = schema.fields.map(\.description).filter { $0.hasPrefix("$") }
        let types = ["$file STRING", "$offset BIGINT", "$line BIGINT"]
        #expect(metadata == types.map { $0 + " NOT NULL" })
    }

    @Test func theExplanationSaysWhatIsReadAndWhenFilesAppear() throws {
        let monitored = text.replacing("skip_lines: 1", with: "monitor_interval: 1 min")
        let explanations = try [text, monitored].map { PipelineExplanation.text(try define($0)) }
        for (explanation, part) in zip(
            explanations,
            ["those that are there at the start", "new ones and new lines every 1 min"])
        {
            #expect(explanation.contains("files /data/in/*.csv, \(part)"), "\(explanation)")
            #expect(explanation.contains("files in /data/out from named, exactly_once"))
            #expect(explanation.contains("appear complete, with each checkpoint, every 10 s"))
        }
    }

    @Test func theExplanationOfEventTimeSpeaksOfFiles() throws {
        let timed = text.replacing(
            "schema: { id: BIGINT, amount: DOUBLE }",
            with: """
                schema: { id: BIGINT, amount: DOUBLE }
                    event_time: id
                    watermark: { delay: 5 s }
                """)
        let explanation = PipelineExplanation.text(try define(timed))
        #expect(explanation.contains("of each file; a file that is not read yet holds it back"))
        #expect(!explanation.contains("partition"))
    }

    @Test func theExplanationForProgramsAndTheResolvedFileKnowFiles() throws {
        let json = PipelineExplanation.json(try define(text))
        for part in [
            #""type": "file""#, #""path": "/data/in/*.csv""#, #""skip_lines": 1"#,
            #""path": "/data/out""#,
        ] { #expect(json.contains(part), "\(part)\nis not in\n\(json)") }
        let echo = PipelineEcho.yaml(
            path: "p.yaml", bytes: Array(text.utf8), environment: LintEnvironment(),
            isResolved: true)
        #expect(try define(echo).sources[0].batchSchema == define(text).sources[0].batchSchema)
    }

    @Test func aRefusedSocketSaysWhyAndWhatToDo() throws {
        let result = lint(
            Sample.with { $0.sources = "  events: { type: socket, host: a, port: 1 }" })
        let finding = try #require(result.diagnostics.first)
        #expect(finding.code == "E1361")
        #expect(finding.message.contains("cannot be read again"))
        #expect(finding.help?.contains("Kafka") == true)
    }

    /// What appears in the folder that holds the files, or the one file, is what would be read.
    @Test(arguments: [
        ("/data/out", true), ("/data/out/*.json", true), ("/data/out/", true), ("/data", false),
        ("/data/out/a.json", false), ("/data/*.csv", false),
    ])
    func onlyAFolderThatIsReadIsALoop(path: String, isLoop: Bool) {
        let text = text.replacing("'/data/in/*.csv'", with: "'\(path)'")
        let result = PipelineLinter.lint(path: "p.yaml", text: text, environment: LintEnvironment())
        #expect(result.diagnostics.contains { $0.code == "E1362" } == isLoop)
    }
}
