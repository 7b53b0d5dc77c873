import StreamAPI
import StreamCore
import Testing

@testable import StreamRuntime

/// Which splits wait for their group. A line of a transcript is the group's smallest watermark, the
/// splits' own, and what is to be done: `0 | a=4 b=9 | a reads, b waits`. `*` marks an idle split, `.` one
/// that has ended; a watermark of `-` is none yet.
@Suite struct SplitAlignmentTests {
    private static func key(_ name: some StringProtocol) -> SplitKey {
        SplitKey(topic: String(name), partition: PartitionIndex(rawValue: 0))
    }

    private static func split(_ text: some StringProtocol) -> WatermarkGenerator.Split {
        let parts = text.split(separator: "=")
        let number = String(parts[1]).filter { $0.isNumber || $0 == "-" }
        return WatermarkGenerator.Split(
            key: key(parts[0]),
            watermark: Int64(number).map(Watermark.init(rawValue:)) ?? .min,
            lastRowMilliseconds: 0, isIdle: parts[1].hasSuffix("*"),
            isOpen: !parts[1].hasSuffix("."))
    }

    private static func group(_ text: some StringProtocol) -> Watermark {
        switch text {
        case "-": .min
        case "end": .max
        default: Watermark(rawValue: Int64(text) ?? 0)
        }
    }

    /// Checks every line of a transcript against one instance with a drift of 5.
    private func replay(pausesSplits: Bool = true, _ transcript: String) throws {
        var alignment = SplitAlignment(maxDriftMilliseconds: 5)
        for line in transcript.split(separator: "\n") {
            let parts = line.split(separator: "|").map { $0.split(separator: " ") }
            let before = alignment.decision
            let decision = alignment.update(
                parts[1].map(Self.split), group: Self.group(parts[0][0]),
                pausesSplits: pausesSplits)
            #expect((decision != nil) == (before != alignment.decision), "\(line)")
            let now = alignment.decision
            let waiting = now.pausedSplits.map(\.topic).joined(separator: "+")
            let all = now.isPaused ? ["all"] : []
            let found = all + (waiting.isEmpty ? [] : [waiting])
            #expect((found.isEmpty ? ["none"] : found) == parts[2].map(String.init), "\(line)")
        }
    }

    @Test func `A split waits as soon as it is more than the drift ahead, and until it is not`()
        throws
    {
        try replay(
            """
            0 | a=4 b=5 | none
            0 | a=4 b=6 | b
            0 | a=5 b=6 | b
            1 | a=5 b=6 | none
            1 | a=7 b=6 | a
            """)
    }

    @Test func `When every split is ahead nothing is read, and what was left out stays so`() throws
    {
        try replay(
            """
            0 | a=9 b=2 | a
            0 | a=9 b=8 | all a
            3 | a=9 b=8 | a
            9 | a=9 b=8 | none
            0 | a=9 b=8 | all
            """)
    }

    @Test func `A split without a watermark is behind, and one that has ended is not asked`() throws
    {
        try replay(
            """
            0 | a=9 b=- | a
            0 | a=9 b=9. | all a
            0 | a=9. b=9. | none
            """)
    }

    @Test
    func `While a split is idle the others are left out one by one, since its rows are awaited`()
        throws
    {
        try replay(
            """
            0 | a=9 b=1* | a
            0 | a=9 b=9* | all a
            0 | a=9* b=9* | all a
            """)
    }

    @Test func `A reader that cannot leave out a split stops when no split that counts is behind`()
        throws
    {
        try replay(
            pausesSplits: false,
            """
            0 | a=9 b=2 | none
            0 | a=9 b=7 | all
            3 | a=9 b=7 | none
            0 | a=9 b=2* | all
            """)
    }

    @Test func `Nobody waits for a group at its end, and everybody for one that has not begun`()
        throws
    {
        try replay(
            """
            - | a=9223372036854775807 b=- | a
            end | a=9223372036854775807 b=- | none
            """)
    }

