internal import StreamCore

/// The memory that undelivered rows point into. Pure: the caller proves what has been delivered.
///
/// Rows are handed to the client first and their chunks noted after. So whatever a ``swap()``
/// returns belongs to rows that were in the client's queue before, and may be released once the
/// queue has been seen empty **after** the swap.
struct RetainedChunks {
    /// Until their release, those that a ``swap()`` has handed out count: several threads that drain
    /// at once must all wait, or one would fill what another waits to see empty.
    private(set) var byteCount = 0
    private var chunks: [ByteChunk] = []

    mutating func append(_ more: [ByteChunk]) {
        // Neighbouring batches share their arena's last chunk: only the end is worth comparing.
        for chunk in more where !chunks.suffix(4).contains(where: { $0 === chunk }) {
            chunks.append(chunk)
            byteCount += chunk.capacity
        }
    }

    /// Empties the list; the caller hands what it gets to ``release(_:)`` when the queue has been
    /// seen empty, else to ``putBack(_:)``.
    mutating func swap() -> [ByteChunk] {
        defer { chunks.removeAll(keepingCapacity: true) }
        return chunks
    }

    /// What a ``swap()`` gave has been delivered.
    mutating func release(_ delivered: [ByteChunk]) {
        for chunk in delivered { byteCount -= chunk.capacity }
    }

    /// What a ``swap()`` gave may not have been delivered.
    mutating func putBack(_ undelivered: [ByteChunk]) { chunks.insert(contentsOf: undelivered, at: 0) }
}
