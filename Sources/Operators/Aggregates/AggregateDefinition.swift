package import Expression
internal import StreamAPI
package import StreamCore

/// An `aggregate` of the pipeline file, checked: what it groups by and what it computes.
///
/// Immutable, crosses threads; each subtask makes its own ``AggregateOperator`` from it.
package struct AggregateDefinition: Sendable {
    package struct Key: Sendable {
        package let name: String
        package let expression: TypedExpression
        package init(name: String, expression: TypedExpression) {
            self.name = name
            self.expression = expression
        }
    }
    package struct Item: Sendable {
        package let name: String
        package let aggregate: AggregateItem
        package init(name: String, aggregate: AggregateItem) {
            self.name = name
            self.aggregate = aggregate
        }
    }

    package let keys: [Key]
    package let items: [Item]
    /// Nil: a running aggregate.
    package let window: WindowDefinition?
    /// The key's columns, then the items'.
    package let outputSchema: RowSchema
    /// All aggregate calls of all items, in order.
    let calls: [AggregateCall]
    let accumulators: [Accumulator]
    let stateDescriptor: KeyedStateDescriptor

    /// - Parameters:
    ///   - keys: At least one.
    ///   - items: At least one; with a window, their scope has ``WindowDefinition/fields`` behind the
    ///     keys, and an item may be of these alone. Together at most ``AggregateItem/callCountMax`` calls.
    package init(keys: [Key], items: [Item], window: WindowDefinition? = nil) {
        precondition(!keys.isEmpty && !items.isEmpty)
        self.keys = keys
        self.items = items
        self.window = window
        calls = items.flatMap { $0.aggregate.calls }
        precondition(calls.count <= AggregateItem.callCountMax)
        outputSchema = RowSchema(
            keys.map {
                Field(
                    name: $0.name, type: $0.expression.type, isNullable: $0.expression.isNullable)
            }
                + items.map {
                    Field(
                        name: $0.name, type: $0.aggregate.result.type,
                        isNullable: $0.aggregate.result.isNullable)
                })
        var layout = AccumulatorLayout()
        accumulators = calls.map { layout.accumulator(for: $0) }
        stateDescriptor = KeyedStateDescriptor(
            wordCount: max(1, layout.wordCount + (window?.extraWordCount ?? 0)),
            bytesWords: layout.bytesWords,
            schema: AggregateDefinition.stateSchema(keys, calls, window))
    }

    /// Readable on purpose: `key STRING; COUNT(*); MAX(DOUBLE)`. Names and expressions are left out,
    /// so that renaming a column keeps the state.
    private static func stateSchema(
        _ keys: [Key], _ calls: [AggregateCall], _ window: WindowDefinition?
    ) -> [UInt8] {
        let key = keys.map { "\($0.expression.type)" }.joined(separator: ", ")
        let aggregates = calls.map { call in
            let argument = call.argument.map { "\($0.type)" } ?? "*"
            return "\(call.function.rawValue)(\(call.isDistinct ? "DISTINCT " : "")\(argument))"
        }
        let shape = window.map { [$0.stateDescription] } ?? []
        return Array((shape + ["key \(key)"] + aggregates).joined(separator: "; ").utf8)
    }
}
