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
    /// Nil: a key is kept for ever.
    package let stateTTLMilliseconds: Int64?
    /// The key's columns, then the items'.
    package let outputSchema: RowSchema
    /// All aggregate calls of all items, in order.
    let calls: [AggregateCall]
    let accumulators: [Accumulator]
    let stateDescriptor: KeyedStateDescriptor
    /// The word of ``LastTimeWord``, the last, of an aggregate with a `state_ttl`.
    let lastTimeWord: Int?

    /// - Parameters:
    ///   - keys: At least one.
    ///   - items: At least one; with a window, their scope has ``WindowDefinition/fields`` behind the
    ///     keys, and an item may be of these alone. Together at most ``AggregateItem/callCountMax`` calls.
    ///   - stateTTLMilliseconds: Of event time, at least 1; not with a window.
    package init(
        keys: [Key], items: [Item], window: WindowDefinition? = nil,
        stateTTLMilliseconds: Int64? = nil
    ) {
        precondition(!keys.isEmpty && !items.isEmpty)
        precondition(window == nil || stateTTLMilliseconds == nil, "a window bounds its state")
        self.stateTTLMilliseconds = stateTTLMilliseconds
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
        lastTimeWord = stateTTLMilliseconds == nil ? nil : layout.wordCount
        let extraWordCount = (window?.extraWordCount ?? 0) + (lastTimeWord == nil ? 0 : 1)
        stateDescriptor = KeyedStateDescriptor(
            wordCount: max(1, layout.wordCount + extraWordCount), bytesWords: layout.bytesWords,
            schema: AggregateDefinition.stateSchema(
                keys, calls, window, hasTTL: lastTimeWord != nil))
    }

    /// Readable on purpose: `key STRING; COUNT(*); MAX(DOUBLE)`. Names and expressions are left out,
    /// so that renaming a column keeps the state.
    private static func stateSchema(
        _ keys: [Key], _ calls: [AggregateCall], _ window: WindowDefinition?, hasTTL: Bool
    ) -> [UInt8] {
        let key = keys.map { "\($0.expression.type)" }.joined(separator: ", ")
        let aggregates = calls.map(\.stateDescription)
        let shape = window.map { [$0.stateDescription] } ?? []
        let time = hasTTL ? ["time of the last row"] : []
        return Array((shape + ["key \(key)"] + aggregates + time).joined(separator: "; ").utf8)
    }
}
