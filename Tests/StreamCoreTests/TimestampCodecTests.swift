import StreamCore
import Testing

@Suite struct TimestampCodecTests {
    private func parse(_ text: String) -> TimestampCodec.Reading? {
        Array(text.utf8).withUnsafeBufferPointer { TimestampCodec.parse($0) }
    }
    private func date(_ text: String, allowsPart: Bool = false) -> Int64? {
        Array(text.utf8).withUnsafeBufferPointer { DateCodec.parse($0, allowsPart: allowsPart) }
    }
    private func write(
        _ value: Int64, _ form: TimestampCodec.Form = .sql, isInstant: Bool = false
    ) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TimestampCodec.byteCountMax) {
            let count = TimestampCodec.write(
                value, form, isInstant: isInstant, to: $0.baseAddress!)
            return String(decoding: $0[..<count], as: UTF8.self)
        }
    }
    private func writeDate(_ days: Int64) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DateCodec.byteCountMax) {
            String(decoding: $0[..<DateCodec.write(days, to: $0.baseAddress!)], as: UTF8.self)
        }
    }

    /// Every day of 800 years, forwards and backwards, in the calendar's order.
    @Test func theCalendarIsGregorian() {
        var (year, month, day): (Int64, Int64, Int64) = (1_599, 12, 31)
        for days in Int64(-135_141)..<(Int64(-135_141) + 292_195) {
            let civil = CivilDate(days: days)
            guard civil == CivilDate(year: year, month: month, day: day), civil.days == days else {
                Issue.record("day \(days) is \(civil), not \(year)-\(month)-\(day)")
                return
            }
            day += 1
            if day > CivilDate.dayCount(year: year, month: month) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect(CivilDate(year: 0, month: 1, day: 1).days == CivilDate.dayRange.lowerBound)
        #expect(CivilDate(year: 9_999, month: 12, day: 31).days == CivilDate.dayRange.upperBound)
        #expect(CivilDate.isLeap(2_000) && !CivilDate.isLeap(1_900) && CivilDate.isLeap(2_024))
    }

    @Test(
        arguments: [
            ("1970-01-01", 0), ("1970-1-2", 1), ("1969-12-31", -1), ("2000-02-29", 11_016),
            ("0000-01-01", -719_528), ("9999-12-31", 2_932_896), ("2021-02-29", nil),
            ("2021-13-01", nil), ("2021-00-01", nil), ("2021-01-00", nil), ("2021-01-32", nil),
            ("2021-01", nil), ("2021", nil), ("", nil), ("2021-01-01 ", nil), ("21-01-01", nil),
            ("12021-01-01", nil), ("2021-001-01", nil), ("2021/01/01", nil), ("-001-01-01", nil),
        ] as [(String, Int64?)])
    func readsDates(text: String, days: Int64?) {
        #expect(date(text) == days)
    }

    @Test func partsOfADateAreTakenWhereTheyAreAskedFor() {
        #expect(date("1970", allowsPart: true) == 0)
        #expect(date("1970-2", allowsPart: true) == 31)
        #expect(date("1970-", allowsPart: true) == nil)
    }

    @Test(
        arguments: [
            ("1970-01-01 00:00:00", 0, nil), ("1970-01-01", 0, nil),
            ("1970-01-01 0:0:1", 1_000, nil),
            ("1970-01-01 00:00:00.1", 100, nil), ("1970-01-01 00:00:00.12", 120, nil),
            ("1970-01-01 00:00:00.123456789", 123, nil), ("1969-12-31 23:59:59.999", -1, nil),
            ("1970-01-01T00:01", 60_000, nil), ("1970-01-01T00:00:00Z", 0, 0),
            ("1970-01-01T02:00:00+02:00", 7_200_000, 7_200_000),
            ("1970-01-01 02:00:00-0530", 7_200_000, -19_800_000),
            ("1970-01-01T02:00:00.5+02", 7_200_500, 7_200_000),
        ] as [(String, Int64, Int64?)])
    func readsTimestamps(text: String, milliseconds: Int64, offset: Int64?) {
        #expect(parse(text)?.milliseconds == milliseconds)
        #expect(parse(text)?.offsetMilliseconds == offset)
        #expect(parse(text)?.form == (text.contains("T") ? .iso8601 : .sql))
    }

    @Test(arguments: [
        "", "1970-01-01 ", "1970-01-01T", "1970-01-01 24:00:00", "1970-01-01 00:60:00",
        "1970-01-01 00:00:60", "1970-01-01 00:00:00.", "1970-01-01 00:00:00.1234567890",
        "1970-01-01 00", "1970-01-01x00:00:00", "1970-01-01 00:00:00+", "1970-01-01 00:00:00+19:00",
        "1970-01-01 00:00:00+1", "1970-01-01 00:00:00z", "1970-01-01 00:00:00 Z",
        "1970-01-01 00:00:00+01:60", "1970-01-01 00:00:00Z0", "10000-01-01 00:00:00",
    ])
    func refusesWhatIsNoTimestamp(text: String) {
        #expect(parse(text) == nil)
    }

    @Test func writesBothForms() {
        #expect(write(0) == "1970-01-01 00:00:00.000")
        #expect(write(-1) == "1969-12-31 23:59:59.999")
        #expect(write(1_500, .iso8601) == "1970-01-01T00:00:01.500")
        #expect(write(1_500, .iso8601, isInstant: true) == "1970-01-01T00:00:01.500Z")
        #expect(write(CivilDate.millisecondRange.upperBound) == "9999-12-31 23:59:59.999")
        #expect(write(CivilDate.millisecondRange.lowerBound) == "0000-01-01 00:00:00.000")
        #expect(writeDate(-719_529) == "-0001-12-31")
        #expect(writeDate(2_932_897) == "+10000-01-01")
    }

    /// Rubbish from behind a NULL, or a clock that is far off, is written somehow and traps nothing.
    @Test func everyNumberHasAText() {
        for value in [Int64.min, Int64.min + 1, Int64.max, Int64.max - 1] {
            #expect(write(value).utf8.count <= TimestampCodec.byteCountMax)
            #expect(writeDate(value).utf8.count <= DateCodec.byteCountMax)
            #expect(CivilDate(days: value).month >= -99)
        }
    }

    @Test(arguments: Array(1...20) as [UInt64])
    func whatIsWrittenIsReadAgain(seed: UInt64) {
        var state = seed
        for index in 0..<300 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let span = CivilDate.millisecondRange.upperBound - CivilDate.millisecondRange.lowerBound
            let value = CivilDate.millisecondRange.lowerBound + Int64(state >> 1) % span
            let isInstant = index % 3 == 0
            let text = write(value, index % 2 == 0 ? .sql : .iso8601, isInstant: isInstant)
            #expect(parse(text)?.milliseconds == value, "seed \(seed): \(text)")
            #expect((parse(text)?.offsetMilliseconds == 0) == isInstant)
        }
    }
}
