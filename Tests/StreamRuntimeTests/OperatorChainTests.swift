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
        let link = ChainedOperator(MemoryCounter(control), context, output: collector)
        let empty = RecordBatch(schema: MemoryDecoder.schema, rowCapacity: 5)
        try link.emit(empty)
        #expect(collector.seen.isEmpty)
        // Neither into a chain nor into a channel, where a batch has at least one row.
        let channel = InputChannel(
            configuration: ExecutionConfiguration(), cancellation: Cancellation(),
            producer: Doorbell(), consumer: Doorbell())
        for exchange in [Exchange.forward, .keyed { MemoryPartitioner() }] {
            let plan = OutputPlan(node: context.operatorID, exchange: exchange, channels: [channel])
            try ResultPartition(plan, groupCount: 8, rowCapacity: 8).emit(empty)
        }
        #expect(channel.isEmpty)
    }
}
