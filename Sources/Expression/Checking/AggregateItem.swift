package import StreamCore

/// The aggregate functions that a `select` of an `aggregate` may call.
package enum AggregateFunction: String, Sendable, CaseIterable {
    case count = "COUNT"
    case sum = "SUM"
    case min = "MIN"
    case max = "MAX"
    case avg = "AVG"
}

/// One call of an aggregate function.
package struct AggregateCall: Sendable {
    package let function: AggregateFunction
    /// What is aggregated, over the input's columns; NULLs of it are ignored. Nil: `COUNT(*)`.
    package let argument: TypedExpression?
    /// COUNT: BIGINT. SUM: BIGINT for INT and BIGINT, DOUBLE for DOUBLE. AVG, MIN, MAX: the
    /// argument's type.
    package let type: LogicalType
    /// False for COUNT; otherwise NULL until a value that is not NULL came, so it follows the
    /// argument.
    package let isNullable: Bool
    /// UTF-8 offsets into the item's text.
    package let range: Range<Int>
}

/// One item of an aggregate's `select`, split into what is accumulated and what is made of it.
package struct AggregateItem: Sendable {
    /// The aggregate calls, in the order of the text; at least one.
    package let calls: [AggregateCall]
    /// The item's value, over a row of the key columns (0 ..< key count) followed by the results
    /// of ``calls``.
    package let result: TypedExpression
    /// The call, if the item is nothing but one aggregate call (the usual case): no expression
    /// need be evaluated.
    package let singleCall: AggregateCall?
}
