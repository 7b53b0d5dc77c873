internal import StreamCore

/// What a temporal function computes, once its arguments have their types.
///
/// Every value is 64 bits: days of a DATE, milliseconds of a TIMESTAMP, TIMESTAMP_LTZ or INTERVAL
/// DAY TO SECOND, months of an INTERVAL YEAR TO MONTH.
enum TemporalOperation: Hashable, Sendable {
    /// Among temporal types, from and to STRING.
    case cast(TimeZoneRules, isTry: Bool)
    /// STRING to a temporal type by a pattern, or as CAST reads it; NULL for what is none.
    case read(TimePattern?, TimeZoneRules)
    /// To STRING.
    case format(TimePattern, TimeZoneRules)
    /// Of DATE, TIMESTAMP and, for EPOCH alone, TIMESTAMP_LTZ.
    case extract(TimeField)
    /// Of DATE and TIMESTAMP.
    case floor(TimeUnit)
    case ceil(TimeUnit)
    /// BIGINT to TIMESTAMP_LTZ, times so many milliseconds.
    case fromEpoch(unitMilliseconds: Int64)
    /// `a + b * factor`, both in the unit of the result.
    case shift(factor: Int64)
    /// DATE and milliseconds, of which only whole days count.
    case shiftDays(factor: Int64)
    /// DATE, TIMESTAMP or TIMESTAMP_LTZ and months.
    case shiftMonths(factor: Int64)
    /// `b - a` in whole units.
    case difference(TimeUnit)
    /// INTERVAL times BIGINT.
    case scale

    /// Whether it reads or writes texts.
    func isDear(_ type: LogicalType, _ operands: [TypedExpression]) -> Bool {
        type == .string || operands.contains { $0.type == .string || $0.isDear }
    }
}

/// What EXTRACT takes out of a date or a timestamp. Source: Flink `DateTimeUtils.extractFromDate`.
enum TimeField: String, Hashable, Sendable, CaseIterable {
    case millennium = "MILLENNIUM"
    case century = "CENTURY"
    case decade = "DECADE"
    case year = "YEAR"
    /// The year that ``week`` belongs to.
    case isoYear = "ISOYEAR"
    case quarter = "QUARTER"
    case month = "MONTH"
    /// ISO 8601: the week with the year's first Thursday is the first.
    case week = "WEEK"
    case day = "DAY"
    case dayOfYear = "DOY"
    /// 1 for Sunday.
    case dayOfWeek = "DOW"
    /// 1 for Monday.
    case isoDayOfWeek = "ISODOW"
    case hour = "HOUR"
    case minute = "MINUTE"
    case second = "SECOND"
    case millisecond = "MILLISECOND"
    /// Seconds since 1970-01-01 00:00:00.
    case epoch = "EPOCH"

    /// Whether it depends on the time of day only.
    var isOfTime: Bool {
        switch self {
        case .hour, .minute, .second, .millisecond: true
        default: false
        }
    }
}
