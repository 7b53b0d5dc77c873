import StreamCore
import Testing

@testable import PipelineSpec

@Suite struct DeadLetterTests {
    /// Sources with event time, and operators that reject rows, of which a test names the sinks.
    static func file(_ deadLetter: String, more: String = "") -> String {
        Sample.with {
            $0.sources = """
                  events:
                    type: kafka
                    connection: main
                    topic: events
                    format: json
                    schema: { color: STRING NOT NULL, weight: DOUBLE, ts: BIGINT }
                    event_time: ts
                    watermark: { delay: 1 s }
                    on_error: side_output
                  payments:
                    type: kafka
                    connection: main
                    topic: payments
                    format: json
                    schema: { color: STRING, amount: DOUBLE, ts: BIGINT }
                    event_time: ts
                    watermark: { delay: 1 s }
                """
            $0.transforms = """
                  joined:
                    type: join
                    input: { e: events, p: payments }
                    condition: e.color = p.color
                    window: { type: tumbling, size: 10 s }
                    late: side_output
                    select: { color: e.color, ts: window_end }
                  kept:
                    type: aggregate
                    input: joined
                    key: [color]
                    window: { type: tumbling, size: 1 min }
                    late: side_output
                    on_error: side_output
                    select: { n: COUNT(*) }
                \(more)
                """
            $0.sinks +=
                "\n  dead:\n    type: dead_letter\n    connection: main\n    topic: dlq\n"
                + deadLetter
        }
    }

    /// Every output of ``file(_:more:)`` that must be read, but those in `input`, by a sink of rows.
    private static func rest(but input: String) -> String {
        let outputs = ["events.errors", "kept.late", "kept.errors", "joined.late"]
        return outputs.filter { !input.contains($0) }.enumerated().map { index, output in
            let type = output == "joined.late" ? "dead_letter" : "kafka"
            return
                "  r\(index): { type: \(type), connection: main, input: \(output), topic: r\(index) }"
        }.joined(separator: "\n")
    }

    private func lintWith(_ input: String, more: String = "", key: String = "") -> LintResult {
        lint(
            Self.file(
                "    input: \(input)\n\(key)\n\(Self.rest(but: input))", more: more))
    }

    @Test func aDeadLetterSinkReadsSeveralOutputsAndKnowsTheSourcesBehindThem() throws {
        let result = lintWith("[joined.late, events.errors]", key: "    max_rate: 0.5 % per 10 s")
        #expect(result.places == [])
        let definition = try #require(result.definition)
        let sink = try #require(definition.sinks.first { $0.id == "dead" })
        let deadLetter = try #require(sink.deadLetter)
        #expect(deadLetter.address == TopicAddress(connection: "main", topic: "dlq"))
        #expect(deadLetter.sources == ["events", "payments"])
        #expect(deadLetter.maxRate?.limit == .percent(0.5))
        #expect(deadLetter.maxRate?.perMilliseconds == 10_000)
        #expect(sink.inputs.map(\.description) == ["joined.late", "events.errors"])
        #expect(sink.guarantee == .exactlyOnce)
        // Headers are read where they are written, and only there.
        #expect(definition.sources.map { $0.kafka?.passesHeadersOn } == [true, true])
    }

    @Test func sourcesOfWhichNothingComesReadNoHeaders() throws {
        let result = lint(
            Sample.with {
                $0.sources += """

                        on_error: side_output
                      more:
                        type: kafka
                        connection: main
                        topic: more
                        format: json
                        schema: { color: STRING }
                    """
                $0.sinks += """

                      copied: { type: kafka, connection: main, input: more, topic: copy }
                      dead: { type: dead_letter, connection: main, input: events.errors, topic: d }
                    """
            })
        #expect(result.places == [])
        let definition = try #require(result.definition)
        #expect(definition.sinks.compactMap(\.deadLetter).map(\.sources) == [["events"]])
        #expect(definition.sources.map { $0.kafka?.passesHeadersOn } == [true, false])
    }

