internal import StreamCore

/// ROUND and TRUNCATE.
extension FunctionRegistry {
    static let roundingFunctions: [FunctionDefinition] = [
        rounding(
            "ROUND", .halfUp,
            "The number with `digits` behind the point (0 if not given), halves rounded away from "
                + "zero; a negative number of digits rounds before the point. `digits` is a "
                + "constant.",
            [
                FunctionExample("ROUND(2.345, 2)", "2.35"), FunctionExample("ROUND(-2.5)", "-3"),
                FunctionExample("ROUND(2.675E0, 2)", "2.68"),
                FunctionExample("ROUND(1250, -2)", "1300"),
                FunctionExample("ROUND(2147483647, -1)", "E2102"),
            ]),
        rounding(
            "TRUNCATE", .down,
            "The number cut off behind `digits` digits of its fraction (0 if not given); a negative "
                + "number of digits cuts before the point. `digits` is a constant.",
            [
                FunctionExample("TRUNCATE(42.324, 2)", "42.32"),
                FunctionExample("TRUNCATE(-1.9)", "-1"),
                FunctionExample("TRUNCATE(1299, -2)", "1200"),
            ]),
    ]

    private static func rounding(
        _ name: String, _ mode: RoundingMode, _ summary: String, _ examples: [FunctionExample]
    ) -> FunctionDefinition {
        FunctionDefinition(
            name: name, aliases: [], category: .arithmetic,
            syntax: ["\(name)(x)", "\(name)(x, digits)"],
            resultType: "the argument's type, for DECIMAL with `digits` behind the point",
            summary: summary + " NULL for NULL.", examples: examples,
            kind: .scalar(.range(1...2)) { checker, site in checker.rounding(site, mode) })
    }
}

extension Checker {
    /// Digits that ROUND and TRUNCATE may be asked for, to either side.
    private static let roundingDigitsMax: Int64 = 1_000

    mutating func rounding(_ site: CallSite, _ mode: RoundingMode) -> Checked {
        let (syntax, checked) = site.arguments[0]
        guard let digits = roundingDigits(site) else { return .invalid }
        guard case .value(let typed) = checked else { return checked }
        guard typed.type.isNumeric else {
            report(
                .wrongOperandType, "\(site.name) takes a number, not \(typed.type)", syntax.range,
                help: castHelp(syntax, typed.type, to: .double))
            return .invalid
        }
        if typed.type.isDecimal { return .value(roundedDecimal(typed, mode, digits, site.range)) }
        if typed.type != .double, digits >= 0 { return checked }
        return .value(
            make(
                .call(.round(mode, digits: digits), [typed]), typed.type,
                isNullable: typed.isNullable, canFail: mode == .halfUp, over: [typed], site.range))
    }

    /// A DECIMAL with fewer digits behind the point; as it is if it has no more.
    func roundedDecimal(
        _ typed: TypedExpression, _ mode: RoundingMode, _ digits: Int, _ range: Range<Int>
    ) -> TypedExpression {
        guard let rules = DecimalRules(typed.type), digits < rules.scale else { return typed }
        let type = rules.rounded(to: digits).type
        // With 38 digits before the point one more does not fit.
        let canFail = mode == .halfUp && digits < 0 && rules.wholeDigits == 38
        return make(
            .call(.round(mode, digits: digits), [typed]), type, isNullable: typed.isNullable,
            canFail: canFail, over: [typed], range)
    }

    /// The constant second argument, 0 without one; nil if it is none, which is reported.
    private mutating func roundingDigits(_ site: CallSite) -> Int? {
        guard site.arguments.count > 1 else { return 0 }
        let (syntax, checked) = site.arguments[1]
        if case .value(let typed) = checked, case .constant(.integer(let value)) = typed.node,
            value.magnitude <= UInt64(Self.roundingDigitsMax)
        {
            return Int(value)
        }
        report(
            .wrongOperandType,
            "the digits of \(site.name) are a constant INT of at most "
                + "\(Self.roundingDigitsMax)", syntax.range, help: "for example \(site.name)(x, 2)")
        return nil
    }
}
