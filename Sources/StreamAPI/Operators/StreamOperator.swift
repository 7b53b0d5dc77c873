public import StreamCore

/// Where an operator sends its rows: the next operator of the chain, or a channel.
public protocol BatchOutput: AnyObject {
    /// Passes a batch on. It stays valid until the call returns.
    func emit(_ batch: RecordBatch) throws
}

/// One parallel instance of a transformation.
///
/// - Threading: every call is made on the subtask's thread, between `open` and `close`.
/// - Errors: thrown ones fail the job; a ``RecordError`` names the record.
/// - Source: Flink `OneInputStreamOperator`, made batch-wise.
public protocol StreamOperator: AnyObject {
    /// Called once, before any batch; `restored` holds what the snapshot has for this instance.
    func open(_ context: OperatorContext, restored: RestoredState?) throws
    /// Handles the selected rows of `batch` and emits what comes of them, any number of batches.
    func process(_ batch: RecordBatch, into output: any BatchOutput) throws
    /// The synchronous part of a snapshot: microseconds, whatever the size of the state. What it
    /// returns is written by another thread while `process` goes on.
    func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot
    /// The last batch has been processed; emit what is still held.
    func endInput(into output: any BatchOutput) throws
    /// The checkpoint is durable and committed. A courtesy: it may be skipped after a failure.
    func notifyCheckpointComplete(_ checkpoint: CheckpointID) throws
    func close()
}

extension StreamOperator {
    public func open(_ context: OperatorContext, restored: RestoredState?) throws {}
    public func snapshot(_ barrier: CheckpointBarrier) throws -> OperatorSnapshot { .empty }
    public func endInput(into output: any BatchOutput) throws {}
    public func notifyCheckpointComplete(_ checkpoint: CheckpointID) throws {}
    public func close() {}
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

    public init(code: String, place: RecordPlace, operatorID: OperatorID, message: String) {
        self.code = code
        self.place = place
        self.operatorID = operatorID
        self.message = message
    }

    public var description: String {
        "error[\(code)] \(place): \(message) (operator \(operatorID.rawValue); with on_error: drop "
            + "there it would be left out)"
    }
}

/// What an operator does with a record that it cannot handle (`on_error`).
public enum ErrorPolicy: String, Sendable, CaseIterable {
    case fail
    /// Counted by ``RecordCounters/dropped``.
    case drop
}
