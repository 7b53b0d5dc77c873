internal import StreamCore

/// DECIMAL: arithmetic, widening, comparisons of types that have none in common.
extension Checker {
    /// `+ - * / %` where one operand is DECIMAL and the other DECIMAL, INT, BIGINT or NULL.
    mutating func decimalArithmetic(
        _ operation: ArithmeticOperator, _ left: Checked, _ right: Checked, _ range: Range<Int>
    ) -> Checked {
        guard let a = asDecimal(left, other: right), let b = asDecimal(right, other: left),
            let rulesA = DecimalRules(a.type), let rulesB = DecimalRules(b.type)
        else { return .invalid }
        let exact = DecimalRules.exact(operation, rulesA, rulesB)
        let isDivision = operation == .divide || operation == .remainder
        return .value(
            make(
                .arithmetic(operation, a, b),
                DecimalRules.result(operation, rulesA, rulesB).type,
                isNullable: a.isNullable || b.isNullable,
                canFail: isDivision || exact.precision > LogicalType.decimalPrecisionMax,
                over: [a, b], range))
    }

    /// The operand as a DECIMAL; a bare NULL takes the type of the other one.
    private func asDecimal(_ checked: Checked, other: Checked) -> TypedExpression? {
        if case .value(let typed) = checked, let rules = DecimalRules(typed.type) {
            return widened(typed, to: rules.type)
        }
        guard case .value(let typed) = other, let rules = DecimalRules(typed.type) else {
            return nil
        }
        return coerced(checked, to: rules.type)
    }

    /// -1, 0 or 1 as `left` is below, equal to or above `right`, for two DECIMALs whose common
    /// type would lose digits; nil where an ordinary comparison does.
    func decimalOrder(
        _ left: Checked, _ right: Checked, _ range: Range<Int>
    ) -> TypedExpression? {
        guard case .value(let a) = left, case .value(let b) = right,
            !Self.hasExactCommonType([left, right]), let rulesA = DecimalRules(a.type),
            let rulesB = DecimalRules(b.type), let x = widened(a, to: rulesA.type),
            let y = widened(b, to: rulesB.type)
        else { return nil }
        return make(
            .call(.decimalOrder, [x, y]), .int, isNullable: x.isNullable || y.isNullable,
            over: [x, y], range)
    }

    /// False for DECIMALs whose common type would round some of their values.
    static func hasExactCommonType(_ values: [Checked]) -> Bool {
        var types: [DecimalRules] = []
        for case .value(let typed) in values {
            guard let rules = DecimalRules(typed.type) else { return true }
            types.append(rules)
        }
        guard let first = types.first else { return true }
        let common = types.dropFirst().reduce(first) { DecimalRules.common($0, $1) }
        return types.allSatisfy { common.holds($0) }
    }

    /// A constant as a wider numeric type, so that no cast is left for the rows.
    static func folded(
        _ value: ConstantValue, from: LogicalType, to target: LogicalType
    ) -> ConstantValue? {
        switch (value, target) {
        case (.null, _), (.integer, .bigint): value
        case (.integer(let integer), .double): .double(Double(integer))
        case (.integer(let integer), .decimal(let precision, let scale)):
            DecimalCodec.rescaled(Int128(integer), from: 0, to: scale, precision: precision)
                .map { .decimal($0) }
        case (.decimal(let unscaled), .double):
            .double(DecimalDouble.value(unscaled, scale: from.scale))
        case (.decimal(let unscaled), .decimal(let precision, let scale)):
            DecimalCodec.rescaled(unscaled, from: from.scale, to: scale, precision: precision)
                .map { .decimal($0) }
        default: nil
        }
    }
}
