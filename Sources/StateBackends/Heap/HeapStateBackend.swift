public import StreamAPI

/// Keyed state in memory (`state.backend.type: hashmap`).
public struct HeapStateBackend: StateBackend {
    public init() {}

    public func makeKeyedState(
        _ descriptor: KeyedStateDescriptor, context: OperatorContext, restored: RestoredState?
    ) throws -> any KeyedStateBackend {
        throw KeyedStateError(.corrupt, "")
    }
}