    @Test func filtersAndSplitsOfRejectedRowsAreRejectedRows() throws {
        let result = lintWith(
            "[some, parts.a]",
            more: """
                  some: { type: filter, input: events.errors, where: error_code <> 'E2009' }
                  parts: { type: split, input: events.errors, routes: { a: "error_field IS NULL" }, default: drop }
                """)
        #expect(result.places == [])
        #expect(
            result.definition?.sinks.first { $0.id == "dead" }?.deadLetter?.sources == ["events"])
    }

    @Test func theErrorsOfAWindowMayHaveRecordsAndItsLateRowsBehindAJoinHaveNone() {
        #expect(lintWith("events.errors").places == [])
        // The rows of `kept` come from a join: neither they nor its late ones are records.
        #expect(lintWith("kept.late").diagnostics.map(\.code) == ["E1341"])
        #expect(lintWith("kept.errors").diagnostics.map(\.code) == ["E1341"])
    }

    @Test func explainNamesTheTopicTheInputsAndTheRate() throws {
        let result = lintWith("[joined.late, events.errors]", key: "    max_rate: 100 per 1 h")
        let definition = try #require(result.definition)
        let text = PipelineExplanation.text(definition)
        for part in [
            "dead letters to kafka topic dlq (main) from joined.late, events.errors, exactly_once",
            "the job fails at more than 100 per 1 h of events, payments",
            "late rows to joined.late", "dead: exactly once for read_committed readers",
        ] {
            #expect(text.contains(part), "\(part)\nis not in\n\(text)")
        }
        let json = PipelineExplanation.json(definition)
        #expect(json.contains(#""type": "dead_letter""#))
        #expect(json.contains(#""max_rate": "100 per 1 h""#))
    }

    @Test(arguments: [
        ("5 % per 1 min", MaxRate.Limit.percent(5), 60_000 as Int64),
        ("0.25% per PT10S", .percent(0.25), 10_000), ("0 % per 1 d", .percent(0), 86_400_000),
        ("100 per 1 h", .count(100), 3_600_000), ("0 per 1 s", .count(0), 1_000),
    ])
    func aRateIsAShareOrANumberAndATime(text: String, limit: MaxRate.Limit, per: Int64) throws {
        let rate = try #require(MaxRate(text))
        #expect(rate.limit == limit)
        #expect(rate.perMilliseconds == per)
    }

    @Test(arguments: [
        "", "5 %", "5 % per", "5 % per 1", "per 1 min", "100 % per 1 min", "-1 per 1 min",
        "5.5 per 1 min", "5 %% per 1 min", "1e3 per 1 min", "nan % per 1 min", "5 % per 0 s",
        "5 % per 2 d", "5 % per 10 ms", "99999999999999999999 per 1 min", "5 % in 1 min",
    ])
    func whateverElseIsNoRate(text: String) {
        #expect(MaxRate(text) == nil)
    }

    /// The version of a file tells one edition from another, and nothing else changes it.
    @Test func theVersionIsThatOfTheText() throws {
        let text = Sample().text
        let first = try #require(lint(text).definition)
        #expect(first.version.count == 16)
        #expect(lint(text).definition?.version == first.version)
        #expect(lint(text + "# more\n").definition?.version != first.version)
    }
}

extension BadInput {
    static let deadLetters = [
        BadInput("a dead letter of good rows", "E1340") {
            $0.sinks += """

                  d: { type: dead_letter, connection: main, input: ‸kept, topic: d }
                """
        },
        BadInput("a dead letter of a map of errors", "E1340") {
            $0.sources += "\n    on_error: side_output"
            $0.transforms += """

                  m: { type: map, input: events.errors, select: { code: error_code } }
                """
            $0.sinks += """

                  d: { type: dead_letter, connection: main, input: ‸m, topic: d }
                """
        },
        BadInput("a dead letter of late rows behind a window", "E1341") {
            $0.sources += "\n    event_time: weight\n    watermark: { delay: 5 s }"
            $0.sources = $0.sources.replacing("weight: DOUBLE", with: "weight: BIGINT")
            $0.transforms = """
                  minutes:
                    type: aggregate
                    input: events
                    key: [color]
                    window: { type: tumbling, size: 1 min }
                    select: { n: COUNT(*) }
                  kept:
                    type: deduplicate
                    input: minutes
                    key: [color]
                    ttl: 1 h
                    late: side_output
                """
            $0.sinks += """

                  d: { type: dead_letter, connection: main, input: [‸kept.late], topic: d }
                """
        },
        BadInput("a rate that is none", "E1343") {
            $0.sources += "\n    on_error: side_output"
            $0.sinks += """

                  d:
                    type: dead_letter
                    connection: main
                    input: events.errors
                    topic: d
                    max_rate: ‸5 per cent
                """
        },
        BadInput("an output that is rejected twice", "E1019") {
            $0.sources += "\n    on_error: side_output"
            $0.sinks += """

                  d: { type: dead_letter, connection: main, input: [events.errors, ‸events.errors], topic: d }
                """
        },
        BadInput("dead letters to the topic that is read", "E1307") {
            $0.sources += "\n    on_error: side_output"
            $0.sinks += """

                  d: { type: dead_letter, connection: main, input: events.errors, topic: ‸events }
                """
        },
        BadInput("a key of rows for a dead letter", "E1004") {
            $0.sources += "\n    on_error: side_output"
            $0.sinks += """

                  d: { type: dead_letter, connection: main, input: events.errors, topic: d, ‸format: json }
                """
        },
    ]
}
