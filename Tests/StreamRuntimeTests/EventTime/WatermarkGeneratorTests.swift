import StreamAPI
import StreamCore
import Testing

@testable import StreamRuntime

@Suite struct WatermarkGeneratorTests {
    private func key(_ partition: Int32) -> SplitKey {
        SplitKey(topic: "events", partition: PartitionIndex(rawValue: partition))
    }

    private func generator(
        delay: Int64 = 5, idle: Int64? = nil, splits: Int32, restored: [SplitKey: Watermark] = [:],
        watermark: Int64? = nil
    ) -> WatermarkGenerator {
        var made = WatermarkGenerator(
            WatermarkStrategy(delayMilliseconds: delay, idleTimeoutMilliseconds: idle),
            restored: restored, watermark: watermark.map(Watermark.init(rawValue:)))
        made.setOpen((0..<splits).map(key), at: 0)
        return made
    }

    @Test func `The watermark is the latest time minus the delay minus a millisecond`() {
        var one = generator(splits: 1)
        one.received(latest: 100, split: 0, at: 0)
        #expect(one.progress(at: 0).watermark == Watermark(rawValue: 94))
        one.received(latest: 90, split: 0, at: 0)
        #expect(one.progress(at: 0).isNothing)
    }

    @Test func `The slowest split decides, and one that had no row holds everything`() {
        var two = generator(splits: 2)
        two.received(latest: 100, split: 0, at: 0)
        #expect(two.progress(at: 0).isNothing)
        #expect(two.holdingBack == 1)
        two.received(latest: 50, split: 1, at: 0)
        #expect(two.progress(at: 0).watermark == Watermark(rawValue: 44))
        two.received(latest: 200, split: 1, at: 0)
        #expect(two.progress(at: 0).watermark == Watermark(rawValue: 94))
    }

    @Test func `A split without rows for the time-out is left out until its next row`() {
        var two = generator(idle: 30, splits: 2)
        two.received(latest: 100, split: 0, at: 20)
        #expect(two.progress(at: 29).isNothing)
        #expect(two.progress(at: 30).watermark == Watermark(rawValue: 94))
        two.received(latest: 200, split: 0, at: 40)
        two.received(latest: 20, split: 1, at: 41)
        // Behind the watermark: it holds it, and the watermark does not fall.
        #expect(two.progress(at: 41).isNothing)
        #expect(two.progress(at: 69).isNothing)
        two.received(latest: 300, split: 0, at: 70)
        #expect(two.progress(at: 71).watermark == Watermark(rawValue: 294))
    }

