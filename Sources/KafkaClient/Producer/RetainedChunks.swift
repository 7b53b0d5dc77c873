internal import CRDKafka
internal import StreamCore

/// The memory that undelivered rows point into: one entry per call of `produce`, oldest first.
///
/// Each entry counts its rows that are not acknowledged yet; librdkafka's thread counts down
/// (`millrace_count_deliveries` in CRDKafka's shim.h), and ``releaseDelivered()`` drops the entries at
/// the front that reached zero. A row whose delivery failed is never counted down: its entry, and
/// those behind it, stay until the queue has been seen empty (``forget(before:)``) or until the
/// client has been freed. So memory is released late, never early.
///
/// - Threading: under the client's lock; only the counts are touched by librdkafka's threads.
struct RetainedChunks {
    /// Rows of one call that are not acknowledged, or not handed over yet. Proof of `@unchecked`:
    /// touched by atomic operations only.
    struct DeliveryCount: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<Int64>
    }

    private struct Entry {
        let undelivered: DeliveryCount
        var chunks: [ByteChunk]
        /// Bytes of `chunks` that the entry before does not hold.
        let byteCount: Int
        /// All rows that the client shall ever get of this call are in its queue, or were.
        var isHandedOver = false
    }

    private(set) var byteCount = 0
    private var entries: [Entry] = []
    /// Entries before this index are gone.
    private var first = 0
    /// The number of the entry at index 0, since the start.
    private var base = 0

    /// Entries that are kept.
    var count: Int { entries.count - first }
    /// The number of the first entry whose rows are still being handed over, or of the next one.
    var handedOverEnd: Int {
        base + (entries[first...].firstIndex { !$0.isHandedOver } ?? entries.count)
    }

    /// Notes the chunks of `rowCount` rows that are about to be handed to the client.
    ///
    /// - Returns: What the rows' deliveries count down.
    mutating func append(_ chunks: [ByteChunk], rowCount: Int) -> DeliveryCount {
        let undelivered = DeliveryCount(pointer: .allocate(capacity: 1))
        undelivered.pointer.initialize(to: Int64(rowCount))
        let before = count > 0 ? entries[entries.count - 1].chunks : []
        // Neighbouring batches share their arena's last chunk: it counts once.
        var bytes = 0
        for chunk in chunks where !before.contains(where: { $0 === chunk }) {
            bytes += chunk.capacity
        }
        entries.append(Entry(undelivered: undelivered, chunks: chunks, byteCount: bytes))
        byteCount += bytes
        return undelivered
    }

    /// Notes that a call has ended: `notAccepted` of its rows never reach the client.
    mutating func handedOver(_ undelivered: DeliveryCount, notAccepted: Int) {
        // Always found: no entry goes before its call has ended.
        guard
            let index = entries[first...].lastIndex(where: {
                $0.undelivered.pointer == undelivered.pointer
            })
        else { return }
        entries[index].isHandedOver = true
        millrace_not_accepted(undelivered.pointer, Int64(notAccepted))
    }

    /// Drops the entries at the front whose rows are all acknowledged.
    ///
    /// - Returns: Their chunks, for the caller to release outside of the lock.
    mutating func releaseDelivered() -> [[ByteChunk]] {
        var index = first
        // Not before its call has ended: the call still has the count's address.
        while index < entries.count, entries[index].isHandedOver,
            millrace_undelivered(entries[index].undelivered.pointer) == 0
        {
            index += 1
        }
        return drop(upTo: index)
    }

    /// Drops the entries before number `number`: the caller took ``handedOverEnd``, and has seen the client's
    /// queue empty since, so no row of theirs is known to it any more.
    mutating func forget(before number: Int) -> [[ByteChunk]] {
        drop(upTo: max(first, min(number - base, entries.count)))
    }

    private mutating func drop(upTo index: Int) -> [[ByteChunk]] {
        guard index > first else { return [] }
        let dropped = entries[first..<index].map(\.chunks)
        for entry in entries[first..<index] {
            byteCount -= entry.byteCount
            entry.undelivered.pointer.deallocate()
        }
        for gone in first..<index { entries[gone].chunks = [] }
        first = index
        if first == entries.count || first >= RetainedChunks.goneCountMax {
            base += first
            entries.removeSubrange(0..<first)
            first = 0
        }
        return dropped
    }

    /// Entries that are gone and still in the array, at most.
    private static let goneCountMax = 256

    /// Frees the counts; the client must have been freed before.
    mutating func removeAll() {
        _ = drop(upTo: entries.count)
    }
}
