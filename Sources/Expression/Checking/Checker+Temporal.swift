internal import StreamCore

extension LogicalType {
    /// DATE, TIMESTAMP and TIMESTAMP_LTZ, in the order of implicit widening; nil for others.
    var instantRank: Int? {
        switch self {
        case .date: 0
        case .timestamp: 1
        case .timestampLTZ: 2
        default: nil
        }
    }
    var isInstant: Bool { instantRank != nil }
    var isInterval: Bool { self == .intervalDayTime || self == .intervalYearMonth }
    var isTemporal: Bool { isInstant || isInterval }
}

/// Dates, timestamps and intervals.
extension Checker {
    func temporal(
        _ operation: TemporalOperation, _ operands: [TypedExpression], _ type: LogicalType,
        canFail: Bool = false, isNullable: Bool = false, _ range: Range<Int>
    ) -> TypedExpression {
        make(
            .call(.temporal(operation), operands), type,
            isNullable: isNullable || operands.contains(where: \.isNullable), canFail: canFail,
            over: operands, range)
    }

    /// A date or a timestamp as a wider one, by the session's time zone.
    func widenedInstant(_ typed: TypedExpression, to type: LogicalType) -> TypedExpression? {
        guard let from = typed.type.instantRank, let target = type.instantRank, from < target
        else { return nil }
        return temporal(.cast(timeZone, isTry: false), [typed], type, typed.range)
    }

    // MARK: Arithmetic

    static func isTemporal(_ checked: Checked) -> Bool {
        if case .value(let typed) = checked { typed.type.isTemporal } else { false }
    }

    /// `+ - * /` where an operand is a date, a timestamp or an interval.
    mutating func temporalArithmetic(
        _ operation: ArithmeticOperator, _ left: (SyntaxNode, Checked),
        _ right: (SyntaxNode, Checked), _ range: Range<Int>
    ) -> Checked {
        switch (left.1, right.1) {
        case (.invalid, _), (_, .invalid): return .invalid
        case (.value(let typed), .null), (.null, .value(let typed)):
            return .value(constant(.null, typed.type, range))
        case (.value(let a), .value(let b)):
            if let result = temporalResult(operation, a, b, range) { return .value(result) }
            reportTemporal(operation, a.type, b.type, range)
            return .invalid
        case (.null, .null): return .null(range)
        }
    }

    private func temporalResult(
        _ operation: ArithmeticOperator, _ a: TypedExpression, _ b: TypedExpression,
        _ range: Range<Int>
    ) -> TypedExpression? {
        switch operation {
        case .add where a.type.isInterval && !b.type.isInterval: return shifted(b, by: a, 1, range)
        case .add: return shifted(a, by: b, 1, range)
        case .subtract: return shifted(a, by: b, -1, range)
        case .multiply where b.type.isInterval: return scaled(b, by: a, range)
        case .multiply: return scaled(a, by: b, range)
        case .divide: return divided(a, by: b, range)
        case .remainder: return nil
        }
    }

    /// Cut off at whole milliseconds or months.
    private func divided(
        _ interval: TypedExpression, by number: TypedExpression, _ range: Range<Int>
    ) -> TypedExpression? {
        guard interval.type.isInterval, number.type == .int || number.type == .bigint,
            let divisor = widened(number, to: .bigint)
        else { return nil }
        return make(
            .arithmetic(.divide, interval, divisor), interval.type,
            isNullable: interval.isNullable || divisor.isNullable, canFail: true,
            over: [interval, divisor], range)
    }

    private func scaled(
        _ interval: TypedExpression, by number: TypedExpression, _ range: Range<Int>
    ) -> TypedExpression? {
        guard interval.type.isInterval, number.type == .int || number.type == .bigint,
            let factor = widened(number, to: .bigint)
        else { return nil }
        return temporal(.scale, [interval, factor], interval.type, canFail: true, range)
    }

    private func shifted(
        _ value: TypedExpression, by interval: TypedExpression, _ factor: Int64, _ range: Range<Int>
    ) -> TypedExpression? {
        let operation: TemporalOperation
        switch (value.type, interval.type) {
        case (.intervalDayTime, .intervalDayTime), (.intervalYearMonth, .intervalYearMonth),
            (.timestamp, .intervalDayTime), (.timestampLTZ, .intervalDayTime):
            operation = .shift(factor: factor)
        case (.date, .intervalDayTime):
            guard isWholeDays(interval) else { return nil }
            operation = .shiftDays(factor: factor)
        case (.date, .intervalYearMonth), (.timestamp, .intervalYearMonth),
            (.timestampLTZ, .intervalYearMonth):
            operation = .shiftMonths(factor: factor)
        default: return nil
        }
        return temporal(operation, [value, interval], value.type, canFail: true, range)
    }

