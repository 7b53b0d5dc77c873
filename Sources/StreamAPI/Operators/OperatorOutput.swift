public import StreamCore

/// Takes batches: the next operator of a chain, a sink, a channel.
public protocol BatchOutput: AnyObject {
    /// Passes a batch on. It stays valid until the call returns.
    ///
    /// Readers may narrow its selection and replace its columns: whoever emits one batch twice, or
    /// reads it afterwards, keeps a copy of those.
    func emit(_ batch: RecordBatch) throws
}

/// One output of an operator: the main one, or a side output (Flink's `OutputTag`).
///
/// A pipeline file reads a side output as `id.name`.
public struct OutputPort: Hashable, Sendable, CustomStringConvertible {
    /// Empty for the main output.
    public let name: String

    /// A side output.
    ///
    /// - Parameter name: Not empty.
    public init(_ name: String) {
        precondition(!name.isEmpty, "the main output has no name")
        self.name = name
    }

    private init() { name = "" }

    public static let main = OutputPort()
    /// Rows behind the watermark that no window takes any more.
    public static let late = OutputPort("late")
    /// Records that `on_error: side_output` left out.
    public static let errors = OutputPort("errors")

    public var description: String { name.isEmpty ? "main" : name }
}

/// Where an operator sends its rows: to the main output and to side outputs.
public protocol OperatorOutput: BatchOutput {
    /// Passes a batch to the readers of a side output, or drops it if there are none.
    ///
    /// - Cost: A few comparisons and one call a batch.
    func emit(_ batch: RecordBatch, to port: OutputPort) throws
    /// Whether anything reads a side output: rows for one that nothing reads need not be made.
    func isConsumed(_ port: OutputPort) -> Bool
}
