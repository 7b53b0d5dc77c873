public import StreamCore

/// Where the bytes of one key group lie in a state file.
public struct KeyGroupSlice: Hashable, Sendable {
    public let keyGroup: Int
    /// Bytes from the file's beginning.
    public let offset: Int64
    /// Bytes.
    public let length: Int64
    /// CRC-32C of those bytes.
    public let checksum: UInt32
    public init(keyGroup: Int, offset: Int64, length: Int64, checksum: UInt32) {
        self.keyGroup = keyGroup
        self.offset = offset
        self.length = length
        self.checksum = checksum
    }
}

/// A written state file with the keyed state of one operator instance (Flink's
/// `KeyGroupsStateHandle`).
public struct KeyedStateHandle: Hashable, Sendable {
    /// In the checkpoint's own folder; never a path.
    public let fileName: String
    /// Bytes of the whole file.
    public let fileByteCount: Int64
    /// Compared, byte for byte, on restore.
    public let stateSchema: [UInt8]
    /// Ascending by key group and by offset; groups without entries are left out.
    public let slices: [KeyGroupSlice]
    public init(
        fileName: String, fileByteCount: Int64, stateSchema: [UInt8], slices: [KeyGroupSlice]
    ) {
        self.fileName = fileName
        self.fileByteCount = fileByteCount
        self.stateSchema = stateSchema
        self.slices = slices
    }
}

/// What a checkpoint keeps of one operator instance: its items, and where its keyed state was
/// written.
public struct OperatorSubtaskState: Hashable, Sendable {
    public let operatorID: OperatorID
    /// Of the operator's instances, not of the vertex's.
    public let subtaskIndex: Int
    public let parallelism: Int
    public let items: [[UInt8]]
    /// Nil if the operator has no keyed state.
    public let keyed: KeyedStateHandle?
    /// The last that it had processed; nil if none.
    public let watermark: Watermark?
    /// A source's: the watermark of each of its splits that has one.
    public let splitWatermarks: [SplitKey: Watermark]
    public init(
        operatorID: OperatorID, subtaskIndex: Int, parallelism: Int, items: [[UInt8]],
        keyed: KeyedStateHandle?, watermark: Watermark? = nil,
        splitWatermarks: [SplitKey: Watermark] = [:]
    ) {
        self.operatorID = operatorID
        self.subtaskIndex = subtaskIndex
        self.parallelism = parallelism
        self.items = items
        self.keyed = keyed
        self.watermark = watermark
        self.splitWatermarks = splitWatermarks
    }

    /// Nothing is kept of it: more instances than there are splits, or an operator without state.
    public var isEmpty: Bool { items.isEmpty && keyed == nil }
}

/// What a subtask acknowledges a checkpoint with: every operator of its chain, all of it durable in
/// files that are written and synced (Flink's `TaskStateSnapshot`).
public struct SubtaskSnapshot: Hashable, Sendable {
    public let subtask: SubtaskID
    /// In chain order. Operators without any state are listed too, so that a restore knows them.
    public let operators: [OperatorSubtaskState]
    public init(subtask: SubtaskID, operators: [OperatorSubtaskState]) {
        self.subtask = subtask
        self.operators = operators
    }
}

/// Writes the keyed state of one operator instance to where the job keeps its checkpoints.
///
/// - Threading: called by the job's checkpoint thread.
/// - Blocking: until the file is synced.
public protocol KeyedStateWriter: AnyObject, Sendable {
    /// Writes every key group of `snapshot` and releases it, also when it throws.
    func writeKeyedState(
        _ snapshot: any KeyedStateSnapshot, checkpoint: CheckpointID, operatorID: OperatorID,
        subtaskIndex: Int
    ) throws -> KeyedStateHandle
}
