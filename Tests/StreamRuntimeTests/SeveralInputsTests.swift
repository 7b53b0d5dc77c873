import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import StreamRuntime

/// Counts the rows of each input; its state is those counts. Passes every row on, its key replaced
/// by input · 2^32 + key.
private final class InputCounter: MultipleInputOperator {
    private var counts: [Int64]

    init(inputCount: Int) { counts = Array(repeating: 0, count: inputCount) }

    func process(_ batch: RecordBatch, input: Int, into output: any OperatorOutput) throws {
        counts[input] += Int64(batch.selection.count)
        let keys = batch.columns[0].integers
        for index in 0..<batch.selection.count {
            keys[Int(batch.selection.rows[index])] |= Int64(input) << 32
        }
        try output.emit(batch)
    }

    func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot {
        OperatorSnapshot(
            items: counts.enumerated().map { encode(Int64($0.offset) << 48 | $0.element) })
    }
}

@Suite struct SeveralInputsTests {
    /// `s0`, `s1`, `s2` into `joined`, each by key, into `out`.
    private func graph(_ control: PipelineControl, parallelism: Int) -> StreamGraph {
        var graph = StreamGraph(maxParallelism: 128)
        let sources = (0..<3).map { OperatorID(rawValue: "s\($0)") }
        for (number, id) in sources.enumerated() {
            graph.add(
                StreamNode(
                    id: id,
                    role: .source(
                        reader: { context in
                            MemoryReader(
                                control, seed: UInt64(number * 100 + context.subtaskIndex))
                        },
                        decoder: { _, _ in MemoryDecoder() }),
                    parallelism: parallelism))
        }
        graph.add(
            StreamNode(
                id: OperatorID(rawValue: "joined"),
                role: .transformation { _, _ in InputCounter(inputCount: 3) },
                inputs: sources.map { StreamEdge(from: $0, .keyed { MemoryPartitioner() }) },
                parallelism: parallelism))
        graph.add(
            StreamNode(
                id: OperatorID(rawValue: "out"), role: .sink { _, _ in MemorySink(control) },
                inputs: [StreamEdge(from: OperatorID(rawValue: "joined"))],
                parallelism: parallelism))
        return graph
    }

    @Test(arguments: [1, 2, 5])
    func `A checkpoint cuts every input at the same row as its source`(parallelism: Int) throws {
        let control = PipelineControl()
        let events = EventRecorder()
        let run = ExecutionGraph(
            try JobGraph(graph(control, parallelism: parallelism)), events: events,
            stateWriter: MemoryStateWriter())
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        for sequence in 1...3 as ClosedRange<UInt32> {
            let barrier = CheckpointBarrier.number(sequence)
            run.triggerBarrier(barrier)
            let snapshots = try #require(
                events.snapshots(of: barrier.id, count: run.subtaskIDs.count))
            let states = snapshots.flatMap(\.operators)
            for input in 0..<3 {
                let read = states.filter { $0.operatorID.rawValue == "s\(input)" }
                    .flatMap(\.items).reduce(0) { $0 + decode($1) }
                let counted = states.filter { $0.operatorID.rawValue == "joined" }
                    .flatMap(\.items).map(decode).filter { $0 >> 48 == Int64(input) }
                    .reduce(0) { $0 + $1 & 0xFFFF_FFFF_FFFF }
                #expect(counted == read, "input \(input)")
            }
        }
    }

    @Test func `Each batch is handled with the number of its input`() throws {
        let control = PipelineControl()
        let events = EventRecorder()
        let run = ExecutionGraph(
            try JobGraph(graph(control, parallelism: 2)), events: events,
            stateWriter: MemoryStateWriter())
        try run.start { _ in nil }
        defer { _ = run.cancel(within: .seconds(120)) }
        #expect(waitUntil { Set(control.rows().map(\.key)) == [0, 1, 2] })
    }
}
