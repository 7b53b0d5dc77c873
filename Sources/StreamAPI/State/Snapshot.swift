public import StreamCore

/// What one operator instance puts into a checkpoint.
public struct OperatorSnapshot: Sendable {
    /// Operator state: opaque items that a restore hands, united, to every instance (Flink's union
    /// list state). A source's splits.
    public let items: [[UInt8]]
    /// Keyed state, written later by another thread; nil if the operator has none.
    public let keyed: (any KeyedStateSnapshot)?
    /// Made durable later by another thread; nil if the operator is no sink, or has written nothing.
    public let output: (any PendingOutput)?

    public init(
        items: [[UInt8]] = [], keyed: (any KeyedStateSnapshot)? = nil,
        output: (any PendingOutput)? = nil
    ) {
        self.items = items
        self.keyed = keyed
        self.output = output
    }

    public static var empty: OperatorSnapshot { OperatorSnapshot() }
}

/// Keyed state as it was at a barrier, readable while the operator goes on changing it.
///
/// - Threading: `write` and `release` are called by one checkpoint thread.
public protocol KeyedStateSnapshot: AnyObject, Sendable {
    var keyGroups: KeyGroupRange { get }
    /// Describes the layout of a group's bytes; compared, byte for byte, on restore.
    var stateSchema: [UInt8] { get }
    /// Appends one key group's entries in the canonical format of docs/state-format.md.
    func write(keyGroup: Int, into writer: inout ByteWriter) throws
    /// Called exactly once, after the last `write` or instead of it: pre-images may be dropped.
    func release()
}

/// What a checkpoint has for one operator instance under the parallelism of today.
public struct RestoredState: Sendable {
    /// The operator state of **all** former instances.
    public let items: [[UInt8]]
    /// Nil if the operator had no keyed state.
    public let stateSchema: [UInt8]?
    /// The watermark that the instances had reached, of several the smallest; nil if one of them had
    /// none. The chain hands it to the operator, which need not look at it.
    public let watermark: Watermark?
    /// A source's: the watermark of each split that had one.
    public let splitWatermarks: [SplitKey: Watermark]
    /// The canonical bytes of each key group of this instance's range that has any.
    public let readKeyGroup: @Sendable (_ keyGroup: Int) throws -> [UInt8]?

    public init(
        items: [[UInt8]], stateSchema: [UInt8]?, watermark: Watermark? = nil,
        splitWatermarks: [SplitKey: Watermark] = [:],
        readKeyGroup: @escaping @Sendable (Int) throws -> [UInt8]?
    ) {
        self.items = items
        self.stateSchema = stateSchema
        self.watermark = watermark
        self.splitWatermarks = splitWatermarks
        self.readKeyGroup = readKeyGroup
    }
}
