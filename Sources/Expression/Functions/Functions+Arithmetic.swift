internal import StreamCore

/// Arithmetic operators and functions.
extension FunctionRegistry {
    static let arithmeticFunctions: [FunctionDefinition] = [
        syntax(
            "+", .arithmetic, ["a + b", "a - b", "a * b", "-a"],
            "the wider of the operands' types",
            "NULL if either is NULL. A result outside the type's range is an error.",
            [
                FunctionExample("1 + 2.5", "3.5"), FunctionExample("2147483647 + 1", "E2102"),
                FunctionExample("2147483647 + CAST(1 AS BIGINT)", "2147483648"),
                FunctionExample("2 * NULL", "null"),
            ]),
        syntax(
            "/", .arithmetic, ["a / b"], "the wider of the operands' types",
            "Integers are divided with truncation toward zero. Division by zero is an error, of "
                + "a DOUBLE too.",
            [
                FunctionExample("7 / 2", "3"), FunctionExample("-7 / 2", "-3"),
                FunctionExample("7 / 2.0", "3.5"), FunctionExample("1 / 0", "E2101"),
                FunctionExample("1.0 / 0", "E2101"),
            ]),
        FunctionDefinition(
            name: "MOD", aliases: [], category: .arithmetic, syntax: ["a % b", "MOD(a, b)"],
            resultType: "the divisor's type",
            summary:
                "The remainder of INT or BIGINT, with the sign of `a`. A remainder by zero is an "
                + "error.",
            examples: [
                FunctionExample("MOD(7, 3)", "1"), FunctionExample("-7 % 3", "-1"),
                FunctionExample("7 % 0", "E2101"),
            ],
            kind: .scalar(.exactly(2)) { checker, site in
                let (a, b) = (site.arguments[0], site.arguments[1])
                return checker.arithmetic(
                    .remainder, (a.syntax, a.checked), (b.syntax, b.checked), site.range)
            }),
        numeric(
            "ABS", .abs, canFail: true,
            "The absolute value. That of the smallest INT or BIGINT is an error.",
            [FunctionExample("ABS(-2.5)", "2.5"), FunctionExample("ABS(-3)", "3")]),
        numeric(
            "SIGN", .sign, "-1, 0 or 1, as the argument is below, equal to or above zero.",
            [FunctionExample("SIGN(-7)", "-1"), FunctionExample("SIGN(0.5)", "1.0")]),
        numeric(
            "FLOOR", .floor, "The next integral value below or equal.",
            [FunctionExample("FLOOR(-1.5)", "-2.0"), FunctionExample("FLOOR(3)", "3")]),
        numeric(
            "CEIL", aliases: ["CEILING"], .ceil, "The next integral value above or equal.",
            [FunctionExample("CEIL(1.2)", "2.0")]),
    ]

    private static func numeric(
        _ name: String, aliases: [String] = [], _ kernel: ScalarKernel, canFail: Bool = false,
        _ summary: String, _ examples: [FunctionExample]
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: name, aliases: aliases, category: .arithmetic, syntax: ["\(name)(x)"],
            resultType: "the argument's type", summary: summary + " NULL for NULL.",
            examples: examples,
            kind: .scalar(.exactly(1)) { checker, site in
                checker.unaryNumeric(site, kernel, canFail: canFail)
            })
    }
}

extension Checker {
    /// A function of one number that gives its argument's type.
    mutating func unaryNumeric(_ site: CallSite, _ kernel: ScalarKernel, canFail: Bool) -> Checked {
        let (syntax, checked) = site.arguments[0]
        guard case .value(let typed) = checked else { return checked }
        guard typed.type.isNumeric else {
            report(
                .wrongOperandType, "\(site.name) takes a number, not \(typed.type)", syntax.range,
                help: castHelp(syntax, typed.type, to: .double))
            return .invalid
        }
        let isIdentity = (kernel == .floor || kernel == .ceil) && typed.type != .double
        if isIdentity { return checked }
        return .value(
            make(
                .call(kernel, [typed]), typed.type, isNullable: typed.isNullable,
                canFail: canFail && typed.type != .double, over: [typed], site.range))
    }
}