    @Test func `When all splits are idle the source is, and comes back with a row`() {
        var one = generator(idle: 30, splits: 1)
        #expect(one.progress(at: 29).isNothing)
        #expect(one.progress(at: 30) == EventTimeProgress(status: .idle))
        #expect(one.progress(at: 60).isNothing)
        one.received(latest: 100, split: 0, at: 61)
        #expect(
            one.progress(at: 61)
                == EventTimeProgress(watermark: Watermark(rawValue: 94), status: .active))
    }

    @Test func `A split that waits for its group does not become idle before it is read again`() {
        var two = generator(idle: 30, splits: 2)
        two.received(latest: 100, split: 0, at: 0)
        two.received(latest: 50, split: 1, at: 20)
        two.setPaused(.init(pausedSplits: [key(0)]), at: 20)
        #expect(two.progress(at: 49).watermark == Watermark(rawValue: 44))
        // Split 1 is idle, split 0 is not: its time-out begins when it is read again.
        #expect(two.progress(at: 50).watermark == Watermark(rawValue: 94))
        two.setPaused(.init(), at: 60)
        #expect(two.progress(at: 89).isNothing)
        #expect(two.progress(at: 90) == EventTimeProgress(status: .idle))
        two.setPaused(.init(isPaused: true), at: 90)
        two.received(latest: 200, split: 1, at: 90)
        #expect(two.progress(at: 500).status == .active)
    }

    @Test func `A source without splits is idle at once`() {
        var none = generator(splits: 0)
        #expect(none.progress(at: 0) == EventTimeProgress(status: .idle))
    }

    @Test func `A finished split holds nothing back, and a new one does`() {
        var two = generator(splits: 2)
        two.received(latest: 50, split: 0, at: 0)
        two.received(latest: 100, split: 1, at: 0)
        #expect(two.progress(at: 0).watermark == Watermark(rawValue: 44))
        two.setOpen([key(1), key(2)], at: 0)
        #expect(two.progress(at: 0).isNothing)
        two.received(latest: 90, split: 2, at: 0)
        #expect(two.progress(at: 0).watermark == Watermark(rawValue: 84))
        #expect(two.snapshot.count == 3)
    }

    @Test func `Rows that may not move the watermark still end the idleness`() {
        var one = generator(idle: 30, splits: 1)
        _ = one.progress(at: 30)
        one.received(latest: nil, split: 0, at: 31)
        #expect(one.progress(at: 31) == EventTimeProgress(status: .active))
        #expect(one.snapshot.isEmpty)
    }

    @Test func `After a restore each split goes on from its watermark and nothing falls`() {
        let saved = [key(0): Watermark(rawValue: 80), key(1): Watermark(rawValue: 120)]
        var two = generator(splits: 2, restored: saved, watermark: 80)
        #expect(two.progress(at: 0).isNothing)
        two.received(latest: 60, split: 0, at: 0)
        #expect(two.progress(at: 0).isNothing)
        #expect(two.snapshot == saved)
        two.received(latest: 200, split: 0, at: 0)
        #expect(two.progress(at: 0).watermark == Watermark(rawValue: 120))
    }

    @Test func `Times at the ends of the range do not wrap around`() {
        var one = generator(delay: 1_000, splits: 1)
        one.received(latest: .min + 3, split: 0, at: 0)
        #expect(one.progress(at: 0).isNothing)
        one.received(latest: .max, split: 0, at: 0)
        #expect(one.progress(at: 0).watermark == Watermark(rawValue: .max - 1_001))
    }

    /// Against what the page says: the smallest over the splits that are open and have had a row
    /// within the time-out, of latest - delay - 1, and never less than before.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `Random rows keep the rules`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = Int.random(in: 1...4, using: &random)
        let idle: Int64? = Bool.random(using: &random) ? 40 : nil
        var made = generator(idle: idle, splits: Int32(count))
        var latest = [Int64?](repeating: nil, count: count)
        var lastRow = [Int64](repeating: 0, count: count)
        var isOpen = [Bool](repeating: true, count: count)
        var (now, output): (Int64, Int64?) = (0, nil)
        for _ in 0..<200 {
            now += Int64.random(in: 0...15, using: &random)
            let split = Int.random(in: 0..<count, using: &random)
            if Int.random(in: 0..<60, using: &random) == 0 {
                isOpen[split] = false
                made.setOpen((0..<count).filter { isOpen[$0] }.map { key(Int32($0)) }, at: now)
            } else if isOpen[split] {
                let time = Int64.random(in: 0...1_000, using: &random)
                made.received(latest: time, split: split, at: now)
                latest[split] = max(latest[split] ?? time, time)
                lastRow[split] = now
            }
            let holding = (0..<count).filter { index in
                isOpen[index] && now - lastRow[index] < idle ?? .max
            }
            let progress = made.progress(at: now)
            let times = holding.map { latest[$0] }
            if !times.isEmpty, !times.contains(nil) {
                let reached = (times.compactMap(\.self).min() ?? 0) - 6
                let expected = output.map { reached > $0 } ?? true ? reached : nil
                #expect(progress.watermark?.rawValue == expected, "seed \(seed)")
                output = max(output ?? reached, reached)
            } else {
                #expect(progress.watermark == nil, "seed \(seed)")
            }
            #expect(made.watermark.rawValue == output ?? .min)
        }
    }
}
