internal import StreamCore

extension TimePattern {
    /// Writes a reading of a clock.
    ///
    /// - Parameters:
    ///   - milliseconds: Since 1970-01-01 00:00:00 on the clock that is shown.
    ///   - offset: How far that clock is ahead of UTC, in milliseconds.
    ///   - target: Room for ``byteCountMax`` bytes.
    /// - Returns: The number of bytes.
    func write(
        _ milliseconds: Int64, offset: Int64, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        let days = floorDivide(milliseconds, CivilDate.millisecondsPerDay)
        let time = milliseconds &- days &* CivilDate.millisecondsPerDay
        let date = CivilDate(days: days)
        var end = target
        for field in fields {
            switch field {
            case .year, .month, .monthName, .day, .dayOfYear, .weekday:
                end += Self.write(field, date, days, to: end)
            case .offset(let hasMinutes, let hasColon, let usesZ):
                end += Self.write(
                    offset: offset / 60_000, hasMinutes, hasColon, usesZ: usesZ, to: end)
            default: end += Self.write(field, ofDay: time, to: end)
            }
        }
        return end - target
    }

    private static func write(
        _ field: Field, _ date: CivilDate, _ days: Int64, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        switch field {
        case .year(let width):
            if width == 4 { return DigitText.year(date.year, to: target) }
            return width == 2
                ? DigitText.write(date.year % 100, width: 2, to: target)
                : DigitText.write(date.year, width: 1, to: target)
        case .month(let width): return DigitText.write(date.month, width: width, to: target)
        case .monthName(let isLong):
            return DigitText.copy(
                months[Int(truncatingIfNeeded: date.month &- 1) % 12], isLong, to: target)
        case .day(let width): return DigitText.write(date.day, width: width, to: target)
        case .dayOfYear(let width):
            let first = CivilDate(year: date.year, month: 1, day: 1).days
            return DigitText.write(days &- first &+ 1, width: width, to: target)
        default:
            let weekday = days &+ 4 &- floorDivide(days &+ 4, 7) &* 7
            return DigitText.copy(
                weekdays[Int(truncatingIfNeeded: weekday)], isLong(field), to: target)
        }
    }

    private static func isLong(_ field: Field) -> Bool {
        if case .weekday(let isLong) = field { isLong } else { false }
    }

    private static func write(
        _ field: Field, ofDay time: Int64, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        switch field {
        case .hour(let width, let isHalf, let isFromOne):
            let count: Int64 = isHalf ? 12 : 24
            let hour = time / 3_600_000 % count
            return DigitText.write(hour == 0 && isFromOne ? count : hour, width: width, to: target)
        case .minute(let width):
            return DigitText.write(time / 60_000 % 60, width: width, to: target)
        case .second(let width): return DigitText.write(time / 1_000 % 60, width: width, to: target)
        case .fraction(let width):
            return DigitText.fraction(time % 1_000, width: width, to: target)
        case .halfDay:
            return DigitText.copy(Array((time < 43_200_000 ? "AM" : "PM").utf8), true, to: target)
        case .literal(let bytes): return DigitText.copy(bytes, true, to: target)
        default: return 0
        }
    }

    private static func write(
        offset minutes: Int64, _ hasMinutes: Bool, _ hasColon: Bool, usesZ: Bool,
        to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        if minutes == 0, usesZ {
            target[0] = UInt8(ascii: "Z")
            return 1
        }
        target[0] = minutes < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
        let magnitude = Int64(bitPattern: minutes.magnitude)
        var end = 1 + DigitText.write(magnitude / 60, width: 2, to: target + 1)
        // A zone of hours and minutes is written in full even where hours alone are asked for.
        guard hasMinutes || magnitude % 60 != 0 else { return end }
        if hasColon {
            target[end] = UInt8(ascii: ":")
            end += 1
        }
        return end + DigitText.write(magnitude % 60, width: 2, to: target + end)
    }
}

/// Numbers and names as a pattern writes them.
enum DigitText {
    /// At least `width` digits, with a minus before a negative number. At most 21 bytes.
    static func write(
        _ value: Int64, width: Int, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var start = target
        if value < 0 {
            start[0] = UInt8(ascii: "-")
            start += 1
        }
        var rest = value.magnitude
        var count = width
        var bound: UInt64 = 1
        for _ in 0..<width { bound &*= 10 }
        while rest >= bound, count < 20 {
            count += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            bound = overflow ? UInt64.max : next
        }
        for index in stride(from: count - 1, through: 0, by: -1) {
            start[index] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        return start - target + count
    }

    /// Four digits; a sign before a year that has more.
    static func year(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        guard value > 9_999 else { return write(value, width: 4, to: target) }
        target[0] = UInt8(ascii: "+")
        return 1 + write(value, width: 4, to: target + 1)
    }

    /// The first `width` digits of a second's fraction.
    static func fraction(
        _ milliseconds: Int64, width: Int, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var unit: Int64 = 100
        for index in 0..<width {
            target[index] =
                unit > 0 ? 0x30 &+ UInt8(truncatingIfNeeded: milliseconds / unit % 10) : 0x30
            unit /= 10
        }
        return width
    }

    /// A text, or its first three letters.
    static func copy(
        _ bytes: [UInt8], _ isLong: Bool, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        let count = isLong ? bytes.count : min(3, bytes.count)
        for index in 0..<count { target[index] = bytes[index] }
        return count
    }
}
