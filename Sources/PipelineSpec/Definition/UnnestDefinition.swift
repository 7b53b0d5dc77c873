internal import Expression

/// `type: unnest` and `type: flat_map`: a row for each element of a collection.
package struct UnnestDefinition: Sendable {
    /// An ARRAY or a MAP, over the columns of the input's batches.
    package let collection: NamedExpression
    /// A row without elements goes on once.
    package let keepsEmpty: Bool
    /// The columns of the input's batches that go on, numbered behind ``Unnesting/leadingSchema`` in
    /// ``columns``.
    package let inputColumns: [Int]
    /// What an element gives, and what goes on of the input.
    package let columns: [NamedExpression]
    /// Of `flat_map`: the output, over ``columns``; nil: these are the output.
    package let select: [NamedExpression]?
    /// What an element is called, for explanations: the names of its columns, its number's last.
    package let elementNames: [String]
}
