import KafkaClient
import KafkaConnector
import PipelineSpec
import StreamAPI
import StreamCore
import StreamRuntime
import Testing

@testable import PipelineRunner

@Suite struct GraphWiringTests {
    private let text = """
        version: 1
        name: split-orders
        config:
          parallelism.default: 2
          execution.checkpointing.interval: 10 s
          execution.checkpointing.timeout: 1 min
          execution.checkpointing.dir: file:///var/lib/millrace
        connections:
          main:
            type: kafka
            properties: { bootstrap.servers: "localhost:9092" }
        sources:
          orders:
            type: kafka
            connection: main
            topic: orders
            format: json
            schema: { amount: DOUBLE }
        transforms:
          large: { type: filter, input: orders, where: amount >= 100 }
          small: { type: filter, input: orders, where: amount < 100 }
        sinks:
          large_orders: { type: kafka, connection: main, input: large, topic: large-orders }
          small_orders: { type: kafka, connection: main, input: small, topic: small-orders }
        """

    @Test func `Filters and sinks on one source are one chain that branches`() throws {
        let graph = try graph(text)
        #expect(graph.edges.isEmpty)
        let vertex = try #require(graph.vertices.first)
        let names = vertex.chain.nodes.map(\.id.rawValue)
        let readers = vertex.chain.consumers.map { reader in reader.map { names[$0.node] } }
        #expect(names[0] == "orders")
        #expect(readers[0] == ["large", "small"])
        #expect(Set(readers.dropFirst().joined()) == ["large_orders", "small_orders"])
    }

    @Test(arguments: [1, 2, 5])
    func `A key repartitions where there are several subtasks`(parallelism: Int) throws {
        let keyed = text.replacing(
            "small: { type: filter, input: orders, where: amount < 100 }",
            with: "small: { type: key, input: large, key: [amount] }"
        )
        .replacing("parallelism.default: 2", with: "parallelism.default: \(parallelism)")
        let graph = try graph(keyed)
        #expect(graph.edges.count == (parallelism == 1 ? 0 : 1))
        let chains = graph.vertices.map { $0.chain.nodes.map(\.id.rawValue) }
        #expect(chains.contains { $0.first == "small" } == (parallelism > 1))
    }

    private func graph(_ text: String) throws -> JobGraph {
        let result = PipelineLinter.lint(path: "p.yaml", text: text, environment: LintEnvironment())
        #expect(result.diagnostics.map(\.message) == [])
        let definition = try #require(result.definition)
        let connection = KafkaConnectionConfiguration(
            name: "main",
            client: try KafkaConfiguration(
                properties: ["bootstrap.servers": "localhost:9092"]),
            transactionalIDPrefix: "p", transactionTimeoutMilliseconds: 900_000)
        let sources = try definition.sources.map { source in
            try KafkaSource(
                KafkaSourceConfiguration(
                    operatorID: OperatorID(rawValue: source.id), topic: source.id, groupID: "p",
                    startup: .earliest, isolation: .readCommitted), connection: connection)
        }
        let wiring = GraphWiring(
            definition: definition, sources: sources, connections: ["main": connection])
        return try wiring.graph(RunParts(splits: [:], driver: nil))
    }

    private let rejecting = """
        version: 1
        name: rejecting
        config:
          parallelism.default: 2
          execution.checkpointing.interval: 10 s
          execution.checkpointing.timeout: 1 min
          execution.checkpointing.dir: file:///var/lib/millrace
        connections:
          main:
            type: kafka
            properties: { bootstrap.servers: "localhost:9092" }
        sources:
          orders:
            type: kafka
            connection: main
            topic: orders
            format: json
            schema: { id: STRING, amount: DOUBLE, ts: BIGINT NOT NULL }
            event_time: ts
            watermark: { delay: 1 s }
          payments:
            type: kafka
            connection: main
            topic: payments
            format: json
            schema: { id: STRING, amount: DOUBLE, ts: BIGINT NOT NULL }
            event_time: ts
            watermark: { delay: 1 s }
            on_error: side_output
        transforms:
          once: { type: deduplicate, input: payments, key: [id], ttl: 1 h }
          paid:
            type: join
            input: { o: orders, p: once }
            condition: o.id = p.id
            window: { type: tumbling, size: 1 min }
            late: side_output
            select: { id: o.id, amount: p.amount }
          totals: { type: aggregate, input: paid, key: [id], select: { n: COUNT(*) } }
        sinks:
          out: { type: kafka, connection: main, input: totals, topic: out }
          dead:
            type: dead_letter
            connection: main
            input: [paid.late, payments.errors]
            topic: dead
        """

    @Test func `Only rows that may become dead letters take their records' bytes through channels`()
        throws
    {
        let graph = try graph(rejecting)
        let edges = graph.edges.map { edge in
            let reader = graph.vertices[edge.downstreamVertex].chain.nodes[0].id.rawValue
            let port = edge.port == .main ? "" : ".\(edge.port)"
            return "\(edge.upstreamNode.rawValue)\(port) \(reader) \(edge.keepsOriginBytes)"
        }
        #expect(
            Set(edges) == [
                "payments once true", "orders paid true", "once paid true", "paid totals false",
                "paid.late dead true", "payments.errors dead true",
            ])
    }
}
