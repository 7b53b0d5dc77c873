internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// A link that may stand at the head of a chain, where inputs are told apart.
protocol ChainHead: BatchOutput {
    func emit(_ batch: RecordBatch, input: Int) throws
}

/// An operator with what follows it.
final class ChainedOperator: ChainHead {
    let instance: any StreamOperator
    let context: OperatorContext
    let output: any OperatorOutput
    /// Set once it is open; nil for an operator without one.
    var restoredWatermark: Watermark?
    /// The last one processed, but for the end of time: a bounded run may be continued from its last
    /// checkpoint, and what comes then is not late.
    private(set) var watermark = Watermark.min
    /// What the operators in front of it in the chain hold event time back by, milliseconds.
    var watermarkDelay: Int64 = 0
    private let multipleInput: (any MultipleInputOperator)?

    init(_ instance: any StreamOperator, _ context: OperatorContext, output: any OperatorOutput) {
        self.instance = instance
        self.context = context
        self.output = output
        multipleInput = instance as? any MultipleInputOperator
    }

    func emit(_ batch: RecordBatch) throws {
        guard batch.selection.count > 0 else { return }
        try instance.process(batch, into: output)
    }

    func emit(_ batch: RecordBatch, input: Int) throws {
        guard let multipleInput else { return try emit(batch) }
        guard batch.selection.count > 0 else { return }
        try multipleInput.process(batch, input: input, into: output)
    }

    /// One that is not above the last is passed over: after a restore under another parallelism what
    /// comes first may be behind what the operator had seen.
    func processWatermark(_ watermark: Watermark) throws {
        guard watermark > self.watermark else { return }
        if watermark != .max { self.watermark = watermark }
        try instance.processWatermark(watermark, into: output)
    }
}

/// A sink at the end of a chain; counts what it is given.
final class ChainedSink: ChainHead {
    let writer: any SinkWriter
    let context: OperatorContext
    private let counters: RecordCounters

    init(_ writer: any SinkWriter, _ context: OperatorContext, _ counters: RecordCounters) {
        self.writer = writer
        self.context = context
        self.counters = counters
    }

    func emit(_ batch: RecordBatch) throws {
        let count = batch.selection.count
        guard count > 0 else { return }
        try writer.write(batch)
        counters.recordsOut.wrappingAdd(count, ordering: .relaxed)
    }

    /// What a sink reads is united.
    func emit(_ batch: RecordBatch, input: Int) throws { try emit(batch) }
}
