/// TIMESTAMP(3) and TIMESTAMP_LTZ(3) values and their texts, SQL's and ISO 8601's. Shared by casts
/// and formats.
///
/// - Threading: pure functions; nothing here allocates.
public enum TimestampCodec {
    /// Bytes of the longest text that ``write(_:_:isInstant:to:)`` makes.
    public static let byteCountMax = 44

    /// How a text is laid out.
    public enum Form: Sendable {
        /// `2026-01-31 12:00:00.000`: Flink's format option `SQL`, and CAST.
        case sql
        /// `2026-01-31T12:00:00.000`: Flink's format option `ISO-8601`.
        case iso8601
    }

    /// What a text says.
    public struct Reading: Hashable, Sendable {
        /// What the clock shows, as milliseconds since 1970-01-01 00:00:00 on that clock.
        public let milliseconds: Int64
        /// How far that clock is ahead of UTC; nil where the text does not say.
        public let offsetMilliseconds: Int64?
        /// The form of the text; ``Form/sql`` also for a mere date.
        public let form: Form

        public init(milliseconds: Int64, offsetMilliseconds: Int64?, form: Form) {
            self.milliseconds = milliseconds
            self.offsetMilliseconds = offsetMilliseconds
            self.form = form
        }

        /// The instant, taking a reading without offset as UTC.
        public var instant: Int64 { milliseconds &- (offsetMilliseconds ?? 0) }
    }

    /// Reads `yyyy-MM-dd`, then optionally a blank or `T`, `HH:mm`, `:ss`, a fraction of 1 to 9
    /// digits (cut off behind milliseconds) and `Z`, `+HH`, `+HHmm` or `+HH:mm`. Month, day, hour,
    /// minute and second may have one digit. No blanks around it.
    ///
    /// - Returns: Nil if it is none, or outside the years 0000 to 9999.
    public static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Reading? {
        var cursor = DigitCursor(text)
        guard let days = DateCodec.parse(&cursor, allowsPart: false) else { return nil }
        var milliseconds = days &* CivilDate.millisecondsPerDay
        if cursor.isAtEnd {
            return Reading(milliseconds: milliseconds, offsetMilliseconds: nil, form: .sql)
        }
        let isISO = cursor.take(UInt8(ascii: "T"))
        guard isISO || cursor.take(UInt8(ascii: " ")), let time = time(&cursor) else { return nil }
        milliseconds &+= time
        var offset: Int64?
        if !cursor.isAtEnd {
            guard let value = self.offset(&cursor), cursor.isAtEnd else { return nil }
            offset = value
        }
        return Reading(
            milliseconds: milliseconds, offsetMilliseconds: offset, form: isISO ? .iso8601 : .sql)
    }

    /// `HH:mm[:ss[.fraction]]` as milliseconds.
    @inline(__always)
    private static func time(_ cursor: inout DigitCursor) -> Int64? {
        guard let hour = cursor.digits(1...2), hour <= 23, cursor.take(UInt8(ascii: ":")),
            let minute = cursor.digits(1...2), minute <= 59
        else { return nil }
        var result = (hour &* 60 &+ minute) &* 60_000
        guard cursor.take(UInt8(ascii: ":")) else { return result }
        guard let second = cursor.digits(1...2), second <= 59 else { return nil }
        result &+= second &* 1_000
        if cursor.take(UInt8(ascii: ".")) {
            guard let fraction = cursor.milliseconds() else { return nil }
            result &+= fraction
        }
        return result
    }

    /// `Z`, or a sign and hours, with or without minutes, up to 18:00 as in `java.time.ZoneOffset`.
    private static func offset(_ cursor: inout DigitCursor) -> Int64? {
        if cursor.take(UInt8(ascii: "Z")) { return 0 }
        let isAhead = cursor.take(UInt8(ascii: "+"))
        guard isAhead || cursor.take(UInt8(ascii: "-")) else { return nil }
        guard var hours = cursor.digits(2...4) else { return nil }
        var minutes: Int64 = 0
        if cursor.take(UInt8(ascii: ":")) {
            guard hours <= 99, let value = cursor.digits(2...2) else { return nil }
            minutes = value
        } else if hours > 99 {
            (hours, minutes) = (hours / 100, hours % 100)
        }
        let total = hours * 60 + minutes
        guard minutes <= 59, total <= 18 * 60 else { return nil }
        return (isAhead ? total : -total) * 60_000
    }

    /// Writes a reading with three digits of a second's fraction.
    ///
    /// - Parameters:
    ///   - milliseconds: Since 1970-01-01 00:00:00 on the clock that is shown. Outside the years
    ///     0000 to 9999 the year has a sign.
    ///   - isInstant: The clock is UTC's: a `Z` is appended (Flink's formats for TIMESTAMP_LTZ).
    ///   - target: Room for ``byteCountMax`` bytes.
    /// - Returns: The number of bytes.
    public static func write(
        _ milliseconds: Int64, _ form: Form, isInstant: Bool = false,
        to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        let days = floorDivide(milliseconds, CivilDate.millisecondsPerDay)
        let ofDay = milliseconds &- days &* CivilDate.millisecondsPerDay
        let date = DateCodec.write(days, to: target)
        target[date] = form == .sql ? UInt8(ascii: " ") : UInt8(ascii: "T")
        let time = target + date + 1
        DigitWriter.two(ofDay / 3_600_000, to: time)
        time[2] = UInt8(ascii: ":")
        DigitWriter.two(ofDay / 60_000 % 60, to: time + 3)
        time[5] = UInt8(ascii: ":")
        DigitWriter.two(ofDay / 1_000 % 60, to: time + 6)
        time[8] = UInt8(ascii: ".")
        DigitWriter.three(ofDay % 1_000, to: time + 9)
        if isInstant { time[12] = UInt8(ascii: "Z") }
        return date + 13 + (isInstant ? 1 : 0)
    }
}
