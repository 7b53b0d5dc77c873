import Expression
import PipelineSpec
import StreamCore
import Testing

@Suite struct DefinitionTests {
    private func define(_ change: (inout Sample) -> Void) throws -> PipelineDefinition {
        let result = lint(Sample.with(change))
        #expect(result.places == [])
        return try #require(result.definition)
    }

    @Test func transformsComeInTheOrderOfTheRows() throws {
        let definition = try define {
            $0.transforms = """
                  kept:
                    type: filter
                    input: first
                    where: weight > 0
                  first:
                    type: map
                    input: events
                    extend: { twice: weight * 2 }
                """
        }
        #expect(definition.transforms.map(\.id) == ["first", "kept"])
    }

    @Test func extendReplacesInPlaceAndAppendsAndDropRemoves() throws {
        let definition = try define {
            $0.transforms = """
                  kept:
                    type: map
                    input: events
                    extend: { weight: weight * 2, heavy: weight > 10 }
                    drop: [place]
                """
        }
        #expect(definition.transforms[0].schema.fields.map(\.name) == ["color", "weight", "heavy"])
        guard case .map(let columns) = definition.transforms[0].kind else {
            Issue.record("not a map")
            return
        }
        #expect(columns[0].expression.columnIndex != nil)
        #expect(columns[2].expression.type == .boolean)
    }

    @Test func anUntouchedRawRecordGoesOutAsItCame() throws {
        let definition = try define {
            $0.sources = "  a: { type: kafka, connection: main, topic: a, format: raw }"
            $0.transforms = "  {}"
            $0.sinks = "  b: { type: kafka, connection: main, input: a, topic: b, format: raw }"
        }
        #expect(definition.sinks[0].value == .origin)
        #expect(definition.sinks[0].kafka?.key == .origin)
        #expect(definition.sources[0].columns == [])
    }

    @Test func oneStringColumnCanBeWrittenRaw() throws {
        let definition = try define {
            $0.transforms = "  kept: { type: map, input: events, select: { line: color } }"
            $0.sinks += "\n    format: raw"
        }
        #expect(definition.sinks[0].value == .raw(columnIndex: 0))
        #expect(definition.sinks[0].kafka?.key == KafkaSinkDefinition.Key.none)
    }

    @Test func aSinkBehindAFilterWritesTheSourcesColumnsInTheirOrder() throws {
        let definition = try define { $0.sinks += "\n    key: weight" }
        guard case .json(let columns) = definition.sinks[0].value else {
            Issue.record("not JSON")
            return
        }
        #expect(columns.map(\.name) == ["color", "weight", "place"])
        // `weight` was used first, by the filter, so it is the first column of the batch.
        #expect(columns.map(\.index) == [1, 0, 2])
        #expect(definition.sinks[0].kafka?.key == .column(index: 0, name: "weight", type: .double))
    }

    @Test(arguments: [
        ("latest", KafkaSourceDefinition.Startup.latest), ("committed", .committed),
        ("{ timestamp: 1000 }", .timestamp(milliseconds: 1_000)),
        ("{ offsets: { 0: 42, 3: 7 } }", .offsets([0: 42, 3: 7])),
    ])
    func startupIsReadInEachForm(_ text: String, _ startup: KafkaSourceDefinition.Startup) throws {
        let definition = try define { $0.sources += "\n    startup: \(text)" }
        #expect(definition.sources[0].kafka?.startup == startup)
    }

    @Test func expressionsAreComputedInTheSessionsTimeZone() throws {
        for (setting, hour) in [("\n  table.local-time-zone: Europe/Berlin", "01"), ("", "00")] {
            let definition = try define {
                $0.config += setting
                $0.transforms = $0.transforms.replacing(
                    "weight > 0", with: "FROM_UNIXTIME(0, 'HH') = '\(hour)'")
            }
            guard case .filter(let condition) = definition.transforms[0].kind else {
                Issue.record("no filter")
                continue
            }
            let batch = RecordBatch(schema: RowSchema([]), rowCapacity: 1)
            batch.rowCount = 1
            batch.selection.selectAll(1)
            try CompiledPredicate(condition.expression).apply(to: batch)
            #expect(batch.selection.count == 1)
        }
    }

