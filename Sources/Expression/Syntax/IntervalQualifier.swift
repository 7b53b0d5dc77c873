/// A part of a date or a time, as INTERVAL, EXTRACT, FLOOR and TIMESTAMPADD name it.
package enum TimeUnit: String, Hashable, Sendable, CaseIterable {
    case year = "YEAR"
    case quarter = "QUARTER"
    case month = "MONTH"
    case week = "WEEK"
    case day = "DAY"
    case hour = "HOUR"
    case minute = "MINUTE"
    case second = "SECOND"

    /// In upper case, in the singular or the plural.
    init?(keyword: String) {
        if let unit = TimeUnit(rawValue: keyword) { self = unit; return }
        guard keyword.hasSuffix("S"), let unit = TimeUnit(rawValue: String(keyword.dropLast()))
        else { return nil }
        self = unit
    }

    var isYearMonth: Bool { self == .year || self == .quarter || self == .month }

    /// Months of a year, a quarter and a month; milliseconds of the others.
    var amount: Int64 {
        switch self {
        case .year: 12
        case .quarter: 3
        case .month: 1
        case .week: 7 * 86_400_000
        case .day: 86_400_000
        case .hour: 3_600_000
        case .minute: 60_000
        case .second: 1_000
        }
    }

    /// The smaller unit that may follow behind it in an INTERVAL, and how many of that it holds.
    fileprivate var next: (unit: TimeUnit, count: Int64)? {
        switch self {
        case .year: (.month, 12)
        case .day: (.hour, 24)
        case .hour: (.minute, 60)
        case .minute: (.second, 60)
        case .quarter, .month, .week, .second: nil
        }
    }
}

/// What stands behind the text of an INTERVAL: `MINUTE`, `DAY TO SECOND`.
struct IntervalQualifier: Equatable {
    let first: TimeUnit
    /// The same as `first` for a single unit.
    let last: TimeUnit

    var isYearMonth: Bool { first.isYearMonth }
    var text: String {
        first == last ? first.rawValue : "\(first.rawValue) TO \(last.rawValue)"
    }

    /// How a text of this qualifier looks.
    var example: String {
        let whole = first == .second ? "5.5" : "5"
        guard first != last else { return "'\(whole)'" }
        var text = "5"
        for unit in units.dropFirst() {
            text += unit == .hour ? " " : unit == .month ? "-" : ":"
            text += unit == .month ? "6" : "30"
        }
        return "'\(text.replacing(" 30", with: " 06"))'"
    }

    /// Nil if `last` is not smaller than `first`, or not of its kind.
    init?(from first: TimeUnit, to last: TimeUnit) {
        self.first = first
        self.last = last
        guard first == last || units.last == last else { return nil }
    }

    private var units: [TimeUnit] {
        var units = [first]
        while let unit = units.last, unit != last, let next = unit.next { units.append(next.unit) }
        return units
    }

    /// The months or milliseconds of a text such as `5`, `-1 02:03:04.5`, `1-6`.
    ///
    /// - Returns: Nil if the text has another form, a part is too large for its place, or the
    ///   whole for 64 bits; also for digits behind milliseconds other than 0.
    func value(of text: [UInt8]) -> Int64? {
        var rest = text[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        var total: Int64 = 0
        for (index, unit) in units.enumerated() {
            if index > 0 {
                let separator = unit == .hour ? " " : unit == .month ? "-" : ":"
                guard rest.first == separator.utf8.first else { return nil }
                rest.removeFirst()
            }
            guard let number = Self.number(&rest) else { return nil }
            if index > 0, let count = units[index - 1].next?.count, number >= count { return nil }
            let (amount, overflowA) = number.multipliedReportingOverflow(by: unit.amount)
            let (sum, overflowB) = total.addingReportingOverflow(amount)
            if overflowA || overflowB { return nil }
            total = sum
        }
        if last == .second, rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard let fraction = Self.milliseconds(&rest) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(fraction)
            if overflow { return nil }
            total = sum
        }
        guard rest.isEmpty else { return nil }
        return isNegative ? -total : total
    }

    /// At least one digit.
    private static func number(_ text: inout ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        let start = text.startIndex
        while let byte = text.first, byte >= 0x30, byte <= 0x39 {
            let (tens, overflowA) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowB) = tens.addingReportingOverflow(Int64(byte) - 0x30)
            if overflowA || overflowB { return nil }
            value = sum
            text.removeFirst()
        }
        return text.startIndex > start ? value : nil
    }

    private static func milliseconds(_ text: inout ArraySlice<UInt8>) -> Int64? {
        var digits = 0
        var value: Int64 = 0
        while let byte = text.first, byte >= 0x30, byte <= 0x39 {
            if digits < 3 { value = value * 10 + Int64(byte) - 0x30 }
            if digits >= 3, byte != 0x30 { return nil }
            digits += 1
            text.removeFirst()
        }
        guard digits > 0 else { return nil }
        return digits == 1 ? value * 100 : digits == 2 ? value * 10 : value
    }
}
