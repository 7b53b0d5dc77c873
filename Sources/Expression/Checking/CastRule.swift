internal import StreamCore

/// Which casts there are, and which of them may fail.
///
/// Source: Flink's table of supported casts (docs, "Data Types", CAST), for the types that are
/// built. A cast that Flink lets wrap around (BIGINT to INT) fails here instead.
struct CastRule {
    let canFail: Bool

    /// Nil: there is no such cast.
    static func find(from: LogicalType, to target: LogicalType) -> CastRule? {
        if from == target { return CastRule(canFail: false) }
        if from.isDecimal || target.isDecimal { return decimal(from: from, to: target) }
        if from.isTemporal || target.isTemporal { return temporal(from: from, to: target) }
        switch (from, target) {
        case (.int, .bigint), (.int, .double), (.bigint, .double), (.boolean, .int),
            (.boolean, .bigint), (.boolean, .double), (.int, .boolean), (.bigint, .boolean),
            (.double, .boolean), (.boolean, .string), (.int, .string), (.bigint, .string),
            (.double, .string), (.string, .bytes), (.json, .string):
            return CastRule(canFail: false)
        case (.bigint, .int), (.double, .int), (.double, .bigint), (.string, .boolean),
            (.string, .int), (.string, .bigint), (.string, .double), (.bytes, .string):
            return CastRule(canFail: true)
        default:
            return nil
        }
    }

    /// Where a date, a timestamp or an interval is one of the types.
    private static func temporal(from: LogicalType, to target: LogicalType) -> CastRule? {
        if from == .string, target.isInstant { return CastRule(canFail: true) }
        let isKnown = from.isTemporal && target == .string || from.isInstant && target.isInstant
        return isKnown ? CastRule(canFail: false) : nil
    }

    /// Where DECIMAL is one of the types. No cast to BOOLEAN: Flink's documented table has none.
    private static func decimal(from: LogicalType, to target: LogicalType) -> CastRule? {
        if let rules = DecimalRules(target), target.isDecimal {
            switch from {
            case .int, .bigint, .decimal:
                guard let source = DecimalRules(from) else { return nil }
                // Rounding up may need one digit more.
                let needed = source.wholeDigits + (source.scale > rules.scale ? 1 : 0)
                return CastRule(canFail: rules.wholeDigits < needed)
            case .boolean: return CastRule(canFail: rules.wholeDigits == 0)
            case .double, .string: return CastRule(canFail: true)
            default: return nil
            }
        }
        guard let source = DecimalRules(from) else { return nil }
        switch target {
        case .double, .string: return CastRule(canFail: false)
        case .int: return CastRule(canFail: source.wholeDigits > 9)
        case .bigint: return CastRule(canFail: source.wholeDigits > 18)
        default: return nil
        }
    }
}
