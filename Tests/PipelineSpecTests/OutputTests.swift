import Foundation
import PipelineSpec
import Testing

@Suite struct OutputTests {
    private static func example() throws -> String {
        try ProjectFile.text("pipelines/color-counts.yaml")
    }

    @Test func explainSaysWhatWillRun() throws {
        let definition = try #require(lint(try Self.example()).definition)
        let text = PipelineExplanation.text(definition)
        for part in [
            "color-counts: Running count per colour; grey is ignored.",
            "kafka topic events (main), group color-counts, from earliest, read_committed",
            "reads color STRING NOT NULL, weight DOUBLE",
            "aggregate of known_colors by color = LOWER(color)",
            "gives color STRING NOT NULL, total BIGINT NOT NULL, heaviest DOUBLE",
            "events -> known_colors  2 subtasks\n",
            "counts -> results       2 subtasks, rows arrive by key",
            "2 accumulators for each (color STRING)",
            "results: exactly once for read_committed readers",
            "(10 s) + checkpoint timeout (1 min) + longest restart delay (66 s) = 136 s < "
                + "transaction_timeout of main (15 min)",
        ] {
            #expect(text.contains(part), "\(part)\nis not in\n\(text)")
        }
    }

    @Test func withOneSubtaskEverythingIsOneChain() throws {
        var environment = LintEnvironment()
        environment.configurationOverrides = [.init(name: "parallelism.default", value: "1")]
        let definition = try #require(lint(try Self.example(), environment).definition)
        #expect(
            PipelineExplanation.text(definition).contains(
                "events -> known_colors -> counts -> results"))
    }

    @Test func branchesOfAChainAreShown() throws {
        let text = Sample.with {
            $0.sinks +=
                "\n  second:\n    type: kafka\n    connection: main\n    input: kept\n    topic: r2"
        }
        let definition = try #require(lint(text).definition)
        #expect(PipelineExplanation.text(definition).contains("events -> kept -> (out, second)"))
    }

    @Test func explainAsJSONCanBeRead() throws {
        let definition = try #require(lint(try Self.example()).definition)
        let json = PipelineExplanation.json(definition)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(
            object["chains"] as? [[String]] == [
                ["events", "known_colors"], ["counts", "results"],
            ])
    }

    @Test(arguments: [false, true])
    func echoReadsBackAsTheSamePipeline(_ isResolved: Bool) throws {
        let echo = PipelineEcho.yaml(
            path: "p.yaml", bytes: Array(try Self.example().utf8), environment: LintEnvironment(),
            isResolved: isResolved)
        let original = try #require(lint(try Self.example()).definition)
        let result = lint(echo)
        let again = try #require(result.definition, "\(result.places)\n\(echo)")
        #expect(again.configuration == original.configuration)
        #expect(PipelineExplanation.json(again) == PipelineExplanation.json(original))
    }

    @Test func echoKeepsVariablesUnlessResolved() throws {
        let bytes = Array(try Self.example().utf8)
        let plain = PipelineEcho.yaml(
            path: "p", bytes: bytes, environment: LintEnvironment(), isResolved: false)
        let resolved = PipelineEcho.yaml(
            path: "p", bytes: bytes,
            environment: LintEnvironment(variables: ["KAFKA_BROKERS": "k:1"]),
            isResolved: true)
        #expect(plain.contains("\"${KAFKA_BROKERS:-localhost:9092}\""))
        #expect(resolved.contains("bootstrap.servers: \"k:1\""))
        #expect(resolved.contains("allow_loop: false"))
        #expect(resolved.contains("pipeline.max-parallelism: 128"))
    }

    @Test(arguments: [false, true])
    func echoNeverShowsAPassword(_ isResolved: Bool) {
        let text = Sample.with {
            $0.connections = """
                  main:
                    type: kafka
                    properties: { bootstrap.servers: a, ssl.key.password: hunter2, ssl.keystore.password: "${P}" }
                """
        }
        let echo = PipelineEcho.yaml(
            path: "p", bytes: Array(text.utf8),
            environment: LintEnvironment(variables: ["P": "hunter3"]),
            isResolved: isResolved)
        #expect(!echo.contains("hunter"))
        #expect(echo.contains("ssl.key.password: '***'"))
    }
}
