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
            "reads ts BIGINT NOT NULL, color STRING NOT NULL, weight DOUBLE",
            "aggregate of known_colors by color = LOWER(color)",
            "gives color STRING NOT NULL, total BIGINT NOT NULL, heaviest DOUBLE",
            "events -> (known_colors, rejects)  2 subtasks\n",
            "counts -> results                  2 subtasks, rows arrive by key",
            "dead letters to kafka topic events.dlq (main) from events.errors, exactly_once",
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
                "events -> (known_colors -> counts -> results, rejects)"))
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
                ["events", "known_colors", "rejects"], ["counts", "results"],
            ])
    }

    /// Two sources into a join, one without `idle_timeout`; the other is in a group with it.
    private static let joined = """
        version: 1
        name: joined
        connections: { main: { type: kafka, properties: { bootstrap.servers: a } } }
        sources:
          orders:
            type: kafka
            connection: main
            topic: o
            format: json
            schema: { id: BIGINT, ts: BIGINT NOT NULL }
            event_time: ts
            watermark: { delay: 5 s, idle_timeout: 1 min, align_group: both, max_drift: 5 min }
          payments:
            type: kafka
            connection: main
            topic: p
            format: json
            schema: { id: BIGINT, ts: BIGINT NOT NULL }
            event_time: ts
            watermark: { delay: 30 s, align_group: both, max_drift: 10 min }
        transforms:
          large: { type: filter, input: payments, where: id > 7 }
          paid:
            type: join
            kind: inner
            input: { o: orders, p: large }
            condition: o.id = p.id
            window: { type: tumbling, size: 1 min }
            select: { id: o.id }
        sinks:
          out: { type: kafka, connection: main, input: paid, topic: r }
        """

    @Test func explainNamesTheSourcesThatAnOperatorsWatermarkIsTheSmallestOf() throws {
        let definition = try #require(lint(Self.joined).definition)
        let text = PipelineExplanation.text(definition)
        let wanted = """

            watermarks
              paid  the smallest of orders, payments
                      orders: delay 5 s, idle_timeout 1 min, max_lead 1 h, align_group both within 5 min
                      payments: delay 30 s, no idle_timeout, max_lead 1 h, align_group both within 10 min
                        a partition without records holds it for ever: no idle_timeout, and keeps orders \
            from reading on

            """
        #expect(text.contains(wanted), "\(wanted)\nis not in\n\(text)")
    }

    @Test func explainAsJSONHasTheWatermarksOfEachOperator() throws {
        let definition = try #require(lint(Self.joined).definition)
        let json = PipelineExplanation.json(definition)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let all = try #require(object["watermarks"] as? [[String: Any]])
        #expect(all.compactMap { $0["operator"] as? String } == ["paid"])
        let sources = try #require(all.first?["sources"] as? [[String: Any]])
        #expect(sources.compactMap { $0["source"] as? String } == ["orders", "payments"])
        #expect(sources.map { ($0["notes"] as? [String])?.count } == [0, 1])
        let watermark = sources.last?["watermark"] as? [String: Any]
        #expect(watermark?["delay_ms"] as? Int == 30_000)
        #expect(watermark?["idle_timeout_ms"] is NSNull)
        #expect(watermark?["max_drift_ms"] as? Int == 600_000)
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
