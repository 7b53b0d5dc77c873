internal import StreamCore

/// A tree of kernels and the memory that they share.
final class KernelProgram {
    init(_ typed: TypedExpression) {}
    func evaluate(batch: RecordBatch) throws(EvaluationError) -> Column { batch.columns[0] }
    func takeChunks() -> [ByteChunk] { [] }
    func recycleChunks() {}
}
extension SelectionVector {
    func keepTrue(in column: Column) {}
}
