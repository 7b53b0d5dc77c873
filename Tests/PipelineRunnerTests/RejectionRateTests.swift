import StreamAPI
import StreamCore
import Testing

@testable import PipelineRunner
@testable import PipelineSpec

@Suite struct RejectionRateTests {
    private typealias Excess = RejectionRate.Excess

    @Test func aShareIsJudgedFromAHundredRecordsOn() {
        var rate = RejectionRate(.percent(5), perMilliseconds: 60_000, now: 1_000)
        rate.read(99, now: 1_000)
        #expect(rate.rejected(90, now: 1_000) == nil)
        rate.read(1, now: 1_001)
        #expect(rate.rejected(1, now: 1_002) == Excess(rejected: 91, read: 100))
    }

    @Test func theShareItselfIsAllowedAndOneRecordMoreIsNot() {
        var rate = RejectionRate(.percent(5), perMilliseconds: 60_000, now: 0)
        rate.read(1_000, now: 0)
        #expect(rate.rejected(50, now: 10) == nil)
        #expect(rate.rejected(1, now: 20) == Excess(rejected: 51, read: 1_000))
    }

    @Test func fewRecordsAreJudgedOnceAWholeTimeHasPassed() {
        var rate = RejectionRate(.percent(50), perMilliseconds: 60_000, now: 0)
        rate.read(3, now: 59_000)
        #expect(rate.rejected(3, now: 59_999) == nil)
        #expect(rate.rejected(0, now: 60_000) == Excess(rejected: 3, read: 3))
    }

    @Test func aNumberIsJudgedAtOnce() {
        var rate = RejectionRate(.count(2), perMilliseconds: 60_000, now: 0)
        #expect(rate.rejected(2, now: 0) == nil)
        #expect(rate.rejected(1, now: 1) == Excess(rejected: 3, read: 0))
        var none = RejectionRate(.count(0), perMilliseconds: 60_000, now: 0)
        #expect(none.rejected(1, now: 0) != nil)
    }

    @Test func whatTheTimeHasLeftBehindCountsNoMore() {
        var rate = RejectionRate(.count(10), perMilliseconds: 60_000, now: 0)
        #expect(rate.rejected(10, now: 500) == nil)
        // 59 s later it is still within the minute, 61 s later it is not.
        #expect(rate.rejected(1, now: 59_900) == Excess(rejected: 11, read: 0))
        #expect(rate.rejected(9, now: 61_100) == nil)
        #expect(rate.rejected(1, now: 61_200) == Excess(rejected: 11, read: 0))
    }

    @Test func recordsReadLongAgoDoNotExcuseThoseOfNow() {
        var rate = RejectionRate(.percent(5), perMilliseconds: 60_000, now: 0)
        rate.read(1_000_000, now: 0)
        rate.read(200, now: 300_000)
        #expect(rate.rejected(11, now: 300_001) == Excess(rejected: 11, read: 200))
    }

    /// Against counting all events again, whatever the times and the pauses.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func theRingCountsWhatTheWindowHolds(seed: UInt64) {
        var random = SeededRandom(state: seed)
        let per = [1, 59, 60, 1_000, 60_000][Int(seed % 5)] as Int64
        let slice = (per - 1) / Int64(RejectionRate.sliceCount) + 1
        let begin = Int64.random(in: 0...1_000_000, using: &random)
        var rate = RejectionRate(.count(-1), perMilliseconds: per, now: begin)
        var events: [(number: Int64, read: Int64, rejected: Int64)] = []
        var now = begin
        for _ in 0..<300 {
            now += Int64.random(in: 0...(per / 20 + 1), using: &random)
            if Int.random(in: 0..<40, using: &random) == 0 { now += per * 3 }
            let number = (now - begin) / slice
            let (read, rejected) = (
                Int.random(in: 0..<100, using: &random), Int.random(in: 0..<100, using: &random)
            )
            rate.read(read, now: now)
            events.append((number, Int64(read), Int64(rejected)))
            let excess = rate.rejected(rejected, now: now)
            let held = events.filter { $0.number > number - Int64(RejectionRate.sliceCount) }
            #expect(
                excess
                    == Excess(
                        rejected: held.reduce(0) { $0 + $1.rejected },
                        read: held.reduce(0) { $0 + $1.read }), "seed \(seed)")
        }
    }

    @Test func aMonitorFailsTheJobForGoodAndSaysWhatAndWhere() throws {
        let monitor = RejectionMonitor(
            sink: "rejects", sources: ["events"], try #require(MaxRate("5 % per 1 min"))
        ) { 0 }
        monitor.read(100)
        let raw = RawRecordBatch(rowCapacity: 10)
        let errors = RecordErrors()
        for row in 0..<6 {
            raw.keys[row] = .absent
            raw.values[row] = .absent
            raw.partitions[row] = 2
            raw.offsets[row] = Int64(row)
            errors.add(
                code: "E2001", message: "no JSON", operatorID: OperatorID(rawValue: "events"),
                row: row, of: raw)
        }
        raw.topic = "colours"
        let batch = try #require(errors.takeBatch())
        let error = #expect(throws: FatalError.self) { try monitor.willWrite(batch) }
        #expect(error?.exitCode == .tooManyRejected)
        let message = error?.message ?? ""
        for part in [
            "sink rejects", "6 of the 100 records that events read within 1 min",
            "max_rate: 5 % per 1 min", "colours[2]@5: E2001, no JSON", "raise max_rate",
        ] {
            #expect(message.contains(part), "\(part) is not in: \(message)")
        }
    }
}

/// Sebastiano Vigna's splitmix64.
private struct SeededRandom: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
