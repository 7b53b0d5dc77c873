/// Aggregate functions: those that the `select` of an `aggregate` calls.
extension FunctionRegistry {
    static let aggregates: [FunctionDefinition] = [
        aggregate(
            .count, ["COUNT(*)", "COUNT([DISTINCT] x)"], "BIGINT",
            "The number of rows, or of those where `x` is not NULL; with DISTINCT, of its different "
                + "values. Never NULL."
                + filtered),
        aggregate(
            .sum, ["SUM([DISTINCT] x)"],
            "BIGINT for INT and BIGINT, DOUBLE for DOUBLE, DECIMAL(38, s) for DECIMAL(p, s)",
            "The sum of the values that are not NULL; NULL if there is none. An overflow is an "
                + "error."
        ),
        aggregate(
            .min, ["MIN(x)"], "the argument's type",
            "The smallest value that is not NULL; NULL if there is none. Bytes are compared "
                + "unsigned, and so are texts, which gives the order of code points."),
        aggregate(
            .max, ["MAX(x)"], "the argument's type",
            "The greatest value that is not NULL; NULL if there is none. NaN is greater than any "
                + "other DOUBLE."),
        aggregate(
            .avg, ["AVG([DISTINCT] x)"],
            "the argument's type, DECIMAL(38, max(6, s)) for DECIMAL(p, s)",
            "The mean of the values that are not NULL, truncated for INT and BIGINT, rounded half "
                + "up for DECIMAL; NULL if there is none."
        ),
        aggregate(
            .firstValue, ["FIRST_VALUE([DISTINCT] x)"], "the argument's type",
            "The first value that is not NULL, in the order of arrival; NULL if there is none."),
        aggregate(
            .lastValue, ["LAST_VALUE([DISTINCT] x)"], "the argument's type",
            "The last value that is not NULL, in the order of arrival; NULL if there is none. With "
                + "DISTINCT the last that had not come before."),
        aggregate(
            .listAgg, ["LISTAGG([DISTINCT] x [, separator])"], "STRING",
            "The texts that are not NULL, in the order of arrival, with the separator between them, "
                + "a comma where none is given; NULL if there is none. More than 1 MiB is an error."
        ),
        aggregate(
            .arrayAgg, ["ARRAY_AGG([DISTINCT] x [{RESPECT | IGNORE} NULLS])"],
            "ARRAY of the argument's type",
            "The values in the order of arrival, NULLs among them unless IGNORE NULLS is said; NULL if "
                + "there is none. With DISTINCT each value once, where it comes first. More than 1 MiB, "
                + "as JSON, is an error. Flink's COLLECT, which gives a MULTISET, is not available."
        ),
        aggregate(
            .varPop, ["VAR_POP([DISTINCT] x)"], "DOUBLE",
            "The population variance of the values that are not NULL; NULL if there is none. It is "
                + "computed by Welford's method, whose rounding error does not grow with the mean, "
                + "and is a DOUBLE for integers too, where Flink cuts the fraction off."),
        aggregate(
            .varSamp, ["VAR_SAMP([DISTINCT] x)"], "DOUBLE",
            "The sample variance of the values that are not NULL; NULL if there are less than two."),
        aggregate(
            .stddevPop, ["STDDEV_POP([DISTINCT] x)"], "DOUBLE",
            "The square root of VAR_POP(x); NULL if there is no value."),
        aggregate(
            .stddevSamp, ["STDDEV_SAMP([DISTINCT] x)"], "DOUBLE",
            "The square root of VAR_SAMP(x); NULL if there are less than two values."),
    ]

    private static let filtered =
        " Behind a call of any aggregate, FILTER (WHERE condition) leaves out the rows for which the "
        + "condition is not TRUE. ALL in front of the argument means what no DISTINCT means."

    private static func aggregate(
        _ function: AggregateFunction, _ syntax: [String], _ resultType: String, _ summary: String
    ) -> FunctionDefinition {
        let call = syntax[syntax.count - 1].replacing("[DISTINCT] ", with: "")
            .replacing(" [, separator]", with: "")
            .replacing(" [{RESPECT | IGNORE} NULLS]", with: "")
        return FunctionDefinition(
            name: function.rawValue, aliases: [], category: .aggregate, syntax: syntax,
            resultType: resultType, summary: summary,
            examples: [FunctionExample(call, nil)], kind: .aggregate(function))
    }
}
