import StreamTesting
import Testing

@testable import PipelineRunner

/// Where batches end, how many subtasks there are, and where a run is killed and restored change nothing of
/// what is committed: filters, maps, unions, splits, deduplication, windows, sessions and joins behind
/// sources of several partitions.
@Suite struct SameOutputTests {
    /// Every operator that lies between two sources and seven sinks. Partitions have keys of their own, since
    /// in which order rows of different partitions come is not fixed; each is out of order by less than
    /// the delay, so none is late.
    private static let operators = """
        transforms:
          positive: { type: filter, input: a, where: n > 1 }
          shifted: { type: map, input: b, select: { k: k, n: n + 100, ts: ts } }
          together: { type: union, input: [positive, shifted] }
          routes:
            type: split
            input: together
            routes: { even: "n % 2 = 0" }
            default: output
          once: { type: deduplicate, input: routes.even, key: [k, n], ttl: 20 s }
          tumbled:
            type: aggregate
            input: once
            key: [k]
            window: { type: tumbling, size: 10 s }
            select: { rows: COUNT(*), sum: SUM(n), at: window_start }
          hopped:
            type: aggregate
            input: routes.default
            key: [k]
            window: { type: hopping, size: 10 s, slide: 5 s }
            select: { rows: COUNT(*), low: MIN(n), high: MAX(n), at: window_start }
          hours:
            type: aggregate
            input: tumbled
            key: { every: "1" }
            window: { type: tumbling, size: 1 min }
            select: { windows: COUNT(*), sum: SUM(sum), at: window_start }
          sessions:
            type: aggregate
            input: together
            key: [k]
            window: { type: session, gap: 3 s }
            select: { rows: COUNT(*), from: window_start, until: window_end }
          pairs:
            type: join
            kind: full
            input: { l: positive, r: shifted }
            condition: l.n + 100 = r.n
            window: { type: tumbling, size: 10 s }
            select: { left_key: l.k, right_key: r.k, n: l.n, m: r.n, at: window_start }
        sinks:
          o1: { type: kafka, connection: main, input: once, topic: o1, format: json }
          o2: { type: kafka, connection: main, input: tumbled, topic: o2, format: json }
          o3: { type: kafka, connection: main, input: hopped, topic: o3, format: json }
          o4: { type: kafka, connection: main, input: hours, topic: o4, format: json }
          o5: { type: kafka, connection: main, input: sessions, topic: o5, format: json }
          o6: { type: kafka, connection: main, input: pairs, topic: o6, format: json }
          o7: { type: kafka, connection: main, input: [positive, shifted], topic: o7, format: json }
        """

    private static func partition(_ name: String, _ random: inout SplitMix64) -> [String] {
        var time: Int64 = 1_000_000
        return (0..<Int.random(in: 20...60, using: &random)).map { _ in
            time += Int64.random(in: 0...2_500, using: &random)
            let own = time - Int64.random(in: 0...1_900, using: &random)
            let key = "\(name)\(Int.random(in: 0..<3, using: &random))"
            return
                "{\"k\":\"\(key)\",\"n\":\(Int.random(in: 0..<12, using: &random)),\"ts\":\(own)}"
        }
    }

