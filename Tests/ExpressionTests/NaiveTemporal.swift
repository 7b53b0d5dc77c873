import StreamCore

@testable import Expression

/// Temporal operations of one row, on a calendar that is walked year by year: the twin of
/// ``TemporalArithmetic`` and of the codecs.
enum NaiveTemporal {
    typealias Failure = NaiveEvaluator.Failure
    typealias Day = (year: Int, month: Int, day: Int)

    private static let milliseconds = 86_400_000

    // MARK: Calendar

    private static func isLeap(_ year: Int) -> Bool {
        year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
    }

    static func lengths(_ year: Int) -> [Int] {
        [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    }

    static func floorDiv(_ a: Int, _ b: Int) -> Int { Int((Double(a) / Double(b)).rounded(.down)) }

    static func civil(_ days: Int) -> Day {
        // 1600-03-01 begins one of the cycles of 400 years.
        var rest = days + 719_528
        var year = 0
        while rest < 0 { (rest, year) = (rest + 146_097, year - 400) }
        while rest >= 146_097 { (rest, year) = (rest - 146_097, year + 400) }
        while rest >= (isLeap(year) ? 366 : 365) {
            rest -= isLeap(year) ? 366 : 365
            year += 1
        }
        var month = 0
        while rest >= lengths(year)[month] {
            rest -= lengths(year)[month]
            month += 1
        }
        return (year, month + 1, rest + 1)
    }

    static func days(_ day: Day) -> Int {
        var total = -719_528 + day.day - 1
        var year = 0
        while year + 400 <= day.year { (total, year) = (total + 146_097, year + 400) }
        while year > day.year { (total, year) = (total - 146_097, year - 400) }
        while year < day.year { (total, year) = (total + (isLeap(year) ? 366 : 365), year + 1) }
        return total + lengths(day.year).prefix(day.month - 1).reduce(0, +)
    }

    static func addMonths(_ days: Int, _ months: Int) -> Int {
        var day = civil(days)
        let index = day.year * 12 + day.month - 1 + months
        (day.year, day.month) = (floorDiv(index, 12), index - floorDiv(index, 12) * 12 + 1)
        day.day = min(day.day, lengths(day.year)[day.month - 1])
        return self.days(day)
    }

    // MARK: Operations

    static func call(
        _ operation: TemporalOperation, _ values: [Value], _ types: [LogicalType],
        _ type: LogicalType
    ) throws -> Value {
        if values.contains(.null) { return .null }
        switch operation {
        case .cast(_, let isTry):
            if let value = cast(values[0], types[0], type) { return value }
            if isTry { return .null }
            throw Failure(code: .badCast)
        case .read(let pattern, _): return read(values[0], pattern, type) ?? .null
        case .format(let pattern, _):
            guard case .integer(let x) = values[0] else { return .null }
            return .text(format(Int(x), types[0], pattern.text))
        default: break
        }
        guard case .integer(let a) = values[0] else { return .null }
        var b: Int64 = 0
        if values.count > 1, case .integer(let value) = values[1] { b = value }
        let value = compute(operation, Int(a), Int(b), types[0], type)
        guard let value, range(type).contains(value) else { throw Failure(code: .overflow) }
        return .integer(Int64(value))
    }

    private static func range(_ type: LogicalType) -> ClosedRange<Int> {
        switch type {
        case .date: days((0, 1, 1))...days((9_999, 12, 31))
        case .timestamp, .timestampLTZ:
            days((0, 1, 1)) * milliseconds...days((10_000, 1, 1)) * milliseconds - 1
        case .int: Int(Int32.min)...Int(Int32.max)
        default: Int.min...Int.max
        }
    }

    private static func compute(
        _ operation: TemporalOperation, _ a: Int, _ b: Int, _ from: LogicalType, _ type: LogicalType
    ) -> Int? {
        switch operation {
        case .extract(let field):
            return from == .date ? part(field, a * milliseconds) : part(field, a)
        case .floor(let unit), .ceil(let unit):
            let scale = from == .date ? milliseconds : 1
            let start = begin(unit, a * scale)
            if case .floor = operation { return start / scale }
            return (start == a * scale ? start : begin(unit, next(unit, start))) / scale
        case .fromEpoch(let unit): return product(a, Int(unit))
        case .shift(let factor): return product(b, Int(factor)).flatMap { sum(a, $0) }
        case .shiftDays(let factor): return sum(a, b / milliseconds * Int(factor))
        case .shiftMonths(let factor):
            guard let months = product(b, Int(factor)), months.magnitude < 300_000 else {
                return nil
            }
            if from == .date { return addMonths(a, months) }
            let day = floorDiv(a, milliseconds)
            return addMonths(day, months) * milliseconds + (a - day * milliseconds)
        case .difference(let unit):
            if unit.isYearMonth { return months(a, b) / Int(unit.amount) }
            return (b - a) / Int(unit.amount)
        case .scale: return product(a, b)
        default: return nil
        }
    }

    private static func product(_ a: Int, _ b: Int) -> Int? {
        let (value, overflow) = a.multipliedReportingOverflow(by: b)
        return overflow ? nil : value
    }
    private static func sum(_ a: Int, _ b: Int) -> Int? {
        let (value, overflow) = a.addingReportingOverflow(b)
        return overflow ? nil : value
    }

    /// The most months that lead from the earlier to no later than the later.
    private static func months(_ a: Int, _ b: Int) -> Int {
        if b < a { return -months(b, a) }
        let (first, last) = (floorDiv(a, milliseconds), floorDiv(b, milliseconds))
        let time = a - first * milliseconds
        var count = max(0, Int(Double(last - first) / 30.44) - 5)
        while addMonths(first, count + 1) * milliseconds + time <= b { count += 1 }
        return count
    }

    private static func weekday(_ day: Int) -> Int { ((day + 4) % 7 + 7) % 7 }

    private static func part(_ field: TimeField, _ value: Int) -> Int {
        let day = floorDiv(value, milliseconds)
        let time = value - day * milliseconds
        let date = civil(day)
        switch field {
        case .millennium: return (date.year + (date.year > 0 ? 999 : -999)) / 1_000
        case .century: return (date.year + (date.year > 0 ? 99 : -99)) / 100
        case .decade: return date.year / 10
        case .year: return date.year
        case .quarter: return (date.month - 1) / 3 + 1
        case .month: return date.month
        case .day: return date.day
        case .dayOfYear: return day - days((date.year, 1, 1)) + 1
        case .dayOfWeek: return weekday(day) + 1
        case .isoDayOfWeek: return weekday(day) == 0 ? 7 : weekday(day)
        case .isoYear, .week:
            var thursday = day
            while weekday(thursday) != 4 { thursday += (weekday(day) + 6) % 7 < 3 ? 1 : -1 }
            let year = civil(thursday).year
            return field == .isoYear ? year : (thursday - days((year, 1, 1))) / 7 + 1
        case .hour: return time / 3_600_000
        case .minute: return time % 3_600_000 / 60_000
        case .second: return time % 60_000 / 1_000
        case .millisecond: return time % 1_000
        case .epoch: return floorDiv(value, 1_000)
        }
    }

    /// Where the unit of a time begins.
    private static func begin(_ unit: TimeUnit, _ value: Int) -> Int {
        var day = floorDiv(value, milliseconds)
        let date = civil(day)
        switch unit {
        case .year: return days((date.year, 1, 1)) * milliseconds
        case .quarter:
            return days((date.year, [1, 4, 7, 10][(date.month - 1) / 3], 1)) * milliseconds
        case .month: return days((date.year, date.month, 1)) * milliseconds
        case .week:
            while weekday(day) != 0 { day -= 1 }
            return day * milliseconds
        default: return floorDiv(value, Int(unit.amount)) * Int(unit.amount)
        }
    }

    /// Some time in the unit behind the one that begins here.
    private static func next(_ unit: TimeUnit, _ start: Int) -> Int {
        switch unit {
        case .year: start + 367 * milliseconds
        case .quarter: start + 93 * milliseconds
        case .month: start + 32 * milliseconds
        default: start + Int(unit.amount)
        }
    }

    // MARK: Texts

    private static func padded(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    static func text(_ value: Int, _ type: LogicalType) -> String {
        switch type {
        case .date: return format(value, .date, "yyyy-MM-dd")
        case .timestamp, .timestampLTZ: return format(value, type, "yyyy-MM-dd HH:mm:ss.SSS")
        case .intervalYearMonth:
            let months = value.magnitude
            return (value < 0 ? "-" : "+") + "\(months / 12)-" + padded(Int(months % 12), 2)
        default:
            let sign = value < 0 ? "-" : "+"
            let (days, time) = value.magnitude.quotientAndRemainder(dividingBy: 86_400_000)
            return "\(sign)\(days) " + format(Int(time), .timestamp, "HH:mm:ss.SSS")
        }
    }

    /// The patterns that the random expressions use, each written out.
    static func format(_ value: Int, _ type: LogicalType, _ pattern: String) -> String {
        let value = type == .date ? value * milliseconds : value
        let day = floorDiv(value, milliseconds)
        let date = civil(day)
        func number(_ field: TimeField, _ width: Int) -> String {
            padded(part(field, value), width)
        }
        let iso = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        let time = "\(number(.hour, 2)):\(number(.minute, 2)):\(number(.second, 2))"
        switch pattern {
        case "yyyy-MM-dd": return iso
        case "yyyy-MM-dd HH:mm:ss": return "\(iso) \(time)"
        case "yyyy-MM-dd HH:mm:ss.SSS": return "\(iso) \(time).\(number(.millisecond, 3))"
        case "HH:mm:ss.SSS": return "\(time).\(number(.millisecond, 3))"
        case "d/M/yyyy": return "\(date.day)/\(date.month)/\(padded(date.year, 4))"
        default:  // EEE, D 'o''clock' h a SS
            let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
            let hour = part(.hour, value)
            return "\(names[weekday(day)]), \(part(.dayOfYear, value)) o'clock "
                + "\(hour % 12 == 0 ? 12 : hour % 12) \(hour < 12 ? "AM" : "PM") "
                + padded(part(.millisecond, value) / 10, 2)
        }
    }

    private static func numbers(
        _ text: Substring, _ separator: Character, _ widths: [ClosedRange<Int>]
    ) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count <= widths.count else { return nil }
        var values: [Int] = []
        for (part, width) in zip(parts, widths) {
            guard width.contains(part.utf8.count),
                part.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            values.append(Int(part)!)
        }
        return values
    }

    private static func day(_ values: [Int]) -> Int? {
        let all = values + [1, 1].suffix(3 - values.count)
        guard all[0] <= 9_999, (1...12).contains(all[1]),
            (1...lengths(all[0])[all[1] - 1]).contains(all[2])
        else { return nil }
        return days((all[0], all[1], all[2]))
    }

    private static func time(_ text: Substring) -> Int? {
        let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let clock = halves.first.flatMap({ numbers($0, ":", [1...2, 1...2, 1...2]) }),
            clock.count >= 2, clock[0] < 24, clock.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        var value = (clock[0] * 60 + clock[1]) * 60_000
        if clock.count == 3 { value += clock[2] * 1_000 }
        if halves.count == 2 {
            guard clock.count == 3, (1...9).contains(halves[1].utf8.count),
                let digits = numbers(halves[1], ".", [1...9])
            else { return nil }
            _ = digits
            value += Int((halves[1] + "00").prefix(3))!
        }
        return value
    }

    private static func read(_ value: Value, _ pattern: TimePattern?, _ type: LogicalType) -> Value?
    {
        guard case .text(let bytes) = value else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        guard let pattern else { return cast(value, .string, type) }
        var result: Int?
        if pattern.text == "d/M/yyyy" {
            guard let parts = numbers(text[...], "/", [1...2, 1...2, 4...4]), parts.count == 3
            else {
                return nil
            }
            result = day([parts[2], parts[1], parts[0]]).map { $0 * milliseconds }
        } else {
            let parts = text.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, let date = numbers(parts[0], "-", [4...4, 2...2, 2...2]),
                date.count == 3, let clock = numbers(parts[1], ":", [2...2, 2...2, 2...2]),
                clock.count == 3, let time = time(parts[1]), let day = day(date)
            else { return nil }
            result = day * milliseconds + time
        }
        guard let result else { return nil }
        return .integer(Int64(type == .date ? floorDiv(result, milliseconds) : result))
    }

    // MARK: Casts, in UTC

    private static func cast(_ x: Value, _ from: LogicalType, _ type: LogicalType) -> Value? {
        switch (x, type) {
        case (.integer(let x), .string): return .text(text(Int(x), from))
        case (.integer(let x), .date):
            return .integer(Int64(floorDiv(Int(x), milliseconds)))
        case (.integer(let x), _): return .integer(from == .date ? x * Int64(milliseconds) : x)
        case (.text(let bytes), _):
            guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
            var trimmed = text[...]
            while trimmed.first == " " { trimmed.removeFirst() }
            while trimmed.last == " " { trimmed.removeLast() }
            return parsed(trimmed, type).map { .integer(Int64($0)) }
        default: return nil
        }
    }

    private static func parsed(_ text: Substring, _ type: LogicalType) -> Int? {
        if type == .date {
            let date = text.prefix { $0 != " " && $0 != "T" }
            return numbers(date, "-", [1...4, 1...2, 1...2]).flatMap { day($0) }
        }
        let date = text.prefix { $0 != " " && $0 != "T" }
        guard let values = numbers(date, "-", [4...4, 1...2, 1...2]), values.count == 3,
            let day = day(values)
        else { return nil }
        var rest = text.dropFirst(date.count)
        if rest.isEmpty { return day * milliseconds }
        rest.removeFirst()
        var offset: Int?
        if rest.hasSuffix("Z") {
            offset = 0
            rest.removeLast()
        } else if let sign = rest.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            let digits = rest[rest.index(after: sign)...]
            guard let parts = numbers(digits, ":", [2...2, 2...2]) else { return nil }
            offset =
                (rest[sign] == "-" ? -1 : 1) * (parts[0] * 60 + (parts.count > 1 ? parts[1] : 0))
            rest = rest[..<sign]
        }
        guard let time = time(rest), offset == nil || type == .timestampLTZ else { return nil }
        return day * milliseconds + time - (offset ?? 0) * 60_000
    }
}
