import StreamAPI
import StreamCore
import Testing

@testable import StreamRuntime

@Suite struct JobGraphTests {
    private static let control = PipelineControl()

    private func source(_ id: String, _ parallelism: Int = 2) -> StreamNode {
        StreamNode(
            id: OperatorID(rawValue: id),
            role: .source(
                reader: { _ in MemoryReader(Self.control, seed: 1) },
                decoder: { _, _ in MemoryDecoder() }),
            parallelism: parallelism)
    }

    private func operation(_ id: String, _ inputs: [StreamEdge], _ parallelism: Int = 2)
        -> StreamNode
    {
        StreamNode(
            id: OperatorID(rawValue: id),
            role: .transformation { _, _ in MemoryCounter(Self.control) }, inputs: inputs,
            parallelism: parallelism)
    }

    private func sink(_ id: String, _ inputs: [StreamEdge], _ parallelism: Int = 2) -> StreamNode {
        StreamNode(
            id: OperatorID(rawValue: id), role: .sink { _, _ in MemorySink(Self.control) },
            inputs: inputs, parallelism: parallelism)
    }

    private func forward(_ id: String) -> StreamEdge { StreamEdge(from: OperatorID(rawValue: id)) }
    private func keyed(_ id: String) -> StreamEdge {
        StreamEdge(from: OperatorID(rawValue: id), .keyed { MemoryPartitioner() })
    }

    private func graph(_ nodes: [StreamNode]) -> StreamGraph {
        var graph = StreamGraph(maxParallelism: 128)
        for node in nodes { graph.add(node) }
        return graph
    }

    private func names(_ nodes: [StreamNode]) throws -> [String] {
        try JobGraph(graph(nodes)).vertices.map(\.name)
    }

    @Test func `Forward edges are one chain, in whatever order the nodes are given`() throws {
        let nodes = [
            sink("out", [forward("map")]), operation("map", [forward("filter")]),
            source("in"), operation("filter", [forward("in")]),
        ]
        #expect(try names(nodes) == ["in -> filter -> map -> out"])
    }

    @Test func `A keyed edge breaks the chain only above parallelism 1`() throws {
        func nodes(_ parallelism: Int) -> [StreamNode] {
            [
                source("in", parallelism), operation("counts", [keyed("in")], parallelism),
                sink("out", [forward("counts")], parallelism),
            ]
        }
        #expect(try names(nodes(1)) == ["in -> counts -> out"])
        #expect(try names(nodes(2)) == ["in", "counts -> out"])
    }

    @Test func `A union heads a chain of its own`() throws {
        let nodes = [
            source("a", 1), source("b", 1), sink("out", [forward("a"), forward("b")], 1),
        ]
        #expect(try names(nodes) == ["a", "b", "out"])
        #expect(try JobGraph(graph(nodes)).edges.map(\.upstreamVertex) == [0, 1])
    }

    @Test func `Two readers of one node share its chain`() throws {
        let nodes = [
            source("in"), operation("red", [forward("in")]), operation("blue", [forward("in")]),
            sink("reds", [forward("red")]), sink("blues", [forward("blue")]),
        ]
        let job = try JobGraph(graph(nodes))
        #expect(job.vertices.count == 1)
        let readers = job.vertices[0].chain.consumers[0]
        #expect(readers.map(\.node) == [1, 2])
        #expect(readers.allSatisfy { $0.port == .main })
    }

    @Test func `A change of parallelism breaks the chain and leaves no subtask without input`()
        throws
    {
        for (up, down) in [(1, 4), (4, 1), (3, 5), (5, 3)] {
            let job = try JobGraph(graph([source("in", up), sink("out", [forward("in")], down)]))
            #expect(job.vertices.count == 2)
            let reached = job.subtaskIDs(ofVertex: 0).flatMap {
                job.targets(of: $0, along: job.edges[0])
            }
            #expect(Set(reached) == Set(job.subtaskIDs(ofVertex: 1)))
        }
    }

    @Test func `A graph that cannot run is refused with the reason`() {
        let cases: [([StreamNode], StreamGraphError)] = [
            ([source("a"), source("a")], .duplicateNode(OperatorID(rawValue: "a"))),
            (
                [source("a"), sink("b", [forward("x")])],
                .unknownInput(OperatorID(rawValue: "x"), of: OperatorID(rawValue: "b"))
            ),
            (
                [
                    source("a"), operation("b", [forward("a"), forward("c")]),
                    operation("c", [forward("b")]), sink("d", [forward("c")]),
                ],
                .cycle(through: OperatorID(rawValue: "b"))
            ),
            ([], .noSource),
            (
                [source("a"), operation("b", [forward("a")])],
                .wrongOutputs(OperatorID(rawValue: "b"))
            ),
            (
                [source("a"), sink("b", [forward("a")]), sink("c", [forward("b")])],
                .wrongOutputs(OperatorID(rawValue: "b"))
            ),
            ([sink("a", [])], .wrongInputs(OperatorID(rawValue: "a"))),
            ([source("a", 0)], .parallelism(OperatorID(rawValue: "a"), 0, max: 128)),
            ([source("a", 129)], .parallelism(OperatorID(rawValue: "a"), 129, max: 128)),
        ]
        for (nodes, expected) in cases {
            #expect(throws: expected) { try JobGraph(graph(nodes)) }
        }
    }
}
