/// The operators: their grammar is the parser's, their documentation is here.
extension FunctionRegistry {
    static let comparisonOperators: [FunctionDefinition] = [
        syntax(
            "=", .comparison, ["a = b", "a <> b", "a != b", "a < b", "a <= b", "a > b", "a >= b"],
            "BOOLEAN",
            "Compares numbers, texts, BYTES, BOOLEANs, dates and timestamps, or intervals; NULL if "
                + "either is NULL. DECIMALs are compared exactly, beside a DOUBLE as DOUBLE. Texts are compared by the bytes of their UTF-8, "
                + "which is the order of code points.",
            [
                FunctionExample("1 = 1.0", "true"), FunctionExample("'a' < 'B'", "false"),
                FunctionExample("1 <> CAST(NULL AS INT)", "null"),
            ]),
        syntax(
            "IS NULL", .comparison, ["x IS NULL", "x IS NOT NULL"], "BOOLEAN",
            "Whether there is no value. Never NULL.",
            [
                FunctionExample("CAST(NULL AS INT) IS NULL", "true"),
                FunctionExample("'' IS NOT NULL", "true"),
            ]),
        syntax(
            "IS DISTINCT FROM", .comparison, ["a IS DISTINCT FROM b", "a IS NOT DISTINCT FROM b"],
            "BOOLEAN", "Compares as if NULL were a value, equal to itself. Never NULL.",
            [
                FunctionExample("1 IS DISTINCT FROM CAST(NULL AS INT)", "true"),
                FunctionExample("NULL IS NOT DISTINCT FROM CAST(NULL AS INT)", "true"),
            ]),
        syntax(
            "BETWEEN", .comparison,
            ["x [NOT] BETWEEN [ASYMMETRIC | SYMMETRIC] low AND high"],
            "BOOLEAN",
            "`x >= low AND x <= high`, with `x` computed once. With SYMMETRIC the bounds may stand "
                + "in either order: `x BETWEEN a AND b OR x BETWEEN b AND a`.",
            [
                FunctionExample("2 BETWEEN 1 AND 2", "true"),
                FunctionExample("2 BETWEEN NULL AND 1", "false"),
                FunctionExample("2 NOT BETWEEN 3 AND 1", "true"),
                FunctionExample("2 BETWEEN SYMMETRIC 3 AND 1", "true"),
            ]),
        syntax(
            "IN", .comparison, ["x IN (a, b, ...)", "x NOT IN (a, b, ...)"], "BOOLEAN",
            "Whether `x` equals one of the list; NULL if it equals none and one of them, or `x`, "
                + "is NULL.",
            [
                FunctionExample("'b' IN ('a', 'b')", "true"),
                FunctionExample("1 IN (2, NULL)", "null"),
                FunctionExample("1 NOT IN (2, 3)", "true"),
            ]),
        syntax(
            "LIKE", .comparison,
            ["text LIKE pattern", "text NOT LIKE pattern", "text LIKE pattern ESCAPE 'c'"],
            "BOOLEAN",
            "Matches the whole text: `%` stands for any characters, `_` for one. There is no "
                + "escape character unless ESCAPE names one; it may stand only before %, _ and "
                + "itself.",
            [
                FunctionExample("'grey' LIKE 'gr_y'", "true"),
                FunctionExample("'50%' LIKE '%!%' ESCAPE '!'", "true"),
                FunctionExample("'Grey' LIKE 'g%'", "false"),
            ]),
    ]

    static let logicalOperators: [FunctionDefinition] = [
        syntax(
            "AND", .logical, ["a AND b"], "BOOLEAN",
            "FALSE if either is FALSE, else NULL if either is NULL. `b` is not computed for rows "
                + "where `a` is FALSE, so it raises no error there.",
            [
                FunctionExample("FALSE AND CAST(NULL AS BOOLEAN)", "false"),
                FunctionExample("1 = 2 AND 1 / 0 = 1", "false"),
            ]),
        syntax(
            "OR", .logical, ["a OR b"], "BOOLEAN",
            "TRUE if either is TRUE, else NULL if either is NULL. `b` is not computed for rows "
                + "where `a` is TRUE.",
            [
                FunctionExample("CAST(NULL AS BOOLEAN) OR TRUE", "true"),
                FunctionExample("FALSE OR NULL", "null"),
            ]),
        syntax(
            "NOT", .logical, ["NOT a"], "BOOLEAN", "TRUE for FALSE, FALSE for TRUE, NULL for NULL.",
            [FunctionExample("NOT 1 = 2", "true")]),
        syntax(
            "IS TRUE", .logical,
            ["a IS [NOT] TRUE", "a IS [NOT] FALSE", "a IS [NOT] UNKNOWN"], "BOOLEAN",
            "Tests a BOOLEAN; UNKNOWN is its NULL. Never NULL.",
            [
                FunctionExample("CAST(NULL AS BOOLEAN) IS TRUE", "false"),
                FunctionExample("(1 = 2) IS FALSE", "true"),
                FunctionExample("(NULL = 2) IS UNKNOWN", "true"),
            ]),
    ]

    static let conversions: [FunctionDefinition] = [
        syntax(
            "CAST", .conversion, ["CAST(x AS type)"], "the type",
            "Converts a value; one that does not fit is an error. A DOUBLE is truncated toward "
                + "zero; a text is trimmed of spaces, and one cast to INT or BIGINT may have a "
                + "fraction, which is cut off. BYTES become a STRING if they are UTF-8. BOOLEAN "
                + "and numbers convert as 1 and 0.",
            [
                FunctionExample("CAST(' 42 ' AS INT)", "42"),
                FunctionExample("CAST(-1.9 AS BIGINT)", "-1"),
                FunctionExample("CAST('x' AS INT)", "E2103"),
                FunctionExample("CAST(3000000000 AS INT)", "E2103"),
                FunctionExample("CAST(1.5 AS STRING)", "\"1.5\""),
                FunctionExample("CAST(TRUE AS STRING)", "\"TRUE\""),
                FunctionExample("CAST('yes' AS BOOLEAN)", "true"),
            ]),
        syntax(
            "TRY_CAST", .conversion, ["TRY_CAST(x AS type)"], "the type",
            "As CAST, but NULL for a value that does not fit.",
            [
                FunctionExample("TRY_CAST('x' AS INT)", "null"),
                FunctionExample("TRY_CAST('7' AS INT)", "7"),
            ]),
    ]
}
