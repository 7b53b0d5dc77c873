import StreamAPI
import StreamCore
import Testing

@testable import StreamRuntime

/// One chain behind a channel, driven by hand.
@Suite struct ChainEventTimeTests {
    private let trace = Trace()

    private func node(
        _ id: String, from edge: StreamEdge?, oddPort: OutputPort? = nil
    ) -> StreamNode {
        let trace = trace
        return StreamNode(
            id: OperatorID(rawValue: id),
            role: .transformation { _, _ in TracedOperator(id, trace, oddPort: oddPort) },
            inputs: edge.map { [$0] } ?? [], sideOutputs: oddPort.map { [$0] } ?? [], parallelism: 1
        )
    }

    private func sink(_ id: String, from edge: StreamEdge) -> StreamNode {
        let trace = trace
        return StreamNode(
            id: OperatorID(rawValue: id), role: .sink { _, _ in TracedSink(id, trace) },
            inputs: [edge], parallelism: 1)
    }

    private func edge(_ id: String, _ port: OutputPort = .main) -> StreamEdge {
        StreamEdge(from: OperatorID(rawValue: id), port: port)
    }

    /// `in -> nodes` in one chain; batches are given to the source's output.
    private func chain(
        _ nodes: [StreamNode], sideOutputs: Set<OutputPort> = []
    ) throws -> (OperatorChain, SubtaskEnvironment) {
        var graph = StreamGraph(maxParallelism: 8)
        graph.add(
            StreamNode(
                id: OperatorID(rawValue: "in"),
                role: .source(reader: { _ in IdleReader() }, decoder: { _, _ in MemoryDecoder() }),
                sideOutputs: sideOutputs, parallelism: 1))
        for node in nodes { graph.add(node) }
        let execution = ExecutionGraph(
            try JobGraph(graph), events: EventRecorder(), stateWriter: MemoryStateWriter())
        let environment = SubtaskEnvironment(graph: execution, subtask: execution.subtasks[0])
        return (try OperatorChain(environment), environment)
    }

    @Test func `What an operator emits for a watermark reaches the next before the watermark`()
        throws
    {
        let (chain, environment) = try chain([
            node("a", from: edge("in")), node("b", from: edge("a")), sink("out", from: edge("b")),
        ])
        try chain.processWatermark(Watermark(rawValue: 7))
        #expect(
            trace.take() == [
                "a watermark 7", "b rows 70", "out rows 70", "b watermark 7", "out rows 70",
            ])
        withExtendedLifetime(environment) {}
    }

    @Test func `The end of input is the end of time, operator by operator`() throws {
        let (chain, environment) = try chain([
            node("a", from: edge("in")), node("b", from: edge("a")), sink("out", from: edge("b")),
        ])
        try chain.endInput()
        #expect(
            trace.take() == [
                "a watermark max", "a end", "b rows 99", "out rows 99", "b watermark max", "b end",
                "out rows 99",
            ])
        withExtendedLifetime(environment) {}
    }

    @Test func `A watermark at or below the last one is not processed again`() throws {
        let (chain, environment) = try chain([
            node("a", from: edge("in")), sink("out", from: edge("a")),
        ])
        for value in [3, 3, 2, 4] as [Int64] {
            try chain.processWatermark(Watermark(rawValue: value))
        }
        #expect(trace.take() == ["a watermark 3", "a watermark 4"])
        withExtendedLifetime(environment) {}
    }

    @Test func `Each operator starts with the watermark of its own snapshot`() throws {
        let (chain, environment) = try chain([
            node("a", from: edge("in")), node("b", from: edge("a")), sink("out", from: edge("b")),
        ])
        try chain.open { context in
            let watermark: Int64? = context.operatorID.rawValue == "b" ? 5 : nil
            return RestoredState(
                items: [], stateSchema: nil, watermark: watermark.map(Watermark.init(rawValue:))
            ) { _ in nil }
        }
        try chain.restoreWatermarks()
        try chain.processWatermark(Watermark(rawValue: 4))
        try chain.processWatermark(Watermark(rawValue: 6))
        #expect(
            trace.take() == ["b watermark 5", "a watermark 4", "a watermark 6", "b watermark 6"])
        withExtendedLifetime(environment) {}
    }

    @Test func `Rows for a side output reach its readers alone`() throws {
        let odd = OutputPort("odd")
        let (chain, environment) = try chain([
            node("a", from: edge("in"), oddPort: odd), sink("evens", from: edge("a")),
            sink("odds", from: edge("a", odd)), sink("odds_too", from: edge("a", odd)),
        ])
        try chain.sourceOutput.emit(.keys([1, 2, 3, 4]))
        #expect(
            trace.take() == [
                "a rows 1,2,3,4", "evens rows 2,4", "odds rows 1,3", "odds_too rows 1,3",
            ])
        withExtendedLifetime(environment) {}
    }

    @Test func `Rows for a side output that nothing reads are dropped`() throws {
        let odd = OutputPort("odd")
        let (chain, environment) = try chain([
            node("a", from: edge("in"), oddPort: odd), sink("evens", from: edge("a")),
        ])
        try chain.sourceOutput.emit(.keys([1, 2, 3]))
        #expect(trace.take() == ["a rows 1,2,3", "evens rows 2"])
        #expect(!chain.operators[0].output.isConsumed(odd))
        #expect(chain.operators[0].output.isConsumed(.main))
        withExtendedLifetime(environment) {}
    }

    @Test func `A source has side outputs too, and may be read through them alone`() throws {
        let (chain, environment) = try chain(
            [sink("rejects", from: edge("in", .errors))], sideOutputs: [.errors])
        try chain.sourceOutput.emit(.keys([1]))
        try chain.sourceOutput.emit(.keys([2]), to: .errors)
        #expect(trace.take() == ["rejects rows 2"])
        #expect(!chain.sourceOutput.isConsumed(.main))
        #expect(chain.sourceOutput.isConsumed(.errors))
        withExtendedLifetime(environment) {}
    }

    @Test func `Reading an output that a node does not have is refused`() throws {
        let expected = StreamGraphError.unknownPort(
            OperatorID(rawValue: "a"), .late, of: OperatorID(rawValue: "out"))
        #expect(throws: expected) {
            try chain([node("a", from: edge("in")), sink("out", from: edge("a", .late))])
        }
    }
}
