internal import StreamCore

/// The memory that undelivered rows point into. Pure: the caller proves what has been delivered.
///
/// Rows are handed to the client first and their chunks noted after. So whatever a ``swap()``
/// returns belongs to rows that were in the client's queue before, and may be released once the
/// queue has been seen empty **after** the swap.
struct RetainedChunks {
    private(set) var byteCount = 0
    private var chunks: [ByteChunk] = []

    mutating func append(_ more: [ByteChunk]) {
        // Neighbouring batches share their arena's last chunk: only the end is worth comparing.
        for chunk in more where !chunks.suffix(4).contains(where: { $0 === chunk }) {
            chunks.append(chunk)
            byteCount += chunk.capacity
        }
    }

    /// Empties the list; the caller releases what it gets when the queue has been seen empty.
    mutating func swap() -> [ByteChunk] {
        defer {
            chunks.removeAll(keepingCapacity: true)
            byteCount = 0
        }
        return chunks
    }
}
