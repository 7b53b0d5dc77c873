internal import StreamCore

extension TimePattern {
    /// What is known of a date and a time while their text is read.
    private struct Parts {
        var year: Int64 = 1970
        var month: Int64 = 1
        var day: Int64 = 1
        var dayOfYear: Int64?
        var hour: Int64 = 0
        var isAfternoon: Bool?
        var minute: Int64 = 0
        var second: Int64 = 0
        var milliseconds: Int64 = 0
        var offset: Int64?

        var reading: TimestampCodec.Reading? {
            var date = CivilDate(year: year, month: month, day: day)
            if let dayOfYear {
                let first = CivilDate(year: year, month: 1, day: 1).days
                date = CivilDate(days: first + dayOfYear - 1)
                guard dayOfYear >= 1, date.year == year else { return nil }
            }
            guard CivilDate.isValid(year: date.year, month: date.month, day: date.day) else {
                return nil
            }
            var hour = hour
            if let isAfternoon { hour = hour % 12 + (isAfternoon ? 12 : 0) }
            let time = ((hour * 60 + minute) * 60 + second) * 1_000 + milliseconds
            return TimestampCodec.Reading(
                milliseconds: date.days * CivilDate.millisecondsPerDay + time,
                offsetMilliseconds: offset, form: .sql)
        }
    }

    /// Reads a text that has just this form. What the pattern does not name is 1970-01-01 00:00:00.
    ///
    /// A field of several letters has as many digits, one of a single letter as many as there are.
    ///
    /// - Returns: Nil if the text has another form, or names no day of the years 0000 to 9999.
    func read(_ text: UnsafeBufferPointer<UInt8>) -> TimestampCodec.Reading? {
        var parts = Parts()
        var rest = text[...]
        for field in fields {
            guard Self.read(field, &rest, &parts) else { return nil }
        }
        return rest.isEmpty ? parts.reading : nil
    }

    private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

    private static func read(_ field: Field, _ rest: inout Bytes, _ parts: inout Parts) -> Bool {
        switch field {
        case .literal(let bytes):
            guard rest.starts(with: bytes) else { return false }
            rest = rest.dropFirst(bytes.count)
        case .year(let width):
            guard let value = number(&rest, width, upTo: 4, in: 0...9_999) else { return false }
            parts.year = width == 2 ? 2_000 + value : value
        case .monthName(let isLong):
            guard let index = name(&rest, months, isLong) else { return false }
            parts.month = Int64(index) + 1
        case .weekday(let isLong): return name(&rest, weekdays, isLong) != nil
        case .halfDay:
            guard let index = name(&rest, [Array("AM".utf8), Array("PM".utf8)], true) else {
                return false
            }
            parts.isAfternoon = index == 1
        case .fraction(let width):
            guard let value = fraction(&rest, width) else { return false }
            parts.milliseconds = value
        case .offset(let hasMinutes, let hasColon, let usesZ):
            guard let value = offset(&rest, hasMinutes, hasColon, usesZ) else { return false }
            parts.offset = value
        default: return readNumber(field, &rest, &parts)
        }
        return true
    }

    private static func readNumber(
        _ field: Field, _ rest: inout Bytes, _ parts: inout Parts
    ) -> Bool {
        var value: Int64?
        switch field {
        case .month(let width):
            value = number(&rest, width, upTo: 2, in: 1...12)
            parts.month = value ?? 1
        case .day(let width):
            value = number(&rest, width, upTo: 2, in: 1...31)
            parts.day = value ?? 1
        case .dayOfYear(let width):
            value = number(&rest, width, upTo: 3, in: 1...366)
            parts.dayOfYear = value
        case .hour(let width, let isHalf, let isFromOne):
            let count: Int64 = isHalf ? 12 : 24
            value = number(
                &rest, width, upTo: 2, in: isFromOne ? 1...count : 0...count - 1)
            parts.hour = (value ?? 0) % count
        case .minute(let width):
            value = number(&rest, width, upTo: 2, in: 0...59)
            parts.minute = value ?? 0
        case .second(let width):
            value = number(&rest, width, upTo: 2, in: 0...59)
            parts.second = value ?? 0
        default: break
        }
        return value != nil
    }

    /// `width` digits, or for a width of 1 as many as there are, up to `most`.
    private static func number(
        _ rest: inout Bytes, _ width: Int, upTo most: Int, in range: ClosedRange<Int64>
    ) -> Int64? {
        var value: Int64 = 0
        var count = 0
        while count < (width == 1 ? most : width), let byte = rest.first, byte >= 0x30, byte <= 0x39
        {
            value = value * 10 + Int64(byte) - 0x30
            rest = rest.dropFirst()
            count += 1
        }
        return count >= width && range.contains(value) ? value : nil
    }

    /// `width` digits, as milliseconds; further ones are cut off.
    private static func fraction(_ rest: inout Bytes, _ width: Int) -> Int64? {
        var value: Int64 = 0
        for index in 0..<max(width, 3) {
            var digit: Int64 = 0
            if index < width {
                guard let byte = rest.first, byte >= 0x30, byte <= 0x39 else { return nil }
                digit = Int64(byte) - 0x30
                rest = rest.dropFirst()
            }
            if index < 3 { value = value * 10 + digit }
        }
        return value
    }

    /// The index of the name that the text goes on with, in the case as written.
    private static func name(
        _ rest: inout Bytes, _ names: [[UInt8]], _ isLong: Bool
    ) -> Int? {
        for (index, name) in names.enumerated() {
            let wanted = isLong ? name[...] : name.prefix(3)
            guard rest.starts(with: wanted) else { continue }
            rest = rest.dropFirst(wanted.count)
            return index
        }
        return nil
    }

    private static func offset(
        _ rest: inout Bytes, _ hasMinutes: Bool, _ hasColon: Bool, _ usesZ: Bool
    ) -> Int64? {
        guard let sign = rest.first else { return nil }
        rest = rest.dropFirst()
        if usesZ, sign == UInt8(ascii: "Z") { return 0 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            let hours = number(&rest, 2, upTo: 2, in: 0...18)
        else { return nil }
        var minutes: Int64 = 0
        // X takes minutes where they are written: `+0530`.
        let isNext = rest.first.map { $0 >= 0x30 && $0 <= 0x39 } ?? false
        if hasMinutes || isNext {
            if hasColon {
                guard rest.first == UInt8(ascii: ":") else { return nil }
                rest = rest.dropFirst()
            }
            guard let value = number(&rest, 2, upTo: 2, in: 0...59) else { return nil }
            minutes = value
        }
        return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes) * 60_000
    }
}
