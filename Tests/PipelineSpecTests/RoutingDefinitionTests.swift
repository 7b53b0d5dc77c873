import PipelineSpec
import StreamCore
import Testing

/// Unions, by `type: union` and by a list of inputs.
@Suite struct RoutingDefinitionTests {
    private func define(_ transforms: String, sinkInput: String = "kept") throws
        -> PipelineDefinition
    {
        let text = Sample.with {
            $0.sources += Sample.more
            $0.transforms = transforms
            $0.sinks =
                "  out: { type: kafka, connection: main, input: \(sinkInput), topic: results }"
        }
        let result = lint(text)
        #expect(result.places == [])
        return try #require(result.definition)
    }

    private func inputs(_ definition: PipelineDefinition) -> [String: [String]] {
        Dictionary(
            uniqueKeysWithValues: definition.transforms.map {
                ($0.id, $0.inputs.map(\.description))
            }
        )
    }

    @Test func aListOfInputsOfATransformIsAUnionOfThem() throws {
        let definition = try define(
            "  kept: { type: filter, input: [events, more], where: color = 'red' }")
        #expect(
            inputs(definition) == ["kept/input": ["events", "more"], "kept": ["kept/input"]])
        let united = try #require(definition.transforms.first)
        #expect(united.id == "kept/input", "before its reader")
        // `events` has no NULL there; `more` may.
        #expect(
            united.schema.fields.map(\.description)
                == ["color STRING", "weight DOUBLE", "place ROW<city STRING>"])
    }

    @Test func aListOfInputsOfASinkIsAUnionOfThem() throws {
        let definition = try define(
            """
              light: { type: filter, input: events, where: weight < 1 }
              heavy: { type: filter, input: more, where: weight > 9 }
            """, sinkInput: "[light, heavy]")
        #expect(inputs(definition)["out/input"] == ["light", "heavy"])
        #expect(definition.sinks.map(\.input) == ["out/input"])
    }

    @Test func aListOfOneInputIsThatInput() throws {
        let definition = try define(
            "  kept: { type: filter, input: [events], where: weight > 0 }\n"
                + "  rest: { type: filter, input: more, where: weight > 0 }",
            sinkInput: "[kept, rest]")
        #expect(inputs(definition)["kept"] == ["events"])
    }

    @Test func routesOfASplitAreUnitedByAListToo() throws {
        let definition = try define(
            """
              parts: { type: split, input: [events, more], routes: { input: weight > 10 } }
              kept: { type: map, input: [parts.input, parts.default], select: { color: color } }
            """)
        #expect(
            inputs(definition) == [
                "parts/input": ["events", "more"], "parts": ["parts/input"],
                "kept/input": ["parts.input", "parts.default"], "kept": ["kept/input"],
            ])
    }
}
