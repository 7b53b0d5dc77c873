package import StreamCore

/// A column that a JSON document fills: where its value stands, and its type.
package struct JSONColumn: Hashable, Sendable {
    package enum Step: Hashable, Sendable {
        case field(String)
        /// Counted from 0.
        case element(Int)
    }

    /// The column's name and type in the batch. Not nullable: a missing or null value is an error.
    package let field: Field
    /// From the document's root, at most ``JSONDecoder/depthMax`` steps.
    package let path: [Step]

    package init(field: Field, path: [Step]) {
        precondition(!path.isEmpty)
        self.field = field
        self.path = path
    }

    /// A field of the document's root that has the column's name.
    package init(_ field: Field) { self.init(field: field, path: [.field(field.name)]) }
}
