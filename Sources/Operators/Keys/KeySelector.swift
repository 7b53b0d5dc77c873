package import Expression
package import StreamCore

/// Computes the key of each row: its columns, its canonical bytes, their hash, and the key group.
///
/// The canonical bytes are part of the state format (docs/state-format.md); per column, in order:
///
/// ```
/// NULL:             00
/// BOOLEAN:          01 | 00 or 01
/// INT, BIGINT and
/// other integers:   01 | i64
/// DECIMAL:          01 | unscaled i128
/// DOUBLE:           01 | bits; -0.0 as 0.0, and one NaN for all
/// STRING and other
/// slices:           01 | length u32, unless this is the last column | bytes
/// ```
///
/// Both ends of an exchange compute the hash: a batch has no place for it, and the bytes, which the
/// table compares, are needed behind the exchange anyway.
///
/// - Threading: not `Sendable`; one instance per subtask that needs keys.
package final class KeySelector {
    let expressions: [CompiledExpression]
    let maxParallelism: Int
    /// The key columns of the last batch, at its row numbers; valid until the next one.
    package internal(set) var columns: [Column] = []
    /// What holds the bytes that the key expressions made for the last batch.
    package internal(set) var chunks: [ByteChunk] = []
    /// One a selected row of the last batch, in selection order; valid until the next one.
    package internal(set) var keys: UnsafeMutablePointer<ByteSlice>
    /// xxh3-64 of ``keys``.
    package internal(set) var hashes: UnsafeMutablePointer<UInt64>
    var capacity: Int
    var bytes: UnsafeMutableRawBufferPointer

    /// - Parameters:
    ///   - expressions: The key's columns, in order, at least one.
    ///   - maxParallelism: The number of key groups.
    package init(_ expressions: [TypedExpression], maxParallelism: Int) {
        precondition(!expressions.isEmpty)
        precondition(maxParallelism > 0 && maxParallelism <= KeyGroup.countMax)
        self.expressions = expressions.map { CompiledExpression($0) }
        self.maxParallelism = maxParallelism
        capacity = RecordBatch.rowCapacityDefault
        keys = .allocate(capacity: capacity)
        hashes = .allocate(capacity: capacity)
        bytes = .allocate(byteCount: 32 * capacity, alignment: 8)
    }

    deinit {
        keys.deallocate()
        hashes.deallocate()
        bytes.deallocate()
    }

    /// Evaluates the key expressions: fills ``columns`` and ``chunks``.
    ///
    /// - Throws: As ``CompiledExpression/evaluate(batch:)``: remove the failed rows and call again.
    package func evaluate(_ batch: RecordBatch) throws(EvaluationError) {
        columns.removeAll(keepingCapacity: true)
        chunks.removeAll(keepingCapacity: true)
        for expression in expressions {
            columns.append(try expression.evaluate(batch: batch))
            chunks.append(contentsOf: expression.takeChunks())
        }
    }
}
