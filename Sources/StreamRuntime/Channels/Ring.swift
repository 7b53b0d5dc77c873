internal import Synchronization

/// A fixed-size single-producer single-consumer queue.
///
/// - Threading: `push` and `isFull` by one thread, `pop` by another; `count` and `isEmpty` by any.
final class Ring<Element>: @unchecked Sendable {
    // Proof: a slot belongs to the consumer from the release of `tail` to the release of `head`,
    // and to the producer otherwise; each index is written by one side.
    private let slots: UnsafeMutablePointer<Element?>
    private let mask: Int
    private let head = Atomic<Int>(0)
    private let tail = Atomic<Int>(0)

    /// - Parameter capacity: A power of two.
    init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0)
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: nil, count: capacity)
        mask = capacity - 1
    }

    deinit {
        slots.deinitialize(count: mask + 1)
        slots.deallocate()
    }

    var count: Int { tail.load(ordering: .acquiring) &- head.load(ordering: .acquiring) }
    var isEmpty: Bool { count == 0 }
    var isFull: Bool {
        tail.load(ordering: .relaxed) &- head.load(ordering: .acquiring) > mask
    }

    func push(_ element: Element) {
        precondition(!isFull)
        let position = tail.load(ordering: .relaxed)
        slots[position & mask] = element
        tail.store(position &+ 1, ordering: .releasing)
    }

    func pop() -> Element? {
        let position = head.load(ordering: .relaxed)
        guard position != tail.load(ordering: .acquiring) else { return nil }
        let element = slots[position & mask].take()
        head.store(position &+ 1, ordering: .releasing)
        return element
    }
}
