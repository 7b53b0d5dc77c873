package import StreamCore

/// Gives a syntax tree its meaning: names, types, implicit casts.
package enum ExpressionChecker {
    /// Checks a scalar expression.
    ///
    /// - Parameters:
    ///   - scope: What the names mean.
    ///   - expected: The type that the place asks for (BOOLEAN for a filter); a value that widens
    ///     to it implicitly is widened. Nil: any.
    ///   - timeZone: The session's, Flink's `table.local-time-zone`.
    /// - Throws: Everything that is wrong, in the order of the text. Aggregate calls are errors.
    package static func check(
        _ syntax: SyntaxNode, in scope: any ExpressionScope,
        expecting expected: LogicalType? = nil, timeZone: TimeZoneRules = .utc
    ) throws(ExpressionErrors) -> TypedExpression {
        var checker = Checker(scope: scope, keys: nil, timeZone: timeZone)
        return try checker.finish(syntax, expecting: expected)
    }

    /// Checks one item of an aggregate's `select` and splits it into aggregate calls and what is
    /// made of their results.
    ///
    /// - Parameters:
    ///   - scope: The input's names, for the arguments of aggregate calls.
    ///   - keys: The key columns, in order; outside aggregate calls only these names are known.
    ///   - isWindowed: Behind the keys stand the window's columns, and an item may be made of them and
    ///     the keys alone.
    ///   - timeZone: The session's.
    /// - Throws: Also for an item without an aggregate call, and for nested calls.
    package static func checkAggregate(
        _ syntax: SyntaxNode, in scope: any ExpressionScope, keys: [Field],
        isWindowed: Bool = false, timeZone: TimeZoneRules = .utc
    ) throws(ExpressionErrors) -> AggregateItem {
        var checker = Checker(scope: scope, keys: keys, timeZone: timeZone)
        let result = try checker.finish(syntax, expecting: nil)
        guard isWindowed || !checker.aggregateCalls.isEmpty else {
            throw ExpressionErrors([
                ExpressionError(
                    .misplacedAggregate, "this item of an aggregate calls no aggregate function",
                    range: syntax.range,
                    help:
                        "COUNT, SUM, MIN, MAX or another of a column; keys are columns of the output "
                        + "already"
                )
            ])
        }
        let single = result.columnIndex.map { $0 >= keys.count } ?? false
        return AggregateItem(
            calls: checker.aggregateCalls, result: result,
            singleCall: single ? checker.aggregateCalls[0] : nil)
    }
}
