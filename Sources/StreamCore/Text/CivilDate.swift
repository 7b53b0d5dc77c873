/// A day of the proleptic Gregorian calendar, as `java.time.LocalDate` counts.
///
/// Arithmetic wraps, so that what lies behind a NULL never traps; values inside
/// ``dayRange`` are exact.
///
/// - Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
public struct CivilDate: Hashable, Sendable {
    public var year: Int64
    /// `1 ... 12`.
    public var month: Int64
    /// `1 ... 31`.
    public var day: Int64

    /// Days of SQL's DATE, 0000-01-01 to 9999-12-31, counted from 1970-01-01.
    public static let dayRange: ClosedRange<Int64> = -719_528...2_932_896
    /// Milliseconds of SQL's TIMESTAMP, 0000-01-01 00:00:00.000 to 9999-12-31 23:59:59.999.
    public static let millisecondRange: ClosedRange<Int64> =
        -62_167_219_200_000...253_402_300_799_999
    public static let millisecondsPerDay: Int64 = 86_400_000

    @inlinable
    public init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// - Parameter days: Since 1970-01-01.
    @inlinable
    public init(days: Int64) {
        // Eras of 400 years, which begin on March 1, so that a leap day is the last of its year.
        let shifted = days &+ 719_468
        let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra =
            (dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let shiftedMonth = (5 &* dayOfYear &+ 2) / 153
        day = dayOfYear &- (153 &* shiftedMonth &+ 2) / 5 &+ 1
        month = shiftedMonth < 10 ? shiftedMonth &+ 3 : shiftedMonth &- 9
        year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
    }

    /// Since 1970-01-01.
    @inlinable
    public var days: Int64 {
        let shiftedYear = month <= 2 ? year &- 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear &- 399) / 400
        let yearOfEra = shiftedYear &- era &* 400
        let shiftedMonth = month > 2 ? month &- 3 : month &+ 9
        let dayOfYear = (153 &* shiftedMonth &+ 2) / 5 &+ day &- 1
        let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
        return era &* 146_097 &+ dayOfEra &- 719_468
    }

    @inlinable
    public static func isLeap(_ year: Int64) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// Days of a month, `1 ... 12`.
    @inlinable
    public static func dayCount(year: Int64, month: Int64) -> Int64 {
        if month == 2 { return isLeap(year) ? 29 : 28 }
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
    }

    /// Whether the calendar has such a day, in the years 0 to 9999.
    public static func isValid(year: Int64, month: Int64, day: Int64) -> Bool {
        year >= 0 && year <= 9_999 && month >= 1 && month <= 12 && day >= 1
            && day <= dayCount(year: year, month: month)
    }
}

/// Division that rounds down, for days before the epoch. The divisor is above 0.
@inlinable
public func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value &- quotient &* divisor < 0 ? quotient &- 1 : quotient
}