    private static func bed(
        _ random: inout SplitMix64, watermark: String = "delay: 2 s"
    ) -> PipelineBed {
        let schema = "k: STRING NOT NULL, n: BIGINT NOT NULL, ts: BIGINT NOT NULL"
        return PipelineBed(
            "same",
            sources: [("a", 3), ("b", 2)].map { name, count in
                (name, schema, (0..<count).map { partition("\(name)\($0)-", &random) })
            }, operators, watermark: watermark)
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func `A kill and a restore at any batch, under any parallelism, change nothing`(seed: UInt64)
        throws
    {
        var random = SplitMix64(seed: seed)
        let bed = Self.bed(&random)
        let whole = try bed.run(parallelism: 1, seed: seed)
        #expect(whole.checkpoint == nil)
        #expect(whole.rows.keys.sorted() == (1...7).map { "o\($0)" })
        #expect(whole.rows.values.allSatisfy { !$0.isEmpty }, "seed \(seed)")
        for parallelism in [1, 2, 5] {
            let rows = try bed.rowsWithKills(
                parallelism: parallelism, seed: seed, batchCount: whole.batchCount, &random)
            for sink in whole.rows.keys.sorted() {
                #expect(rows[sink] == whole.rows[sink], "seed \(seed), \(parallelism), \(sink)")
            }
        }
    }

    /// Partitions wait for each other all the time, some readers as a whole: nothing is lost, nothing is
    /// repeated, and nobody waits for ever.
    @Test(arguments: [1, 2, 5], 0..<2 as Range<UInt64>)
    func `Alignment changes nothing either, nor with a kill and a restore`(
        parallelism: Int, seed: UInt64
    ) throws {
        var random = SplitMix64(seed: seed)
        let whole = try Self.bed(&random).run(parallelism: 1, seed: seed)
        random = SplitMix64(seed: seed)
        let bed = Self.bed(
            &random, watermark: "delay: 2 s, align_group: g, max_drift: 15 s")
        let cut = Int.random(in: 1...whole.batchCount, using: &random)
        let first = try bed.run(parallelism: parallelism, seed: seed, cut: cut)
        #expect(first.rows.keys.allSatisfy(whole.rows.keys.contains))
        let rest = try bed.run(
            parallelism: parallelism == 2 ? 5 : 2, seed: seed, from: first.checkpoint)
        #expect((first.checkpoint == nil ? first.rows : rest.rows) == whole.rows, "seed \(seed)")
    }

    @Test func `Every single batch of a run is a place to be killed at`() throws {
        var random = SplitMix64(seed: 77)
        let bed = Self.bed(&random)
        let whole = try bed.run(parallelism: 1, seed: 77)
        var cut = 1
        while true {
            let first = try bed.run(parallelism: 2, seed: 77, cut: cut)
            guard let checkpoint = first.checkpoint else { break }
            let rest = try bed.run(parallelism: 1, seed: 78, from: checkpoint)
            #expect(rest.rows == whole.rows, "cut behind batch \(cut)")
            cut += 1
        }
        #expect(cut > 10)
    }

    /// Every tenth row is a minute behind, and at least two batches behind the row that closed its window:
    /// it is late however rows are batched, also when it is the first one behind a restore. One partition and
    /// one subtask, since elsewhere it depends on the others whether a watermark has come already.
    private static func lateBed(_ random: inout SplitMix64) -> PipelineBed {
        let rows = (0..<80).map { index -> String in
            let isLate = index >= 40 && index % 10 == 0
            let time = 1_000_000 + Int64(index) * 2_000 - (isLate ? 60_000 : 0)
            return
                "{\"n\":\(isLate ? 1_000 : Int.random(in: 0..<5, using: &random)),\"ts\":\(time)}"
        }
        return PipelineBed(
            "late", sources: [("c", "n: BIGINT NOT NULL, ts: BIGINT NOT NULL", [rows])],
            """
            transforms:
              tumbled:
                type: aggregate
                input: c
                key: { every: "1" }
                window: { type: tumbling, size: 10 s }
                select: { rows: COUNT(*), sum: SUM(n), at: window_start }
              once: { type: deduplicate, input: c, key: [n], ttl: 5 s }
            sinks:
              o1: { type: kafka, connection: main, input: tumbled, topic: o1, format: json }
              o2: { type: kafka, connection: main, input: once, topic: o2, format: json }
            """)
    }

    @Test func `A row that was late is late behind every restore, too`() throws {
        var random = SplitMix64(seed: 5)
        let bed = Self.lateBed(&random)
        let whole = try bed.run(parallelism: 1, seed: 5)
        #expect(whole.rows["o1"]?.count == 16)
        #expect(whole.rows["o2"]?.contains { $0.contains("\"n\":1000,") } == false)
        for cut in 1...whole.batchCount {
            let first = try bed.run(parallelism: 1, seed: 5, cut: cut)
            let checkpoint = try #require(first.checkpoint)
            let rest = try bed.run(parallelism: 1, seed: 6, from: checkpoint)
            #expect(rest.rows == whole.rows, "cut behind batch \(cut)")
        }
    }
}
