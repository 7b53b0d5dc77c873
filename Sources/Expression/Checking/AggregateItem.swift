package import StreamCore

/// The aggregate functions that a `select` of an `aggregate` may call.
package enum AggregateFunction: String, Sendable, CaseIterable {
    case count = "COUNT"
    case sum = "SUM"
    case min = "MIN"
    case max = "MAX"
    case avg = "AVG"
    case firstValue = "FIRST_VALUE"
    case lastValue = "LAST_VALUE"
    case listAgg = "LISTAGG"
    case arrayAgg = "ARRAY_AGG"
    case stddevPop = "STDDEV_POP"
    case stddevSamp = "STDDEV_SAMP"
    case varPop = "VAR_POP"
    case varSamp = "VAR_SAMP"
}

/// One call of an aggregate function.
package struct AggregateCall: Sendable {
    package let function: AggregateFunction
    /// What is aggregated, over the input's columns; NULLs of it are ignored. Nil: `COUNT(*)`. Of
    /// ARRAY_AGG the elements as JSON, NULL among them unless they are to be ignored.
    package let argument: TypedExpression?
    /// `DISTINCT`: equal values count once. False for MIN and MAX, which it does not change.
    package var isDistinct = false
    /// `FILTER (WHERE condition)`, a BOOLEAN over the input's columns: rows for which it is not TRUE
    /// are left out, and their argument is not computed.
    package var filter: TypedExpression?
    /// Of LISTAGG: what stands between two values, in UTF-8.
    package var separator: [UInt8] = []
    /// COUNT: BIGINT. SUM: BIGINT for INT and BIGINT, DOUBLE for DOUBLE, DECIMAL(38, s) for
    /// DECIMAL(p, s). AVG: the argument's, DECIMAL(38, max(6, s)) for DECIMAL(p, s). STDDEV and VAR:
    /// DOUBLE. LISTAGG: STRING. ARRAY_AGG: an ARRAY of the argument's type. The others: the argument's type.
    package let type: LogicalType
    /// False for COUNT; otherwise NULL until a value that is not NULL came, so it follows the
    /// argument and the filter.
    package let isNullable: Bool
    /// UTF-8 offsets into the item's text.
    package let range: Range<Int>

    /// What state is kept for: `MAX(DOUBLE)`, `COUNT(*)`; names and filters are left out.
    package var stateDescription: String {
        var argument = argument.map { "\($0.type)" } ?? "*"
        if case .array(let element) = type, function == .arrayAgg { argument = "\(element)" }
        return "\(function.rawValue)(\(isDistinct ? "DISTINCT " : "")\(argument))"
    }
}

/// One item of an aggregate's `select`, split into what is accumulated and what is made of it.
package struct AggregateItem: Sendable {
    /// The aggregate calls, in the order of the text; at least one, but for items of a window.
    package let calls: [AggregateCall]
    /// The item's value, over a row of the key columns (0 ..< key count) followed by the results
    /// of ``calls``.
    package let result: TypedExpression
    /// The call, if the item is nothing but one aggregate call (the usual case): no expression
    /// need be evaluated.
    package let singleCall: AggregateCall?

    /// Aggregate calls of all items of one operator, at most; the words of so many always fit the
    /// bound of keyed state.
    package static let callCountMax = 250
}
