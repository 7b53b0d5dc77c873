import Expression
import PipelineSpec
import StreamCore
import Testing

/// `unnest`, `flat_map` and `key` of a good file.
@Suite struct ShapeDefinitionTests {
    private func text(_ transforms: String) -> String {
        Sample.with {
            $0.sources = """
                  orders:
                    type: kafka
                    connection: main
                    topic: orders
                    format: json
                    schema:
                      id: BIGINT NOT NULL
                      customer: "ROW<name STRING, city STRING>"
                      tags: ARRAY<STRING>
                      lines: "ARRAY<ROW<sku STRING, n INT NOT NULL, price DECIMAL(8, 2)>>"
                      attributes: MAP<STRING, INT>
                """
            $0.transforms = transforms
        }
    }

    private func define(_ transforms: String) throws -> PipelineDefinition {
        let result = lint(text(transforms))
        #expect(result.places == [])
        return try #require(result.definition)
    }

    private func columns(_ definition: PipelineDefinition) -> [String] {
        definition.transforms.last?.schema.fields.map(\.description) ?? []
    }

    @Test func anUnnestHasTheInputsColumnsAndTheElements() throws {
        let definition = try define(
            "  kept: { type: unnest, input: orders, of: tags, as: tag, ordinality: position }")
        #expect(
            columns(definition) == [
                "id BIGINT NOT NULL", "customer ROW<name STRING, city STRING>",
                "tags ARRAY<STRING>",
                "lines ARRAY<ROW<sku STRING, n INT NOT NULL, price DECIMAL(8, 2)>>",
                "attributes MAP<STRING, INT>", "tag STRING", "position INT",
            ])
    }

    @Test func theFieldsOfAnElementAreColumnsUnderTheirNamesOrOthers() throws {
        let own = try define("  kept: { type: unnest, input: orders, of: lines }")
        #expect(columns(own).suffix(3) == ["sku STRING", "n INT", "price DECIMAL(8, 2)"])
        let other = try define(
            "  kept: { type: unnest, input: orders, of: lines, as: [what, count, each] }")
        #expect(columns(other).suffix(3) == ["what STRING", "count INT", "each DECIMAL(8, 2)"])
        let map = try define("  kept: { type: unnest, input: orders, of: attributes }")
        #expect(columns(map).suffix(2) == ["key STRING", "value INT"])
    }

    @Test func aFlatMapReadsOnlyWhatItsColumnsUse() throws {
        let definition = try define(
            """
              kept:
                type: flat_map
                input: orders
                of: lines
                as: line
                keep_empty: true
                select: { id: id, city: customer.city, total: line.n * line.price }
            """)
        #expect(
            columns(definition) == ["id BIGINT NOT NULL", "city STRING", "total DECIMAL(19, 2)"])
        #expect(
            definition.sources[0].columns.map(\.path.pathText) == ["lines", "id", "customer.city"])
        let text = PipelineExplanation.text(definition)
        #expect(
            text.contains(
                "a row of orders for each element of lines as line; rows without elements go on once"
            ))
        #expect(text.contains("total = line.n * line.price"))
        #expect(PipelineExplanation.json(definition).contains("\"flat_map\""))
    }

    @Test func aKeyPassesTheInputsColumnsAndCutsTheChain() throws {
        let definition = try define(
            "  kept: { type: key, input: orders, key: { c: customer.name } }")
        #expect(columns(definition).count == 5)
        #expect(
            PipelineExplanation.text(definition).contains("rows of orders by c = customer.name"))
    }

    @Test func aRunningAggregateMayForgetItsKeys() throws {
        let result = lint(
            Sample.with {
                $0.sources = """
                      orders:
                        type: kafka
                        connection: main
                        topic: orders
                        format: json
                        schema: { ts: BIGINT NOT NULL, color: STRING }
                        event_time: ts
                        watermark: { delay: 5 s }
                    """
                $0.transforms = """
                      kept:
                        type: aggregate
                        input: orders
                        key: [color]
                        select: { n: COUNT(*) }
                        state_ttl: 1 d
                        late: drop
                    """
            })
        #expect(result.places == [])
        let definition = try #require(result.definition)
        guard case .aggregate(let aggregate) = definition.transforms[0].kind else {
            Issue.record("not an aggregate")
            return
        }
        #expect(aggregate.stateTTLMilliseconds == 86_400_000)
        let text = PipelineExplanation.text(definition)
        #expect(text.contains("a key begins anew 1 d of event time after its latest row"))
        #expect(text.contains("each kept for 2 d of event time after its last row"))
        #expect(PipelineExplanation.json(definition).contains("\"state_ttl_ms\""))
    }

    @Test(arguments: [
        "  kept: { type: unnest, input: orders, of: tags, as: [tag], ordinality: n, keep_empty: true }",
        "  kept: { type: flat_map, input: orders, of: attributes, select: { k: key, v: value } }",
        "  kept: { type: key, input: orders, key: [id] }",
    ])
    func echoReadsBackAsTheSame(transforms: String) throws {
        let definition = try define(transforms)
        let echo = PipelineEcho.yaml(
            path: "p.yaml", bytes: Array(text(transforms).utf8), environment: LintEnvironment(),
            isResolved: true)
        let again = try #require(lint(echo).definition, "\(echo)")
        #expect(PipelineExplanation.json(again) == PipelineExplanation.json(definition))
    }
}