    /// Against the rules of the page, word for word.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func `Random splits keep the rules`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let pausesSplits = Bool.random(using: &random)
        let drift = Int64.random(in: 0...10, using: &random)
        var alignment = SplitAlignment(maxDriftMilliseconds: drift)
        let names = ["a", "b", "c", "d"].prefix(Int.random(in: 1...4, using: &random))
        for step in 0..<50 {
            let splits = names.map { name in
                WatermarkGenerator.Split(
                    key: Self.key(name),
                    watermark: Watermark(rawValue: .random(in: 0...30, using: &random)),
                    lastRowMilliseconds: 0, isIdle: Bool.random(using: &random),
                    isOpen: Int.random(in: 0..<4, using: &random) > 0)
            }
            let group = Int64.random(in: 0...30, using: &random)
            let before = alignment.decision
            _ = alignment.update(
                splits, group: Watermark(rawValue: group), pausesSplits: pausesSplits)
            let open = splits.filter(\.isOpen)
            let ahead = open.filter { $0.watermark.rawValue > group + drift }
            let reading = open.filter { $0.watermark.rawValue <= group + drift && !$0.isIdle }
            let isPaused =
                !ahead.isEmpty && reading.isEmpty
                && (pausesSplits ? ahead.count == open.count : true)
            #expect(alignment.decision.isPaused == isPaused, "seed \(seed) step \(step)")
            let expected =
                isPaused ? before.pausedSplits : pausesSplits ? ahead.map(\.key) : []
            #expect(alignment.decision.pausedSplits == expected, "seed \(seed) step \(step)")
        }
    }
}

/// Several subtasks against each other, a step at a time: nobody runs away, and nobody waits for ever.
@Suite struct AlignmentSimulationTests {
    /// One subtask with splits whose rows are given; reads one row of a random split that may be read.
    private final class Simulated {
        var rows: [[Int64]]
        let alignment: SourceAlignment
        var generator: WatermarkGenerator
        let keys: [SplitKey]
        let pausesSplits: Bool
        private(set) var hasEnded = false

        init(
            _ rows: [[Int64]], _ group: AlignmentGroup, _ id: SubtaskID, drift: Int64,
            _ pauses: Bool
        ) {
            self.rows = rows
            alignment = SourceAlignment(group, id, maxDriftMilliseconds: drift)
            generator = WatermarkGenerator(WatermarkStrategy(delayMilliseconds: 0))
            keys = rows.indices.map {
                SplitKey(topic: "\(id)", partition: PartitionIndex(rawValue: Int32($0)))
            }
            pausesSplits = pauses
        }

        /// - Returns: The watermark of the split that was read, before that.
        func step(at now: Int64, _ random: inout SplitMix64) -> Watermark? {
            generator.setOpen(keys.indices.filter { !rows[$0].isEmpty }.map { keys[$0] }, at: now)
            var read: Watermark?
            let paused = alignment.decision
            let readable = keys.indices.filter {
                !rows[$0].isEmpty && !paused.isPaused && !paused.pausedSplits.contains(keys[$0])
            }
            if let index = readable.randomElement(using: &random),
                let split = generator.splits.firstIndex(where: { $0.key == keys[index] })
            {
                read = generator.splits[split].watermark
                generator.received(latest: rows[index].removeFirst(), split: split, at: now)
            }
            _ = generator.progress(at: now)
            if rows.allSatisfy(\.isEmpty) {
                hasEnded = true
                alignment.ended()
            } else if let decision = alignment.update(
                generator, nowMilliseconds: now, pausesSplits: pausesSplits)
            {
                generator.setPaused(decision, at: now)
            }
            return read
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `Every row is read, and none far ahead of the group`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let ids = (0..<Int.random(in: 1...4, using: &random)).map {
            SubtaskID(vertex: UInt16($0), index: 0)
        }
        let group = AlignmentGroup(name: "g", subtasks: ids)
        let drift = Int64.random(in: 0...40, using: &random)
        let subtasks = ids.map { id in
            let rows = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                var time = Int64.random(in: 0...500, using: &random)
                return (0..<Int.random(in: 1...40, using: &random)).map { _ in
                    time += Int64.random(in: 0...10, using: &random)
                    return time
                }
            }
            return Simulated(rows, group, id, drift: drift, Bool.random(using: &random))
        }
        var now: Int64 = 0
        while let next = subtasks.filter({ !$0.hasEnded }).randomElement(using: &random) {
            now += Int64.random(in: 0...120, using: &random)
            let slowest = group.slowest.watermark
            let read = next.step(at: now, &random)
            // Only a split that is not ahead of the group is read.
            if let read, read > .min, slowest != .max, next.pausesSplits {
                #expect(read.rawValue <= slowest.rawValue + drift, "seed \(seed) at \(now)")
            }
            #expect(now < 4_000_000, "seed \(seed): somebody waits for ever")
            if now >= 4_000_000 { return }
        }
        #expect(subtasks.allSatisfy { $0.rows.allSatisfy(\.isEmpty) })
    }
}
