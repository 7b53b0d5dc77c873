internal import StreamCore

/// Functions of DOUBLE.
extension FunctionRegistry {
    static let mathFunctions: [FunctionDefinition] =
        [
            FunctionDefinition(
                name: "POWER", aliases: [], category: .arithmetic, syntax: ["POWER(x, y)"],
                resultType: "DOUBLE", summary: "`x` to the power of `y`." + mathRule,
                examples: [
                    FunctionExample("POWER(2, 10)", "1024.0"),
                    FunctionExample("POWER(10, 400)", "E2102"),
                ],
                kind: .scalar(.exactly(2)) { $0.mathCall($1, .power, 2) }),
            math(.sqrt, "The square root.", ("SQRT(6.25)", "2.5"), ("SQRT(-1)", "E2111")),
            math(.exp, "e to the power of `x`.", ("EXP(0)", "1.0")),
            math(.ln, "The natural logarithm.", ("LN(1)", "0.0"), ("LN(-1)", "E2111")),
            math(.log10, "The logarithm to base 10.", ("LOG10(1000)", "3.0")),
            math(.log2, "The logarithm to base 2.", ("LOG2(8)", "3.0")),
            FunctionDefinition(
                name: "LOG", aliases: [], category: .arithmetic,
                syntax: ["LOG(x)", "LOG(base, x)"],
                resultType: "DOUBLE",
                summary: "The logarithm of `x`, natural or to a base." + mathRule,
                examples: [FunctionExample("LOG(1)", "0.0"), FunctionExample("LOG(3, 9)", "2.0")],
                kind: .scalar(.range(1...2)) { checker, site in
                    let count = site.arguments.count
                    return checker.mathCall(site, count == 1 ? .ln : .log, count)
                }),
            math(.sin, "The sine of an angle in radians.", ("SIN(0)", "0.0")),
            math(.cos, "The cosine of an angle in radians.", ("COS(0)", "1.0")),
            math(.tan, "The tangent of an angle in radians.", ("TAN(0)", "0.0")),
            math(.cot, "The cotangent of an angle in radians.", ("COT(0)", "E2102")),
            math(.asin, "The angle whose sine is `x`.", ("ASIN(0)", "0.0"), ("ASIN(2)", "E2111")),
            math(.acos, "The angle whose cosine is `x`.", ("ACOS(1)", "0.0")),
            math(.atan, "The angle whose tangent is `x`.", ("ATAN(0)", "0.0")),
            FunctionDefinition(
                name: "ATAN2", aliases: [], category: .arithmetic, syntax: ["ATAN2(y, x)"],
                resultType: "DOUBLE", summary: "The angle of the point (x, y)." + mathRule,
                examples: [FunctionExample("ATAN2(0, 1)", "0.0")],
                kind: .scalar(.exactly(2)) { $0.mathCall($1, .atan2, 2) }),
            math(.sinh, "The hyperbolic sine.", ("SINH(0)", "0.0")),
            math(.cosh, "The hyperbolic cosine.", ("COSH(0)", "1.0")),
            math(.tanh, "The hyperbolic tangent.", ("TANH(0)", "0.0")),
            math(.degrees, "Radians as degrees.", ("DEGREES(PI())", "180.0")),
            math(.radians, "Degrees as radians.", ("RADIANS(0)", "0.0")),
            constant("PI", .pi, "The DOUBLE that is closest to pi.", "3.141592653589793"),
            constant(
                "E", 2.718281828459045, "The DOUBLE that is closest to e.", "2.718281828459045"),
        ]

    private static let mathRule =
        " A result that is no number, or outside the range of DOUBLE, is an error. NULL if any "
        + "argument is NULL."

    private static func math(
        _ function: MathFunction, _ summary: String, _ examples: (String, String)...
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: function.rawValue, aliases: [], category: .arithmetic,
            syntax: ["\(function.rawValue)(x)"], resultType: "DOUBLE",
            summary: summary + mathRule, examples: examples.map { FunctionExample($0, $1) },
            kind: .scalar(.exactly(1)) { $0.mathCall($1, function, 1) })
    }

    private static func constant(
        _ name: String, _ value: Double, _ summary: String, _ result: String
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: name, aliases: [], category: .arithmetic, syntax: ["\(name)()"],
            resultType: "DOUBLE", summary: summary,
            examples: [FunctionExample("\(name)()", result)],
            kind: .scalar(.exactly(0)) { checker, site in
                .value(checker.constant(.double(value), .double, site.range))
            })
    }
}

extension Checker {
    mutating func mathCall(_ site: CallSite, _ function: MathFunction, _ count: Int) -> Checked {
        let parameters = Array(repeating: Parameter.of(.double), count: count)
        return rowCall(site, .math(function), parameters, .double, canFail: true)
    }
}
