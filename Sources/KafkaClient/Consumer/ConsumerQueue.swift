internal import CRDKafka
internal import Synchronization

/// Sole owner of a consumer's queue: what one thread waits on and any thread may wake.
final class ConsumerQueue: Sendable {
    // Proof: the pointer is reached under the mutex, or by the reading thread before `close`.
    private struct State: @unchecked Sendable {
        var pointer: OpaquePointer?
    }
    private let state: Mutex<State>
    /// Woken since the last ``takeWakeUp()``. librdkafka's own flag is cleared by any call on an
    /// empty queue, also by one that does not wait.
    private let woken = Atomic<Bool>(false)

    init(of client: ClientHandle) {
        state = Mutex(State(pointer: rd_kafka_queue_get_consumer(client.pointer)))
    }

    /// For the reading thread, which is also the one that closes.
    var pointer: OpaquePointer? { state.withLock { $0 }.pointer }

    /// Makes the wait under way, or else the next one, return at once. Harmless after `close`.
    func wakeUp() {
        woken.store(true, ordering: .sequentiallyConsistent)
        // rd_kafka_queue_yield only sets a flag and signals, so the lock is held for a moment.
        state.withLock { if let pointer = $0.pointer { rd_kafka_queue_yield(pointer) } }
    }

    /// Whether a wait that is about to begin must not.
    func takeWakeUp() -> Bool { woken.exchange(false, ordering: .sequentiallyConsistent) }

    /// Must come before the client is freed.
    func close() {
        state.withLock {
            if let pointer = $0.pointer { rd_kafka_queue_destroy(pointer) }
            $0.pointer = nil
        }
    }
}
