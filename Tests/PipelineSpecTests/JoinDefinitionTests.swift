import Expression
import PipelineSpec
import StreamCore
import Testing

@Suite struct JoinDefinitionTests {
    private static func file(_ join: String) -> String {
        Sample.with {
            $0.sources = ["orders", "payments"].map { name in
                """
                  \(name):
                    type: kafka
                    connection: main
                    topic: \(name)
                    format: json
                    schema: { id: INT NOT NULL, who: "ROW<id STRING>", amount: DOUBLE, ts: BIGINT }
                    event_time: ts
                    watermark: { delay: 1 s }
                """
            }.joined(separator: "\n")
            $0.transforms = "  kept:\n    type: join\n" + join
        }
    }

    private func join(_ text: String) throws -> (TransformDefinition, JoinDefinition) {
        let result = lint(Self.file(text))
        #expect(result.places == [])
        let transform = try #require(result.definition).transforms[0]
        guard case .join(let join) = transform.kind else { throw NotAJoin() }
        return (transform, join)
    }

    private struct NotAJoin: Error {}

    @Test func theEqualitiesAreTheKeyAndTheRestIsAskedOfThePair() throws {
        let (transform, join) = try join(
            """
                kind: left
                input: { o: orders, p: payments }
                condition: p.id = o.id AND (o.who.id = p.who.id AND p.amount > o.amount) AND o.amount = 1
                window: { type: hopping, size: 1 min, slide: 10 s, offset: 5 s, allowed_lateness: 2 s }
                emit: on_window_end
                select: { id: o.id, paid: p.amount, starts: window_start }
            """)
        #expect(
            transform.inputs == [
                OutputAddress(operatorID: "orders"), OutputAddress(operatorID: "payments"),
            ])
        #expect(join.kind == .left)
        #expect(join.aliases == ["o", "p"])
        #expect(join.keys.count == 2)
        #expect(join.residual != nil)
        #expect(join.emission == .onWindowEnd)
        #expect(join.window == .hopping(size: 60_000, slide: 10_000, offset: 5_000))
        #expect(join.allowedLatenessMilliseconds == 2_000)
        // Keys alone are not columns of the pair; `o.id` is one because it is selected.
        #expect(
            join.columns.map { "\($0.input) \($0.field.name)" } == [
                "1 amount", "0 amount", "0 id",
            ])
        #expect(
            transform.schema.fields.map(\.description) == [
                "id INT NOT NULL", "paid DOUBLE", "starts TIMESTAMP_LTZ(3) NOT NULL",
            ])
    }

    @Test func anIntervalMayGoBackInTimeAndBareNamesBelongToOneInput() throws {
        let (_, join) = try join(
            """
                input: { a: orders, b: payments }
                condition: a.id = b.id
                window: { type: interval, lower: -15 min, upper: 0 s }
                select: { id: a.id, ts: b.ts }
            """)
        #expect(join.window == .interval(lower: -900_000, upper: 0))
        #expect(join.kind == .inner)
        #expect(join.residual == nil)
    }

    @Test func explainSaysWhatIsJoinedAndWhatIsKept() throws {
        let text =
            """
                kind: full
                input: { o: orders, p: payments }
                condition: o.id = p.id
                window: { type: session, gap: 30 min }
                select: { id: o.id }
            """
        let definition = try #require(lint(Self.file(text)).definition)
        let explanation = PipelineExplanation.text(definition)
        #expect(explanation.contains("full join of orders as o with payments as p"))
        #expect(explanation.contains("sessions, gap 30 min, emitted once, when closed"))
        #expect(explanation.contains("rows of both inputs until their windows have closed"))
        #expect(PipelineExplanation.json(definition).contains("\"type\": \"join\""))
    }
}
