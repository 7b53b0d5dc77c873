import StreamAPI
import StreamCore
import Synchronization
import Testing

@testable import StreamRuntime

@Suite struct OperatorChainTests {
    /// Drops every row with an odd number.
    private final class EvenRows: BatchOutput {
        let next: any BatchOutput
        init(_ next: any BatchOutput) { self.next = next }
        func emit(_ batch: RecordBatch) throws {
            for row in Array(
                UnsafeBufferPointer(start: batch.selection.rows, count: batch.selection.count))
            where row % 2 == 1 { batch.selection.remove(row: row) }
            batch.columns = [Column(type: .string, capacity: 1)]
            try next.emit(batch)
        }
    }

    private final class Collector: BatchOutput {
        var seen: [([Int32], LogicalType)] = []
        func emit(_ batch: RecordBatch) throws {
            let rows = UnsafeBufferPointer(
                start: batch.selection.rows, count: batch.selection.count)
            seen.append((Array(rows), batch.columns[0].type))
        }
    }

    @Test func `Each of several readers sees the batch as if it were alone`() throws {
        let (first, second) = (Collector(), Collector())
        let fan = FanOutput([EvenRows(first), second])
        let batch = RecordBatch(schema: MemoryDecoder.schema, rowCapacity: 5)
        batch.rowCount = 5
        batch.selection.selectAll(5)
        try fan.emit(batch)
        #expect(first.seen.map(\.0) == [[0, 2, 4]])
        #expect(first.seen.map(\.1) == [.string])
        #expect(second.seen.map(\.0) == [[0, 1, 2, 3, 4]])
        #expect(second.seen.map(\.1) == [.bigint])
    }

    @Test func `A batch without selected rows goes no further`() throws {
        let control = PipelineControl()
        let collector = Collector()
        let context = OperatorContext(
            operatorID: OperatorID(rawValue: "counts"), subtaskIndex: 0, parallelism: 1,
            maxParallelism: 1)
        let link = ChainedOperator(
            MemoryCounter(control), context, output: OutputPorts(main: [collector]))
        let empty = RecordBatch(schema: MemoryDecoder.schema, rowCapacity: 5)
        try link.emit(empty)
        #expect(collector.seen.isEmpty)
        // Neither into a chain nor into a channel, where a batch has at least one row.
        let channel = InputChannel(
            configuration: ExecutionConfiguration(), cancellation: Cancellation(),
            producer: Doorbell(), consumer: Doorbell())
        for exchange in [Exchange.forward, .keyed { MemoryPartitioner() }] {
            let plan = OutputPlan(
                node: context.operatorID, port: .main, exchange: exchange, keepsOriginBytes: false,
                channels: [channel])
            try ResultPartition(plan, groupCount: 8, rowCapacity: 8).emit(empty)
        }
        #expect(channel.isEmpty)
    }

    /// Keeps the rows whose key has one remainder by two, by narrowing the selection in place.
    private final class Parity: StreamOperator {
        let remainder: Int64
        init(_ remainder: Int64) { self.remainder = remainder }
        func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
            let keys = batch.columns[0].integers
            for row in 0..<batch.rowCount where keys[row] % 2 != remainder {
                batch.selection.remove(row: Int32(row))
            }
            try output.emit(batch)
        }
    }

    @Test func `Two filters and a sink on one source share a thread and each see every row`() throws
    {
        let controls = (0..<3).map { _ in PipelineControl() }
        let events = EventRecorder()
        let job = try JobGraph(.split(controls) { Parity($0) })
        #expect(job.vertices.count == 1)
        let graph = ExecutionGraph(job, events: events, stateWriter: MemoryStateWriter())
        try graph.start { _ in nil }
        defer { _ = graph.cancel(within: .seconds(120)) }
        #expect(waitUntil { controls.allSatisfy { $0.rows().count > 100 } })
        let barrier = CheckpointBarrier.number(1)
        graph.triggerBarrier(barrier)
        _ = try #require(events.snapshots(of: barrier.id, count: 1))
        let counts = controls.map { $0.writtenAtBarrier.withLock { $0[barrier.id] ?? 0 } }
        #expect(counts[0] + counts[1] == counts[2])
        #expect(controls[0].rows().allSatisfy { $0.count % 2 == 0 })
        #expect(controls[1].rows().allSatisfy { $0.count % 2 == 1 })
        #expect(Set(controls[2].rows().map { $0.count % 2 }) == [0, 1])
    }
}

extension StreamGraph {
    /// `s0` read by `even -> out0`, `odd -> out1` and `out2`.
    fileprivate static func split(
        _ controls: [PipelineControl], filter: @escaping @Sendable (Int64) -> any StreamOperator
    ) -> StreamGraph {
        var graph = StreamGraph(maxParallelism: 128)
        let source = OperatorID(rawValue: "s0")
        graph.add(
            StreamNode(
                id: source,
                role: .source(
                    reader: { _ in MemoryReader(controls[0], seed: 1) },
                    decoder: { _, _ in MemoryDecoder() }),
                parallelism: 1))
        for (number, control) in controls.enumerated() {
            var upstream = source
            if number < 2 {
                upstream = OperatorID(rawValue: number == 0 ? "even" : "odd")
                graph.add(
                    StreamNode(
                        id: upstream, role: .transformation { _, _ in filter(Int64(number)) },
                        inputs: [StreamEdge(from: source)], parallelism: 1))
            }
            graph.add(
                StreamNode(
                    id: OperatorID(rawValue: "out\(number)"),
                    role: .sink { _, _ in MemorySink(control) },
                    inputs: [StreamEdge(from: upstream)], parallelism: 1))
        }
        return graph
    }
}
