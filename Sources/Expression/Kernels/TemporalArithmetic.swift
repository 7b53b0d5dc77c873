internal import StreamCore

/// The calendar's arithmetic, of one value. Wraps, so that what lies behind a NULL never traps.
///
/// Source: Flink `DateTimeUtils`, but for times before 1970, which are rounded down as others are.
enum TemporalArithmetic {
    // MARK: Months

    /// The same day of another month, or its last one (`DateTimeUtils.addMonths`).
    static func addMonths(_ days: Int64, _ months: Int64) -> Int64 {
        let date = CivilDate(days: days)
        let index = date.year &* 12 &+ date.month &- 1 &+ months
        let year = floorDivide(index, 12)
        let month = index &- year &* 12 &+ 1
        let day = min(date.day, CivilDate.dayCount(year: year, month: month))
        return CivilDate(year: year, month: month, day: day).days
    }

    /// Whole months from `a` to `b`, in milliseconds (`DateTimeUtils.subtractMonths`).
    static func months(from a: Int64, to b: Int64) -> Int64 {
        if b < a { return 0 &- months(from: b, to: a) }
        let day = CivilDate.millisecondsPerDay
        let (first, last) = (floorDivide(a, day), floorDivide(b, day))
        let (start, end) = (CivilDate(days: first), CivilDate(days: last))
        var count = (end.year &- start.year) &* 12 &+ end.month &- start.month
        let reached = addMonths(first, count)
        // The month is not full before its day, and on its day not before its time.
        if reached > last || reached == last && b &- last &* day < a &- first &* day { count &-= 1 }
        return count
    }

    // MARK: Fields

    static func field(_ field: TimeField, ofDays days: Int64) -> Int64 {
        let date = CivilDate(days: days)
        let year = date.year
        switch field {
        case .millennium: return year > 0 ? (year &+ 999) / 1_000 : (year &- 999) / 1_000
        case .century: return year > 0 ? (year &+ 99) / 100 : (year &- 99) / 100
        case .decade: return year / 10
        case .year: return year
        case .quarter: return (date.month &+ 2) / 3
        case .month: return date.month
        case .day: return date.day
        case .dayOfYear: return days &- CivilDate(year: year, month: 1, day: 1).days &+ 1
        case .dayOfWeek: return weekday(days) &+ 1
        case .isoDayOfWeek: return weekday(days &- 1) &+ 1
        case .isoYear: return CivilDate(days: thursday(days)).year
        case .week:
            let thursday = thursday(days)
            let first = CivilDate(year: CivilDate(days: thursday).year, month: 1, day: 1).days
            return (thursday &- first) / 7 &+ 1
        case .epoch: return days &* 86_400
        case .hour, .minute, .second, .millisecond: return 0
        }
    }

    static func field(_ field: TimeField, ofMilliseconds value: Int64) -> Int64 {
        let days = floorDivide(value, CivilDate.millisecondsPerDay)
        let time = value &- days &* CivilDate.millisecondsPerDay
        switch field {
        case .hour: return time / 3_600_000
        case .minute: return time / 60_000 % 60
        case .second: return time / 1_000 % 60
        case .millisecond: return time % 1_000
        case .epoch: return floorDivide(value, 1_000)
        default: return self.field(field, ofDays: days)
        }
    }

    /// 0 for Sunday; 1970-01-01 was a Thursday.
    private static func weekday(_ days: Int64) -> Int64 {
        days &+ 4 &- floorDivide(days &+ 4, 7) &* 7
    }

    /// The Thursday of the week that begins on Monday.
    private static func thursday(_ days: Int64) -> Int64 { days &- weekday(days &- 1) &+ 3 }

    // MARK: FLOOR and CEIL

    /// The first day of the unit that a day lies in; a week begins on Sunday.
    static func floor(_ unit: TimeUnit, days: Int64) -> Int64 {
        var date = CivilDate(days: days)
        switch unit {
        case .year: date.month = 1
        case .quarter: date.month = (date.month &- 1) / 3 &* 3 &+ 1
        case .month: break
        case .week: return days &- weekday(days)
        case .day, .hour, .minute, .second: return days
        }
        date.day = 1
        return date.days
    }

    static func ceil(_ unit: TimeUnit, days: Int64) -> Int64 {
        let floor = floor(unit, days: days)
        if floor == days { return days }
        return unit == .week ? floor &+ 7 : addMonths(floor, unit.amount)
    }

    static func floor(_ unit: TimeUnit, milliseconds: Int64) -> Int64 {
        let day = CivilDate.millisecondsPerDay
        switch unit {
        case .day, .hour, .minute, .second:
            return floorDivide(milliseconds, unit.amount) &* unit.amount
        default: return floor(unit, days: floorDivide(milliseconds, day)) &* day
        }
    }

    static func ceil(_ unit: TimeUnit, milliseconds: Int64) -> Int64 {
        let floor = floor(unit, milliseconds: milliseconds)
        if floor == milliseconds { return floor }
        guard unit.isYearMonth else { return floor &+ unit.amount }
        let day = CivilDate.millisecondsPerDay
        return addMonths(floorDivide(floor, day), unit.amount) &* day
    }
}
