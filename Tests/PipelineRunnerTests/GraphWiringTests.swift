import KafkaClient
import KafkaConnector
import PipelineSpec
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
        let source = try KafkaSource(
            KafkaSourceConfiguration(
                operatorID: OperatorID(rawValue: "orders"), topic: "orders", groupID: "p",
                startup: .earliest, isolation: .readCommitted), connection: connection)
        let wiring = GraphWiring(
            definition: definition, sources: [source], connections: ["main": connection])
        return try wiring.graph(RunParts(splits: [:], driver: nil))
    }
}
