internal import StreamCore

/// `+ - * / %` of two DECIMALs of any scale: exact, then rounded HALF_UP to the result's scale.
///
/// Unlike Flink's `BigDecimal.divide(.., MathContext(38))`, a quotient is rounded once.
struct DecimalArithmetic {
    let operation: ArithmeticOperator
    let precision: Int
    /// What the operands are multiplied with to have one scale; 1 for `*` and `/`.
    let leftFactor: Int128
    let rightFactor: Int128
    /// What the exact result is divided by; 1 where it has the result's scale.
    let reduction: Int128
    /// Powers of ten that a quotient's dividend, or its divisor if negative, is multiplied with.
    private let quotientShift: Int
    /// Every result fits: none is checked.
    let isExact: Bool
    /// Operands, factors and results have at most 18 digits: 64 bits do.
    let isCompact: Bool

    init(
        _ operation: ArithmeticOperator, _ a: DecimalRules, _ b: DecimalRules,
        _ result: DecimalRules
    ) {
        self.operation = operation
        precision = result.precision
        let exact = DecimalRules.exact(operation, a, b)
        let isAligned = operation != .multiply && operation != .divide
        leftFactor = isAligned ? DecimalCodec.power(exact.scale - a.scale) : 1
        rightFactor = isAligned ? DecimalCodec.power(exact.scale - b.scale) : 1
        let isDivision = operation == .divide || operation == .remainder
        let surplus = isDivision ? 0 : exact.scale - result.scale
        // A product of two values below 10^38 cut by more digits than that is 0.
        reduction = DecimalCodec.power(min(surplus, 38))
        quotientShift = result.scale - a.scale + b.scale
        isExact = !isDivision && exact.precision <= LogicalType.decimalPrecisionMax
        isCompact = isExact && exact.precision <= 18
    }

    /// - Returns: Nil for a division by zero, and for what the result's type does not hold.
    func value(_ a: Int128, _ b: Int128) -> Int128? {
        switch operation {
        case .add: sum(a, b, isDifference: false)
        case .subtract: sum(a, b, isDifference: true)
        case .multiply: product(a, b)
        case .divide: quotient(a, b)
        case .remainder: remainder(a, b)
        }
    }

    private func checked(_ value: Int128) -> Int128? {
        DecimalCodec.fits(value, precision: precision) ? value : nil
    }

    /// A magnitude and a sign as a value.
    private func signed(_ magnitude: UInt128?, isNegative: Bool) -> Int128? {
        guard let magnitude, let value = Int128(exactly: magnitude) else { return nil }
        return checked(isNegative ? 0 - value : value)
    }

    // MARK: Sums and products

    private func sum(_ a: Int128, _ b: Int128, isDifference: Bool) -> Int128? {
        let (x, overflowX) = a.multipliedReportingOverflow(by: leftFactor)
        let (y, overflowY) = b.multipliedReportingOverflow(by: rightFactor)
        let (total, overflow) =
            isDifference ? x.subtractingReportingOverflow(y) : x.addingReportingOverflow(y)
        if overflowX || overflowY || overflow { return wideSum(a, b, isDifference: isDifference) }
        return checked(reduction == 1 ? total : DecimalCodec.roundedQuotient(total, reduction))
    }

    private func wideSum(_ a: Int128, _ b: Int128, isDifference: Bool) -> Int128? {
        let x = WideMagnitude(a.magnitude, times: leftFactor.magnitude)
        let y = WideMagnitude(b.magnitude, times: rightFactor.magnitude)
        let isNegativeY = (b < 0) != isDifference
        var isNegative = a < 0
        var total = x + y
        if isNegative != isNegativeY {
            isNegative = x < y ? isNegativeY : isNegative
            total = x < y ? y - x : x - y
        }
        return signed(total.roundedQuotient(by: reduction.magnitude), isNegative: isNegative)
    }

    private func product(_ a: Int128, _ b: Int128) -> Int128? {
        let (value, overflow) = a.multipliedReportingOverflow(by: b)
        if !overflow {
            return checked(reduction == 1 ? value : DecimalCodec.roundedQuotient(value, reduction))
        }
        let wide = WideMagnitude(a.magnitude, times: b.magnitude)
        return signed(
            wide.roundedQuotient(by: reduction.magnitude), isNegative: (a < 0) != (b < 0))
    }

    // MARK: Division

    private func quotient(_ a: Int128, _ b: Int128) -> Int128? {
        if b == 0 { return nil }
        let isNegative = (a < 0) != (b < 0)
        if quotientShift >= 0, quotientShift <= 38 {
            let factor = DecimalCodec.power(quotientShift)
            let (dividend, overflow) = a.magnitude.multipliedReportingOverflow(
                by: factor.magnitude)
            if !overflow, let whole = Int128(exactly: dividend),
                let by = Int128(exactly: b.magnitude)
            {
                let value = DecimalCodec.roundedQuotient(whole, by)
                return checked(isNegative ? 0 &- value : value)
            }
        }
        return wideQuotient(a.magnitude, b.magnitude, isNegative)
    }

    private func wideQuotient(_ a: UInt128, _ b: UInt128, _ isNegative: Bool) -> Int128? {
        guard quotientShift >= 0 else {
            let factor = DecimalCodec.power(min(0 - quotientShift, 38)).magnitude
            let (divisor, overflow) = b.multipliedReportingOverflow(by: factor)
            // A divisor above 2^128 is more than twice every dividend.
            if overflow { return 0 }
            return signed(
                WideMagnitude(a).roundedQuotient(by: divisor), isNegative: isNegative)
        }
        let first = DecimalCodec.power(min(quotientShift, 38)).magnitude
        let second = DecimalCodec.power(min(max(quotientShift - 38, 0), 38)).magnitude
        // More than 256 bits: more than 38 digits, whatever the divisor is.
        guard let dividend = WideMagnitude(a, times: first).multiplied(by: second) else {
            return nil
        }
        return signed(dividend.roundedQuotient(by: b), isNegative: isNegative)
    }

    /// With the sign of the dividend, as Java's `BigDecimal.remainder`.
    private func remainder(_ a: Int128, _ b: Int128) -> Int128? {
        if b == 0 { return nil }
        let (divisor, overflow) = b.magnitude.multipliedReportingOverflow(
            by: rightFactor.magnitude)
        // Then only the divisor was multiplied, and it is above every dividend.
        if overflow { return checked(a) }
        let wide = WideMagnitude(a.magnitude, times: leftFactor.magnitude)
        let rest = wide.high == 0 ? wide.low % divisor : wide.remainder(by: divisor)
        return signed(rest, isNegative: a < 0)
    }
}
