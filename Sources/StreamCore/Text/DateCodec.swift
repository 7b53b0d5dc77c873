/// DATE values and their texts. Shared by casts and formats.
///
/// - Threading: pure functions; nothing here allocates.
public enum DateCodec {
    /// Bytes of the longest text that ``write(_:to:)`` makes.
    public static let byteCountMax = 28

    /// Reads `2026-01-31`; a month or a day of one digit is taken too. No blanks.
    ///
    /// - Parameter allowsPart: Takes `2026` and `2026-01` too, as the first day of them, and years
    ///   of fewer than four digits (Flink's CAST).
    /// - Returns: Days since 1970-01-01; nil if there is no such day in the years 0000 to 9999.
    public static func parse(
        _ text: UnsafeBufferPointer<UInt8>, allowsPart: Bool = false
    ) -> Int64? {
        var cursor = DigitCursor(text)
        guard let days = parse(&cursor, allowsPart: allowsPart), cursor.isAtEnd else { return nil }
        return days
    }

    /// Reads a date at the cursor.
    @inline(__always)
    static func parse(_ cursor: inout DigitCursor, allowsPart: Bool) -> Int64? {
        guard let year = cursor.digits(allowsPart ? 1...4 : 4...4) else { return nil }
        var (month, day): (Int64, Int64) = (1, 1)
        if cursor.take(UInt8(ascii: "-")) {
            guard let value = cursor.digits(1...2) else { return nil }
            month = value
            if cursor.take(UInt8(ascii: "-")) {
                guard let value = cursor.digits(1...2) else { return nil }
                day = value
            } else if !allowsPart {
                return nil
            }
        } else if !allowsPart {
            return nil
        }
        guard CivilDate.isValid(year: year, month: month, day: day) else { return nil }
        return CivilDate(year: year, month: month, day: day).days
    }

    /// Writes `2026-01-31`.
    ///
    /// - Parameters:
    ///   - days: Since 1970-01-01. Outside the years 0000 to 9999 the year has a sign.
    ///   - target: Room for ``byteCountMax`` bytes.
    /// - Returns: The number of bytes.
    public static func write(_ days: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let date = CivilDate(days: days)
        let end = DigitWriter.year(date.year, to: target)
        target[end] = UInt8(ascii: "-")
        DigitWriter.two(date.month, to: target + end + 1)
        target[end + 3] = UInt8(ascii: "-")
        DigitWriter.two(date.day, to: target + end + 4)
        return end + 6
    }
}
