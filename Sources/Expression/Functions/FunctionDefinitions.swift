internal import StreamCore

/// Names the rules of calls; the rows themselves are beside them, by category.
extension FunctionRegistry {
    static let definitions: [FunctionDefinition] =
        comparisonOperators + logicalOperators + arithmeticFunctions + roundingFunctions
        + temporalFunctions
        + stringFunctions
        + mathFunctions + moreStringFunctions + regexFunctions + encodingFunctions + hashFunctions
        + jsonFunctions + collectionFunctions + volatileFunctions + conditionalFunctions
        + conversions + aggregates

    static func syntax(
        _ name: String, _ category: FunctionDefinition.Category, _ syntax: [String],
        _ resultType: String, _ summary: String, _ examples: [FunctionExample]
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: name, aliases: [], category: category, syntax: syntax, resultType: resultType,
            summary: summary, examples: examples, kind: .syntax)
    }
}