    @Test func formerSpellingsOfFlinkAreRead() throws {
        let definition = try define {
            $0.config = """
                  state.checkpoints.dir: file:///var/a//b/
                  state.backend: filesystem
                  execution.checkpointing.interval: 5000
                  execution.checkpointing.mode: exactly_once
                  restart-strategy: fixed-delay
                  restart-strategy.fixed-delay.attempts: 3
                  restart-strategy.fixed-delay.delay: 500
                """
        }
        #expect(definition.configuration.checkpointing?.directory == "/var/a/b")
        #expect(definition.configuration.checkpointing?.intervalMilliseconds == 5_000)
        #expect(
            definition.configuration.restartStrategy
                == .fixedDelay(attempts: 3, delayMilliseconds: 500))
    }

    @Test func withoutCheckpointsASinkIsAtLeastOnceAndNothingRestarts() throws {
        let definition = try define { $0.config = "  {}" }
        #expect(definition.configuration.checkpointing == nil)
        #expect(definition.configuration.restartStrategy == .none)
        #expect(definition.sinks[0].guarantee == .atLeastOnce)
    }

    @Test func anAliasIsTheValueOfItsAnchor() throws {
        let definition = try define {
            $0.sources += "\n    group_id: &g readers"
            $0.tail = "description: *g"
        }
        #expect(definition.description == "readers")
    }

    @Test func aSourcesEventTimeIsTypedAndReadsItsColumn() throws {
        let definition = try define {
            $0.sources = """
                  events:
                    type: kafka
                    connection: main
                    topic: events
                    format: json
                    schema: { ts: BIGINT NOT NULL, weight: DOUBLE }
                    event_time: ts + 1
                    watermark: { delay: 5 s, idle_timeout: 30 s }
                """
        }
        let eventTime = try #require(definition.sources[0].eventTime)
        #expect(eventTime.expression.expression.type == .bigint)
        #expect(eventTime.delayMilliseconds == 5_000)
        #expect(eventTime.idleTimeoutMilliseconds == 30_000)
        #expect(eventTime.maxLeadMilliseconds == 3_600_000)
        #expect(definition.sources[0].columns.map(\.path.pathText) == ["ts", "weight"])
        let text = PipelineExplanation.text(definition)
        #expect(text.contains("event time ts + 1; watermark 5 s behind the latest row"))
        #expect(text.contains("left out after 30 s"))
    }

    private func windowed(_ lines: String) throws -> PipelineDefinition {
        try define {
            $0.sources = """
                  events:
                    type: kafka
                    connection: main
                    topic: events
                    format: json
                    schema: { ts: BIGINT NOT NULL, color: STRING }
                    event_time: ts
                    watermark: { delay: 5 s }
                """
            $0.transforms = """
                  known:
                    type: filter
                    input: events
                    where: color IS NOT NULL
                  kept:
                    type: aggregate
                    input: known
                    key: [color]
                    select: { n: COUNT(*), until: window_end, late: "MAX(ts) > 5" }
                \(lines)
                """
        }
    }

    private func window(_ definition: PipelineDefinition) throws -> WindowDefinition {
        guard case .aggregate(let aggregate) = try #require(definition.transforms.last).kind else {
            throw CancellationError()
        }
        return try #require(aggregate.window)
    }

    @Test func aWindowHasItsShapeLatenessAndEmission() throws {
        let tumbling = try windowed("    window: { type: tumbling, size: 1 min, offset: 10 s }")
        #expect(
            try window(tumbling).shape
                == .tumbling(sizeMilliseconds: 60_000, offsetMilliseconds: 10_000))
        #expect(try window(tumbling).emission == .onWindowClose)
        #expect(try window(tumbling).allowedLatenessMilliseconds == 0)
        #expect(
            tumbling.transforms[1].schema.fields.map(\.description) == [
                "color STRING", "n BIGINT NOT NULL", "until TIMESTAMP_LTZ(3) NOT NULL",
                "late BOOLEAN NOT NULL",
            ])
        let hopping = try windowed(
            "    window: { type: hopping, size: 1 h, slide: 15 min, allowed_lateness: 1 min }\n"
                + "    emit: on_window_end\n    late: drop")
        #expect(
            try window(hopping).shape
                == .hopping(
                    sizeMilliseconds: 3_600_000, slideMilliseconds: 900_000, offsetMilliseconds: 0))
        #expect(try window(hopping).emission == .onWindowEnd)
        #expect(try window(hopping).allowedLatenessMilliseconds == 60_000)
        let session = try windowed("    window: { type: session, gap: 30 s }\n    emit: every_row")
        #expect(try window(session).shape == .session(gapMilliseconds: 30_000))
        #expect(try window(session).emission == .everyRow)
    }

    @Test func anExplanationSaysWhatAWindowDoes() throws {
        let definition = try windowed(
            "    window: { type: hopping, size: 1 h, slide: 15 min, allowed_lateness: 1 min }")
        let text = PipelineExplanation.text(definition)
        #expect(
            text.contains(
                "in windows of 1 h every 15 min, allowed lateness 1 min, emitted on_window_close"))
        #expect(text.contains("grows with the keys of all windows that are open"))
        let json = PipelineExplanation.json(definition)
        #expect(json.contains("\"allowed_lateness_ms\""))
    }

    @Test func firstRowsPassTheirInputsColumns() throws {
        let definition = try define {
            $0.sources = """
                  events:
                    type: kafka
                    connection: main
                    topic: events
                    format: json
                    schema: { ts: BIGINT NOT NULL, color: STRING }
                    event_time: ts
                    watermark: { delay: 5 s }
                """
            $0.transforms = """
                  kept:
                    type: deduplicate
                    input: events
                    key: { color: LOWER(color) }
                    ttl: 1 h
                """
        }
        guard case .deduplicate(let keys, let ttl) = definition.transforms[0].kind else {
            Issue.record("not a deduplicate")
            return
        }
        #expect(keys.map(\.name) == ["color"])
        #expect(ttl == 3_600_000)
        #expect(definition.transforms[0].schema.fields.map(\.name) == ["ts", "color"])
        let text = PipelineExplanation.text(definition)
        #expect(text.contains("first rows of events by color = LOWER(color) within 1 h"))
        #expect(text.contains("kept for 2 h of event time"))
    }
}
