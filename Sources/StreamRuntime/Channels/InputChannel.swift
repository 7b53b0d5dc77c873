internal import StreamCore
internal import Synchronization

/// The run is being cancelled: thrown by every wait, to unwind the chain.
struct ExecutionCancelled: Error {}

/// Whether a run is being cancelled; read once a batch.
final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    var isRequested: Bool { flag.load(ordering: .acquiring) }
    /// - Returns: True the first time.
    func request() -> Bool { !flag.exchange(true, ordering: .acquiringAndReleasing) }
    func check() throws(ExecutionCancelled) { if isRequested { throw ExecutionCancelled() } }
}

/// A bounded queue from one upstream subtask to one downstream subtask: back-pressure is its bound.
///
/// ```
///   slots   [ . | b | b | | | b | . | . ]      head: next to pop  (consumer writes)
///                 ^head           ^tail        tail: next to fill (producer writes)
/// ```
///
/// Bounded in elements and in bytes. An element larger than the byte bound passes when the
/// channel is empty, so that nothing gets stuck.
///
/// - Threading: `push` by the producer, `pop` by the consumer, the counts by anybody.
final class InputChannel: @unchecked Sendable {
    // Proof: the ring hands each element over, and every other property is Sendable or constant.
    private let slots: Ring<(element: StreamElement, byteCount: Int)>
    private let queuedBytes = Atomic<Int>(0)
    private let byteCountMax: Int
    private let cancellation: Cancellation
    private let producerBell: Doorbell
    private let consumerBell: Doorbell

    init(
        configuration: ExecutionConfiguration, cancellation: Cancellation, producer: Doorbell,
        consumer: Doorbell
    ) {
        slots = Ring(capacity: configuration.channelElementCountMax)
        byteCountMax = configuration.channelByteCountMax
        self.cancellation = cancellation
        producerBell = producer
        consumerBell = consumer
    }

    var elementCount: Int { slots.count }
    var byteCount: Int { queuedBytes.load(ordering: .acquiring) }
    var isEmpty: Bool { slots.isEmpty }

    /// Waits for room and hands the element over; the caller must not touch its batch again.
    ///
    /// - Parameter byteCount: The memory that the element keeps, for the bound.
    func push(_ element: StreamElement, byteCount: Int = 0) throws(ExecutionCancelled) {
        assert(byteCount >= 0)
        if !hasRoom(byteCount) {
            producerBell.wait { hasRoom(byteCount) || cancellation.isRequested }
        }
        try cancellation.check()
        queuedBytes.wrappingAdd(byteCount, ordering: .relaxed)
        slots.push((element, byteCount))
        consumerBell.ring()
    }

    private func hasRoom(_ byteCount: Int) -> Bool {
        if slots.isFull { return false }
        let queued = queuedBytes.load(ordering: .acquiring)
        return queued == 0 || queued &+ byteCount <= byteCountMax
    }

    /// The next element, or nil if there is none now.
    func pop() -> StreamElement? {
        guard let slot = slots.pop() else { return nil }
        queuedBytes.wrappingSubtract(slot.byteCount, ordering: .releasing)
        assert(byteCount >= 0)
        producerBell.ring()
        return slot.element
    }
}
