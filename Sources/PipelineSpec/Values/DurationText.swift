/// Durations as Flink writes them (`10 s`, `15 min`, `1 h`, `500ms`) and as ISO 8601 does (`PT10S`).
enum DurationText {
    enum Failure: Error, Equatable {
        case notADuration
        case unknownUnit(String)
        case unitMissing
        case negative
        /// Beyond 2^63 milliseconds.
        case overflow
        /// Less than a millisecond is left over.
        case tooFine
    }

    /// - Parameter bareNumbers: Whether a number without a unit is milliseconds.
    /// - Returns: Milliseconds, 0 or more.
    static func parse(_ text: String, bareNumbers: Bool) -> Result<Int64, Failure> {
        let trimmed = text.trimmingSpaces()
        if trimmed.hasPrefix("-") { return .failure(.negative) }
        if trimmed.uppercased().hasPrefix("P") { return parseISO(trimmed.uppercased()) }
        let digits = trimmed.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else { return .failure(.notADuration) }
        guard let number = Int64(digits) else { return .failure(.overflow) }
        let unit = String(trimmed.dropFirst(digits.count)).trimmingSpaces().lowercased()
        if unit.isEmpty {
            return bareNumbers || number == 0 ? .success(number) : .failure(.unitMissing)
        }
        if unit.hasPrefix(".") || unit.hasPrefix(",") { return .failure(.notADuration) }
        guard let nanoseconds = unitNanoseconds[unit] else { return .failure(.unknownUnit(unit)) }
        return milliseconds(number, nanoseconds)
    }

    private static func milliseconds(_ number: Int64, _ nanoseconds: Int64) -> Result<
        Int64, Failure
    > {
        guard nanoseconds < 1_000_000 else {
            let (product, overflow) = number.multipliedReportingOverflow(
                by: nanoseconds / 1_000_000)
            return overflow ? .failure(.overflow) : .success(product)
        }
        let perMillisecond = 1_000_000 / nanoseconds
        return number % perMillisecond == 0
            ? .success(number / perMillisecond) : .failure(.tooFine)
    }

    /// Flink's `TimeUtils` labels.
    private static let unitNanoseconds: [String: Int64] = {
        let labels: [(Int64, [String])] = [
            (86_400_000_000_000, ["d", "day", "days"]),
            (3_600_000_000_000, ["h", "hour", "hours"]),
            (60_000_000_000, ["min", "m", "minute", "minutes"]),
            (1_000_000_000, ["s", "sec", "secs", "second", "seconds"]),
            (1_000_000, ["ms", "milli", "millis", "millisecond", "milliseconds"]),
            (1_000, ["us", "µs", "μs", "micro", "micros", "microsecond", "microseconds"]),
            (1, ["ns", "nano", "nanos", "nanosecond", "nanoseconds"]),
        ]
        return Dictionary(
            uniqueKeysWithValues: labels.flatMap { size, names in names.map { ($0, size) } })
    }()

    // MARK: ISO 8601

    /// `P1DT2H3M4S`, whole numbers only; years and months have no fixed length.
    private static func parseISO(_ text: String) -> Result<Int64, Failure> {
        var rest = text.dropFirst()
        var inTime = false
        var total: Int64 = 0
        var partCount = 0
        while let first = rest.first {
            if first == "T", !inTime {
                inTime = true
                rest = rest.dropFirst()
                continue
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty, let unit = rest.dropFirst(digits.count).first,
                let size = isoMilliseconds(unit, inTime)
            else { return .failure(.notADuration) }
            guard let number = Int64(digits) else { return .failure(.overflow) }
            let (product, overflow) = number.multipliedReportingOverflow(by: size)
            let (sum, sumOverflow) = total.addingReportingOverflow(product)
            guard !overflow, !sumOverflow else { return .failure(.overflow) }
            total = sum
            partCount += 1
            rest = rest.dropFirst(digits.count + 1)
        }
        return partCount > 0 ? .success(total) : .failure(.notADuration)
    }

    private static func isoMilliseconds(_ unit: Character, _ inTime: Bool) -> Int64? {
        switch (unit, inTime) {
        case ("D", false): 86_400_000
        case ("W", false): 7 * 86_400_000
        case ("H", true): 3_600_000
        case ("M", true): 60_000
        case ("S", true): 1_000
        default: nil
        }
    }

    // MARK: Printing

    /// The shortest exact form: `15 min`, `90 s`, `1500 ms`.
    static func text(milliseconds: Int64) -> String {
        let units: [(Int64, String)] = [
            (86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"),
        ]
        for (size, name) in units where milliseconds != 0 && milliseconds % size == 0 {
            return "\(milliseconds / size) \(name)"
        }
        return milliseconds == 0 ? "0" : "\(milliseconds) ms"
    }
}

extension String {
    /// Without blanks at both ends.
    func trimmingSpaces() -> String {
        let start = drop { $0 == " " || $0 == "\t" }
        let end = start.lastIndex { $0 != " " && $0 != "\t" }
        return end.map { String(start[...$0]) } ?? ""
    }
}
