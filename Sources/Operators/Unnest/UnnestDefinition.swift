package import Expression
internal import StreamCore

/// An `unnest` or `flat_map` of the pipeline file, checked.
///
/// Immutable, crosses threads; each subtask makes its own ``UnnestOperator`` from it.
package struct UnnestDefinition: Sendable {
    package struct Column: Sendable {
        package let name: String
        package let expression: TypedExpression
        package init(name: String, expression: TypedExpression) {
            self.name = name
            self.expression = expression
        }
    }

    /// An ARRAY or a MAP, over the input's columns.
    package let collection: TypedExpression
    /// Whether a row without elements goes on, with NULLs in their place (Flink's `LEFT JOIN`).
    package let keepsEmpty: Bool
    /// The columns of the input's batches that go on.
    package let inputColumns: [Int]
    /// What is made of each element: over ``Unnesting/leadingSchema``, behind which ``inputColumns``
    /// stand.
    package let columns: [Column]
    /// What is made of ``columns`` in turn; nil: nothing.
    package let select: [Column]?
    let isMap: Bool

    package init(
        collection: TypedExpression, keepsEmpty: Bool, inputColumns: [Int], columns: [Column],
        select: [Column]?
    ) {
        precondition(!columns.isEmpty && select?.isEmpty != true)
        self.collection = collection
        self.keepsEmpty = keepsEmpty
        self.inputColumns = inputColumns
        self.columns = columns
        self.select = select
        if case .map = collection.type { isMap = true } else { isMap = false }
    }
}
