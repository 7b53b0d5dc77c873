package import StreamCore

/// An expression whose names and types have been checked: what can be compiled.
///
/// Immutable, crosses threads; each subtask compiles its own ``CompiledExpression`` from it.
package struct TypedExpression: Sendable {
    package let type: LogicalType
    /// False: no row gives NULL.
    package let isNullable: Bool
    /// False where a replay could give another value (NOW, RAND and their like).
    package let isDeterministic: Bool
    /// True if some row may raise an ``EvaluationError``.
    package let canFail: Bool
    /// The columns read, as the scope numbered them, ascending.
    package let usedColumns: [Int]
    /// UTF-8 offsets into the expression's text.
    package let range: Range<Int>
    let node: TypedNode

    /// The column, if the expression is nothing but a reference to one.
    package var columnIndex: Int? {
        if case .column(let index) = node { index } else { nil }
    }
}
