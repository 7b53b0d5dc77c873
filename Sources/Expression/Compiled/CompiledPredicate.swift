package import StreamCore

/// A condition compiled to kernels: keeps the rows for which it is TRUE.
///
/// - Threading: not `Sendable`; owned and called by one subtask.
package final class CompiledPredicate {
    package let typed: TypedExpression
    private let conjuncts: [KernelProgram]

    /// - Precondition: `typed.type` is BOOLEAN (check with `expecting: .boolean`).
    package init(_ typed: TypedExpression) {
        precondition(typed.type == .boolean, "a predicate is BOOLEAN")
        self.typed = typed
        conjuncts = Self.conjuncts(of: typed).map { KernelProgram($0) }
    }

    /// Narrows `batch.selection` to the rows for which the condition is TRUE; FALSE and NULL go.
    ///
    /// The operands of a top-level AND run one after the other, each on the rows that are left.
    /// - Throws: ``EvaluationError``. The selection then holds the rows that no operand has
    ///   excluded so far, the failed ones among them: remove these and call again, or fail.
    package func apply(to batch: RecordBatch) throws(EvaluationError) {
        for conjunct in conjuncts {
            guard batch.selection.count > 0 else { return }
            let column = try conjunct.evaluate(batch: batch)
            batch.selection.keepTrue(in: column)
        }
    }

    private static func conjuncts(of typed: TypedExpression) -> [TypedExpression] {
        guard case .logical(.and, let operands) = typed.node else { return [typed] }
        return operands.flatMap { conjuncts(of: $0) }
    }
}