    /// False for a constant with hours, which a DATE has no room for.
    private func isWholeDays(_ interval: TypedExpression) -> Bool {
        guard case .constant(.integer(let value)) = interval.node else { return true }
        return value % CivilDate.millisecondsPerDay == 0
    }

    private mutating func reportTemporal(
        _ operation: ArithmeticOperator, _ a: LogicalType, _ b: LogicalType, _ range: Range<Int>
    ) {
        var help: String? = "INTERVAL '5' MINUTE is added, TIMESTAMPDIFF(SECOND, a, b) subtracts"
        if a == .date, b == .intervalDayTime { help = "CAST the DATE to TIMESTAMP(3)" }
        if a.isNumeric || b.isNumeric { help = "a number of days is INTERVAL '1' DAY * n" }
        if a.isInterval || b.isInterval, operation == .multiply || operation == .divide {
            help = "an INTERVAL is multiplied with INT or BIGINT, and divided by them"
        }
        report(
            .wrongOperandType, "`\(operation.rawValue)` does not take \(a) and \(b)", range,
            help: help)
    }

    // MARK: Arguments

    /// The argument as DATE or TIMESTAMP; a TIMESTAMP_LTZ as the session's clocks show it.
    mutating func clockTime(_ site: CallSite, _ index: Int) -> TypedExpression? {
        guard let typed = instant(site, index) else { return nil }
        guard typed.type == .timestampLTZ else { return typed }
        return temporal(.cast(timeZone, isTry: false), [typed], .timestamp, typed.range)
    }

    /// The argument, if it is DATE, TIMESTAMP or TIMESTAMP_LTZ; a bare NULL is a TIMESTAMP.
    mutating func instant(_ site: CallSite, _ index: Int) -> TypedExpression? {
        let (syntax, checked) = site.arguments[index]
        if case .null(let range) = checked { return constant(.null, .timestamp, range) }
        guard case .value(let typed) = checked else { return nil }
        if typed.type.isInstant { return typed }
        report(
            .wrongOperandType,
            "\(site.name) takes DATE, TIMESTAMP or TIMESTAMP_LTZ here, not \(typed.type)",
            syntax.range, help: castHelp(syntax, typed.type, to: .timestamp))
        return nil
    }

    /// A pattern, written out; the one of timestamps where none is given.
    ///
    /// - Parameter forbidsOffset: What is formatted says nothing of UTC.
    mutating func pattern(
        _ site: CallSite, _ index: Int, forbidsOffset: Bool = false
    ) -> TimePattern? {
        guard index < site.arguments.count else { return .timestamp }
        let (syntax, checked) = site.arguments[index]
        guard case .value(let typed) = checked, case .constant(.bytes(let bytes)) = typed.node,
            typed.type == .string
        else {
            report(
                .wrongOperandType, "the pattern of \(site.name) is a text, written out",
                syntax.range, help: "for example 'yyyy-MM-dd HH:mm:ss'")
            return nil
        }
        do throws(TimePattern.Failure) {
            let pattern = try TimePattern(String(decoding: bytes, as: UTF8.self))
            guard !forbidsOffset || !pattern.hasOffset else {
                throw TimePattern.Failure(
                    message: "X and Z in a pattern need a TIMESTAMP_LTZ")
            }
            return pattern
        } catch {
            report(
                .badLiteral, error.message, syntax.range,
                help: "letters: y M d D E a H h k K m s S X x Z; other letters in quotes")
            return nil
        }
    }

    /// A time zone, written out.
    mutating func zone(_ site: CallSite, _ index: Int) -> TimeZoneRules? {
        let (syntax, checked) = site.arguments[index]
        guard case .value(let typed) = checked, case .constant(.bytes(let bytes)) = typed.node,
            typed.type == .string
        else {
            report(
                .wrongOperandType, "a time zone of \(site.name) is a text, written out",
                syntax.range, help: "for example 'Europe/Berlin'")
            return nil
        }
        let name = String(decoding: bytes, as: UTF8.self)
        if let zone = TimeZoneRules.find(name) { return zone }
        report(
            .badLiteral, "there is no time zone `\(name.prefix(64))`", syntax.range,
            help: "'UTC', '+02:00', or a name of the IANA database: 'Europe/Berlin'")
        return nil
    }

    /// A text argument.
    mutating func text(_ site: CallSite, _ index: Int) -> TypedExpression? {
        let argument = site.arguments[index]
        return texts([(argument.syntax, argument.checked)], site.name)?.first
    }
}
