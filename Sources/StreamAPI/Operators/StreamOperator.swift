public import StreamCore

/// One parallel instance of a transformation.
///
/// - Threading: every call is made on the subtask's thread, between `open` and `close`.
/// - Errors: thrown ones fail the job; a ``RecordError`` names the record.
/// - Event time: an operator that passes rows on passes ``RecordBatch/eventTimes`` on with them.
/// - Source: Flink `OneInputStreamOperator`, made batch-wise.
public protocol StreamOperator: AnyObject {
    /// Called once, before any batch; `restored` holds what the snapshot has for this instance.
    func open(_ context: OperatorContext, restored: RestoredState?) throws
    /// Handles the selected rows of `batch` and emits what comes of them, any number of batches.
    func process(_ batch: RecordBatch, into output: any OperatorOutput) throws
    /// No row with an event time at or before `watermark` will come, but for late ones: fire what was
    /// waiting for it.
    ///
    /// Whatever is emitted here reaches the next operators before the watermark does; the chain
    /// forwards the watermark itself. Watermarks only rise. After a restore the first one is that of
    /// the snapshot, before any batch: what is late stays late, and nothing fires twice. Before
    /// ``endInput(into:)`` comes ``Watermark/max``.
    ///
    /// - Source: Flink `Input.processWatermark`.
    func processWatermark(_ watermark: Watermark, into output: any OperatorOutput) throws
    /// How far behind the watermark that it was given the rows may be that it emits for it,
    /// milliseconds, 0 or more; does not change. What comes behind the operator sees watermarks less
    /// this, so that such rows are not late there.
    ///
    /// - Source: Flink `KeyedCoProcessOperatorWithWatermarkDelay`.
    var watermarkDelayMilliseconds: Int64 { get }
    /// The synchronous part of a snapshot: microseconds, whatever the size of the state. What it
    /// returns is written by another thread while `process` goes on.
    func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot
    /// The last batch has been processed; emit what is still held. Called when a bounded run has read
    /// its input to the end, not when a job stops with a last checkpoint to go on later.
    func endInput(into output: any OperatorOutput) throws
    /// The checkpoint is durable and committed. A courtesy: it may be skipped after a failure.
    func notifyCheckpointComplete(_ checkpoint: CheckpointID) throws
    func close()
}

extension StreamOperator {
    public func open(_ context: OperatorContext, restored: RestoredState?) throws {}
    public var watermarkDelayMilliseconds: Int64 { 0 }
    public func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot { .empty }
    public func processWatermark(_ watermark: Watermark, into output: any OperatorOutput) throws {}
    public func endInput(into output: any OperatorOutput) throws {}
    public func notifyCheckpointComplete(_ checkpoint: CheckpointID) throws {}
    public func close() {}
}

/// An operator that tells its inputs apart: a join.
///
/// It heads a chain behind channels. Barriers are aligned over the channels of all inputs, and the
/// watermark is the smallest of all inputs.
///
/// - Source: Flink `MultipleInputStreamOperator`, made batch-wise.
public protocol MultipleInputOperator: StreamOperator {
    /// Handles the selected rows of a batch of one input.
    ///
    /// - Parameter input: The position of the edge among the node's inputs, from 0.
    func process(_ batch: RecordBatch, input: Int, into output: any OperatorOutput) throws
}

extension MultipleInputOperator {
    public func process(_ batch: RecordBatch, into output: any OperatorOutput) throws {
        try process(batch, input: 0, into: output)
    }
}

/// Who an operator instance is.
public struct OperatorContext: Sendable {
    public let operatorID: OperatorID
    public let subtaskIndex: Int
    public let parallelism: Int
    /// The number of key groups.
    public let maxParallelism: Int
    public var keyGroups: KeyGroupRange {
        KeyGroupRange(subtask: subtaskIndex, parallelism: parallelism, groupCount: maxParallelism)
    }

    public init(
        operatorID: OperatorID, subtaskIndex: Int, parallelism: Int, maxParallelism: Int
    ) {
        self.operatorID = operatorID
        self.subtaskIndex = subtaskIndex
        self.parallelism = parallelism
        self.maxParallelism = maxParallelism
    }
}

/// A record that an operator could not handle, and why. Fails the job unless the operator's
/// `on_error` drops it.
public struct RecordError: Error, Sendable, CustomStringConvertible {
    /// A stable code with a page in docs/errors.md, as `E2001`.
    public let code: String
    public let place: RecordPlace
    public let operatorID: OperatorID
    /// What is wrong and what to do, in one line; quotes at most 256 bytes of the record, escaped.
    public let message: String
    /// Whether the operator has an `on_error`: a sink has none.
    public let canBeDropped: Bool

    public init(
        code: String, place: RecordPlace, operatorID: OperatorID, message: String,
        canBeDropped: Bool = true
    ) {
        self.code = code
        self.place = place
        self.operatorID = operatorID
        self.message = message
        self.canBeDropped = canBeDropped
    }

    public var description: String {
        let way = canBeDropped ? "; with on_error: drop there it would be left out" : ""
        return "error[\(code)] \(place): \(message) (operator \(operatorID.rawValue)\(way))"
    }
}

/// What an operator does with a record that it cannot handle (`on_error`).
public enum ErrorPolicy: String, Sendable, CaseIterable {
    case fail
    /// Counted by ``RecordCounters/dropped``.
    case drop
    /// To ``OutputPort/errors``, with what ``RecordErrors`` says of it.
    case sideOutput = "side_output"
}
