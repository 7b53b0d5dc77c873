internal import StreamCore

/// A time zone: how far its clocks are ahead of UTC at each instant.
///
/// Immutable. Two of the same name are equal: a process reads one version of the zone files.
package final class TimeZoneRules: Sendable {
    /// As it was asked for: `UTC`, `+02:00`, `Europe/Berlin`.
    package let name: String
    /// Seconds since the epoch, ascending, from which ``offsets`` hold.
    private let transitions: [Int64]
    /// Seconds ahead of UTC; one more than ``transitions``, the first for what is before them.
    private let offsets: [Int64]

    package static let utc = TimeZoneRules(name: "UTC", transitions: [], offsets: [0])

    init(name: String, transitions: [Int64], offsets: [Int64]) {
        precondition(offsets.count == transitions.count + 1)
        self.name = name
        self.transitions = transitions
        self.offsets = offsets
    }

    /// The zone of a name: `UTC`, `Z`, `+08:00`, `GMT-8`, or one of the IANA database that the
    /// system has in /usr/share/zoneinfo.
    ///
    /// - Returns: Nil if there is none. Abbreviations such as `PST` are not known.
    /// - Cost: Reads a file of some kilobytes. Never on the record path.
    package static func find(_ name: String) -> TimeZoneRules? {
        if let seconds = fixedOffset(name) {
            return TimeZoneRules(name: name, transitions: [], offsets: [seconds])
        }
        return TimeZoneFile.read(name)
    }

    /// `UTC`, `GMT`, `UT`, `Z`, alone or with an offset behind; or an offset alone.
    private static func fixedOffset(_ name: String) -> Int64? {
        var rest = name[...]
        for prefix in ["UTC", "GMT", "UT", "Z"] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
            if rest.isEmpty { return 0 }
            break
        }
        guard let sign = rest.first, sign == "+" || sign == "-" else { return nil }
        let parts = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let hours = digits(parts[0], 1...2),
            let minutes = parts.count == 2 ? digits(parts[1], 2...2) : 0, minutes < 60,
            hours * 60 + minutes <= 18 * 60
        else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 60 + minutes) * 60
    }

    private static func digits(_ text: Substring, _ counts: ClosedRange<Int>) -> Int64? {
        guard counts.contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return nil }
        return Int64(text)
    }

    /// The same at all times.
    var isFixed: Bool { transitions.isEmpty }

    // MARK: Conversions

    /// How far the clocks are ahead of UTC, in milliseconds.
    func offset(at instant: Int64) -> Int64 {
        guard !isFixed else { return offsets[0] &* 1_000 }
        let seconds = repeated(floorDivide(instant, 1_000))
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low &+ high) / 2
            if transitions[middle] <= seconds { low = middle &+ 1 } else { high = middle }
        }
        return offsets[low] &* 1_000
    }

    /// A time behind the years that zone files list, as one of a year among them that begins on the
    /// same weekday and is as long: today's rules name weekdays of months.
    private func repeated(_ seconds: Int64) -> Int64 {
        let days = floorDivide(seconds, 86_400)
        guard days > Self.lastDay else { return seconds }
        let year = CivilDate(days: days).year
        for candidate in Int64(2_010)...2_037 {
            let first = CivilDate(year: candidate, month: 1, day: 1).days
            let other = CivilDate(year: year, month: 1, day: 1).days
            if (other &- first) % 7 == 0, CivilDate.isLeap(candidate) == CivilDate.isLeap(year) {
                return seconds &- (other &- first) &* 86_400
            }
        }
        return seconds
    }

    /// 2037-12-31, the last day that zone files list.
    private static let lastDay: Int64 = 24_836

    /// What the clocks show at an instant; both in milliseconds.
    func local(_ instant: Int64) -> Int64 { instant &+ offset(at: instant) }

    /// The instant at which the clocks show `local`; both in milliseconds.
    ///
    /// Of two such instants the earlier; a reading that the clocks skip is taken as if they had not
    /// been set forward yet (`java.time.LocalDateTime.atZone`).
    func instant(_ local: Int64) -> Int64 {
        guard !isFixed else { return local &- offsets[0] &* 1_000 }
        let before = offset(at: local &- CivilDate.millisecondsPerDay)
        if offset(at: local &- before) == before { return local &- before }
        let after = offset(at: local &+ CivilDate.millisecondsPerDay)
        return offset(at: local &- after) == after ? local &- after : local &- before
    }
}

extension TimeZoneRules: Hashable {
    package static func == (a: TimeZoneRules, b: TimeZoneRules) -> Bool { a.name == b.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
