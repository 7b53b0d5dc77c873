internal import StreamCore

/// Arithmetic operators and functions.
extension FunctionRegistry {
    static let arithmeticFunctions: [FunctionDefinition] = [
        syntax(
            "+", .arithmetic, ["a + b", "a - b", "a * b", "-a"],
            "the wider of the operands' types; for DECIMAL as many digits as the result needs",
            "NULL if either is NULL. A result outside the type's range is an error. Of DECIMAL(p, s) "
                + "and DECIMAL(q, t), a sum has the larger scale and one digit more, a product p + q "
                + "+ 1 digits and the scale s + t; beyond 38 digits the scale shrinks, to 6 at the "
                + "least, and the value is rounded HALF_UP.",
            [
                FunctionExample("1 + 2.5", "3.5"), FunctionExample("1.5 * 2.25", "3.375"),
                FunctionExample("1.5E0 + 1", "2.5"), FunctionExample("2147483647 + 1", "E2102"),
                FunctionExample("2147483647 + CAST(1 AS BIGINT)", "2147483648"),
                FunctionExample("2 * NULL", "null"),
            ]),
        syntax(
            "/", .arithmetic, ["a / b"],
            "the wider of the operands' types; for DECIMAL(p, s) and DECIMAL(q, t) a scale of at "
                + "least 6 and of s + q + 1",
            "Integers are divided with truncation toward zero, DECIMALs rounded HALF_UP. Division "
                + "by zero is an error, of a DOUBLE too.",
            [
                FunctionExample("7 / 2", "3"), FunctionExample("-7 / 2", "-3"),
                FunctionExample("7 / 2.0", "3.500000"), FunctionExample("7 / 2E0", "3.5"),
                FunctionExample("1 / 0", "E2101"), FunctionExample("1.0 / 0", "E2101"),
            ]),
        FunctionDefinition(
            name: "MOD", aliases: [], category: .arithmetic, syntax: ["a % b", "MOD(a, b)"],
            resultType: "the divisor's type; for DECIMAL the larger scale",
            summary:
                "The remainder of INT, BIGINT or DECIMAL, with the sign of `a`. A remainder by zero "
                + "is an error.",
            examples: [
                FunctionExample("MOD(7, 3)", "1"), FunctionExample("-7 % 3", "-1"),
                FunctionExample("7 % 0", "E2101"), FunctionExample("7.5 % 2", "1.5"),
            ],
            kind: .scalar(.exactly(2)) { checker, site in
                let (a, b) = (site.arguments[0], site.arguments[1])
                return checker.arithmetic(
                    .remainder, (a.syntax, a.checked), (b.syntax, b.checked), site.range)
            }),
        numeric(
            "ABS", .abs,
            "The absolute value. That of the smallest INT or BIGINT is an error.",
            [FunctionExample("ABS(-2.5)", "2.5"), FunctionExample("ABS(-3)", "3")]),
        numeric(
            "SIGN", .sign, "-1, 0 or 1, as the argument is below, equal to or above zero.",
            [FunctionExample("SIGN(-7)", "-1"), FunctionExample("SIGN(0.5)", "1.0")]),
        numeric(
            "FLOOR", .floor, "The next integral value below or equal.",
            [FunctionExample("FLOOR(-1.5)", "-2"), FunctionExample("FLOOR(-1.5E0)", "-2.0")]),
        numeric(
            "CEIL", aliases: ["CEILING"], .ceil, "The next integral value above or equal.",
            [FunctionExample("CEIL(1.2)", "2")]),
    ]

    private static func numeric(
        _ name: String, aliases: [String] = [], _ kernel: ScalarKernel,
        _ summary: String, _ examples: [FunctionExample]
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: name, aliases: aliases, category: .arithmetic, syntax: ["\(name)(x)"],
            resultType: name == "FLOOR" || name == "CEIL"
                ? "the argument's type; for DECIMAL without digits behind the point"
                : "the argument's type", summary: summary + " NULL for NULL.",
            examples: examples,
            kind: .scalar(.exactly(1)) { checker, site in
                checker.unaryNumeric(site, kernel)
            })
    }
}

extension Checker {
    /// The smallest INT and BIGINT have no absolute value; 1 is no DECIMAL(p, p).
    private static func canFail(_ kernel: ScalarKernel, _ type: LogicalType) -> Bool {
        switch type {
        case .decimal(let precision, let scale): kernel == .sign && precision == scale
        case .double: false
        default: kernel == .abs
        }
    }

    /// A function of one number that gives its argument's type.
    mutating func unaryNumeric(_ site: CallSite, _ kernel: ScalarKernel) -> Checked {
        let (syntax, checked) = site.arguments[0]
        guard case .value(let typed) = checked else { return checked }
        guard typed.type.isNumeric else {
            report(
                .wrongOperandType, "\(site.name) takes a number, not \(typed.type)", syntax.range,
                help: castHelp(syntax, typed.type, to: .double))
            return .invalid
        }
        if kernel == .floor || kernel == .ceil, let rules = DecimalRules(typed.type) {
            if rules.scale == 0 { return checked }
            // Flink: all digits stay, none behind the point.
            return .value(
                make(
                    .call(.round(kernel == .floor ? .floor : .ceiling, digits: 0), [typed]),
                    DecimalRules(rules.precision, 0).type, isNullable: typed.isNullable,
                    over: [typed], site.range))
        }
        return .value(
            make(
                .call(kernel, [typed]), typed.type, isNullable: typed.isNullable,
                canFail: Self.canFail(kernel, typed.type), over: [typed], site.range))
    }
}
