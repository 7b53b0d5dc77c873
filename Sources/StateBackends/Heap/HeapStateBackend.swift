public import StreamAPI

/// Keyed state in memory, off the Swift heap (`state.backend.type: hashmap`).
///
/// The bounds are per key group, so a job with more keys raises `pipeline.max-parallelism`.
public struct HeapStateBackend: StateBackend {
    /// Keys of one key group, at most: row numbers have 24 bits, and two patterns mean "none".
    public static let keysPerGroupMax = 1 << 24 - 2
    /// Bytes of one key, at most.
    public static let keyByteCountMax = 1 << 20
    /// Bytes of one value of a word in `bytesWords`, at most.
    public static let valueByteCountMax = 1 << 30

    public var keyByteCountMax: Int { HeapStateBackend.keyByteCountMax }

    public init() {}

    public func makeKeyedState(
        _ descriptor: KeyedStateDescriptor, context: OperatorContext, restored: RestoredState?
    ) throws -> any KeyedStateBackend {
        let state = HeapKeyedState(descriptor, context: context)
        if let restored { try state.restore(restored) }
        return state
    }
}
