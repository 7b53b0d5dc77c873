internal import StreamCore

/// Precision and scale of what is computed with DECIMAL.
///
/// Source: Flink `LogicalTypeMerging`, which follows Hive: a result of more than 38 digits gives up
/// digits behind the point, down to six, before it gives up digits before it.
struct DecimalRules: Hashable {
    let precision: Int
    let scale: Int

    /// Digits before the point.
    var wholeDigits: Int { precision - scale }
    var type: LogicalType { .decimal(precision: precision, scale: scale) }

    init(_ precision: Int, _ scale: Int) {
        self.precision = precision
        self.scale = scale
    }

    /// DECIMAL itself, and the DECIMAL that holds every INT or BIGINT; nil for other types.
    init?(_ type: LogicalType) {
        switch type {
        case .int: self.init(10, 0)
        case .bigint: self.init(19, 0)
        case .decimal(let precision, let scale): self.init(precision, scale)
        default: return nil
        }
    }

    // MARK: Arithmetic

    /// A result's type before it is cut to 38 digits: the precision may be larger.
    static func exact(
        _ operation: ArithmeticOperator, _ a: DecimalRules, _ b: DecimalRules
    ) -> DecimalRules {
        let scale = max(a.scale, b.scale)
        switch operation {
        case .add, .subtract:
            return DecimalRules(max(a.wholeDigits, b.wholeDigits) + scale + 1, scale)
        case .multiply: return DecimalRules(a.precision + b.precision + 1, a.scale + b.scale)
        case .divide:
            let scale = max(6, a.scale + b.precision + 1)
            return DecimalRules(a.wholeDigits + b.scale + scale, scale)
        case .remainder: return DecimalRules(min(a.wholeDigits, b.wholeDigits) + scale, scale)
        }
    }

    static func result(
        _ operation: ArithmeticOperator, _ a: DecimalRules, _ b: DecimalRules
    ) -> DecimalRules {
        let exact = exact(operation, a, b)
        let digitsMax = LogicalType.decimalPrecisionMax
        guard exact.precision > digitsMax else { return exact }
        let scale = max(digitsMax - exact.wholeDigits, min(exact.scale, 6))
        return DecimalRules(digitsMax, scale)
    }

    // MARK: Common types

    /// The type that CASE, COALESCE and the like give for both.
    static func common(_ a: DecimalRules, _ b: DecimalRules) -> DecimalRules {
        let whole = max(a.wholeDigits, b.wholeDigits)
        let scale = min(max(a.scale, b.scale), LogicalType.decimalPrecisionMax - whole)
        return DecimalRules(whole + scale, scale)
    }

    /// Whether every value of `other` is one of this type, digit by digit.
    func holds(_ other: DecimalRules) -> Bool {
        wholeDigits >= other.wholeDigits && scale >= other.scale
    }

    /// ROUND and TRUNCATE to `digits` behind the point; Flink's `findRoundDecimalType`.
    func rounded(to digits: Int) -> DecimalRules {
        if digits >= scale { return self }
        let digitsMax = LogicalType.decimalPrecisionMax
        if digits < 0 { return DecimalRules(min(digitsMax, 1 + wholeDigits), 0) }
        return DecimalRules(1 + wholeDigits + digits, digits)
    }
}

extension LogicalType {
    var isDecimal: Bool { if case .decimal = self { true } else { false } }

    /// The scale of a DECIMAL; 0 for every other type.
    var scale: Int { if case .decimal(_, let scale) = self { scale } else { 0 } }
}
