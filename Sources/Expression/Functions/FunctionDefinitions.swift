internal import StreamCore

/// Names the rules of calls; the rows themselves are beside them, by category.
extension FunctionRegistry {
    static let definitions: [FunctionDefinition] =
        comparisonOperators + logicalOperators + arithmeticFunctions + stringFunctions
        + conditionalFunctions + conversions + aggregates

    static func syntax(
        _ name: String, _ category: FunctionDefinition.Category, _ syntax: [String],
        _ resultType: String, _ summary: String, _ examples: [FunctionExample]
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: name, aliases: [], category: category, syntax: syntax, resultType: resultType,
            summary: summary, examples: examples, kind: .syntax)
    }

    static let aggregates: [FunctionDefinition] = [
        aggregate(
            .count, ["COUNT(*)", "COUNT(x)"], "BIGINT",
            "The number of rows, or of those where `x` is not NULL. Never NULL."),
        aggregate(
            .sum, ["SUM(x)"], "BIGINT for INT and BIGINT, DOUBLE for DOUBLE",
            "The sum of the values that are not NULL; NULL if there is none. An overflow is an "
                + "error."
        ),
        aggregate(
            .min, ["MIN(x)"], "the argument's type",
            "The smallest value that is not NULL; NULL if there is none."),
        aggregate(
            .max, ["MAX(x)"], "the argument's type",
            "The greatest value that is not NULL; NULL if there is none."),
        aggregate(
            .avg, ["AVG(x)"], "the argument's type",
            "The mean of the values that are not NULL, truncated for INT and BIGINT; NULL if "
                + "there is none."
        ),
    ]

    private static func aggregate(
        _ function: AggregateFunction, _ syntax: [String], _ resultType: String, _ summary: String
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: function.rawValue, aliases: [], category: .aggregate, syntax: syntax,
            resultType: resultType, summary: summary,
            examples: syntax.map { FunctionExample($0, nil) }, kind: .aggregate(function))
    }
}
