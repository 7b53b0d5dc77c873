import StreamAPI
import StreamCore
import StreamRuntime
import Testing

@testable import PipelineRunner

/// What the log says, and when, of watermarks that stand still.
@Suite struct WatermarkStallTests {
    private static let payments = SplitKey(
        topic: "payments", partition: PartitionIndex(rawValue: 3))

    private func hold(
        _ watermark: Watermark = .min, hasRows: Bool = false, lastRow: Int64 = 0,
        idleTimeout: Int64? = nil
    ) -> WatermarkHolder {
        .split(
            SplitHold(
                split: Self.payments, watermark: watermark, hasRows: hasRows,
                lastRowMilliseconds: lastRow, idleTimeoutMilliseconds: idleTimeout),
            source: OperatorID(rawValue: "pay"))
    }

    private func reading(
        _ watermark: Int64?, recordsIn: Int, _ holder: WatermarkHolder? = nil
    ) -> WatermarkReading {
        WatermarkReading(
            operatorID: OperatorID(rawValue: "paid_orders"),
            watermark: watermark.map(Watermark.init(rawValue:)) ?? .min, recordsIn: recordsIn,
            holder: holder ?? hold())
    }

    private func waiting(_ splitCount: Int32 = 1, since: Int64) -> AlignmentReading {
        AlignmentReading(
            source: OperatorID(rawValue: "orders"),
            splits: (0..<splitCount).map {
                SplitKey(topic: "orders", partition: PartitionIndex(rawValue: $0))
            }, group: "both", sinceMilliseconds: since, slowest: hold())
    }

    @Test func `A watermark that stands still is reported once, then at growing intervals`() {
        var stalls = WatermarkStalls()
        let times = (0...200).filter { second in
            let reports = stalls.observe(
                [reading(nil, recordsIn: second)], [], at: Int64(second) * 1000)
            return !reports.isEmpty
        }
        #expect(times == [10, 20, 40, 80, 160])
    }

    @Test func `Two reports are never further apart than the longest interval`() {
        var stalls = WatermarkStalls()
        let seconds = Array(stride(from: 0, through: 10_000, by: 10))
        let times = seconds.filter { second in
            !stalls.observe([reading(nil, recordsIn: second)], [], at: Int64(second) * 1000)
                .isEmpty
        }
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        #expect(gaps.max() == 600)
        #expect(gaps.count(where: { $0 == 600 }) > 3)
    }

    @Test func `Its release is reported once, and only if the stall was`() {
        var stalls = WatermarkStalls()
        func observe(_ watermark: Int64?, _ records: Int, at now: Int64) -> [WatermarkStalls.Report]
        { stalls.observe([reading(watermark, recordsIn: records)], [], at: now) }
        #expect(observe(nil, 0, at: 0).isEmpty)
        #expect(observe(nil, 5, at: 10_000).count == 1)
        #expect(
            observe(7, 6, at: 12_000)
                == [.moves(reading(7, recordsIn: 6), afterMilliseconds: 12_000)])
        #expect(observe(8, 7, at: 13_000).isEmpty)
        #expect(observe(8, 8, at: 22_000).isEmpty)
        #expect(observe(9, 9, at: 22_500).isEmpty)
    }

    @Test func `Where no record comes nothing is said`() {
        var stalls = WatermarkStalls()
        for second in 0...100 {
            let reports = stalls.observe(
                [reading(5, recordsIn: 70)], [], at: Int64(second) * 1000)
            #expect(reports.isEmpty)
        }
    }

    @Test func `A source that waits for its group is named, and that it reads on`() {
        var stalls = WatermarkStalls()
        let reading = waiting(since: 1_000)
        #expect(stalls.observe([], [reading], at: 10_999).isEmpty)
        #expect(
            stalls.observe([], [reading], at: 11_000)
                == [.waits(reading, forMilliseconds: 10_000)])
        #expect(stalls.observe([], [reading], at: 12_000).isEmpty)
        #expect(
            stalls.observe([], [], at: 13_000)
                == [.readsOn(source: reading.source, afterMilliseconds: 12_000)])
        // One that reads on in between does not wait for ever.
        for second: Int64 in 20...90 {
            #expect(stalls.observe([], [waiting(since: second * 1000)], at: second * 1000).isEmpty)
        }
    }

    @Test func `The sentence says which partition, where it is, and why`() {
        func sentence(_ holder: WatermarkHolder) -> String {
            WatermarkStalls.Report.heldBack(
                reading(nil, recordsIn: 1, holder), forMilliseconds: 0
            ).sentence(at: 60_000)
        }
        let stem = "watermark of paid_orders held back by payments[3] of source pay "
        #expect(sentence(hold()) == stem + "(no record yet; idle_timeout is not set)")
        let early = Watermark(rawValue: 1_000)
        #expect(
            sentence(hold(early, hasRows: true, lastRow: 18_000, idleTimeout: 90_000))
                == stem
                + "(there at 1970-01-01T00:00:01.000Z, last record 42 s ago; idle_timeout is 90000 ms)"
        )
        #expect(
            sentence(hold(early))
                == stem
                + "(no record since the restore, there at 1970-01-01T00:00:01.000Z; "
                + "idle_timeout is not set)")
        #expect(
            sentence(hold(hasRows: true, lastRow: 59_000))
                == stem
                + "(its records are more than max_lead ahead and do not move it; the last came 1 s ago; "
                + "idle_timeout is not set)")
        #expect(
            sentence(.backlog(from: "orders -> large"))
                == "watermark of paid_orders held back by rows that wait in the channel from "
                + "orders -> large")
    }

    @Test func `Of many partitions that wait some are named`() {
        func sentence(_ count: Int32) -> String {
            WatermarkStalls.Report.waits(waiting(count, since: 0), forMilliseconds: 0)
                .sentence(at: 0)
        }
        let stem =
            "source orders waits for payments[3] of source pay "
            + "(no record yet; idle_timeout is not set): "
        #expect(sentence(1) == stem + "orders[0] is more than max_drift ahead")
        #expect(
            sentence(5)
                == stem + "orders[0], orders[1], orders[2] and 2 more are more than max_drift ahead"
        )
    }
}
