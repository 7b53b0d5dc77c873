import Foundation
import Glibc
import Testing

/// Watermarks of a whole process: what holds them back, what releases them, and who says so.
@Suite struct EventTimeTests {
    /// 2020-04-15 12:00:00 UTC.
    private static let noon: Int64 = 1_586_952_000_000

    private func topic(_ drill: Drill, _ suffix: String, partitions: Int = 1) throws -> KafkaTopic {
        let topic = KafkaTopic(
            name: "\(drill.name).\(suffix)", bootstrap: drill.broker.bootstrap,
            scratch: drill.scratch)
        try drill.broker.createTopics(["\(topic.name):\(partitions)"])
        return topic
    }

    /// All under one key, so in one partition.
    private func write(_ topic: KafkaTopic, _ rows: [(id: Int, time: Int64)]) throws {
        try topic.write(
            lines: rows.map { "k\t{\"id\":\($0.id),\"ts\":\($0.time)}\n" }.joined())
    }

    private func source(_ id: String, _ topic: KafkaTopic, _ watermark: String) -> String {
        """
          \(id):
            type: kafka
            connection: main
            topic: \(topic.name)
            format: json
            schema: { id: BIGINT NOT NULL, ts: BIGINT NOT NULL }
            event_time: ts
            watermark: { \(watermark) }

        """
    }

    private func sink(_ id: String, _ input: String, _ topic: KafkaTopic) -> String {
        "  \(id): { type: kafka, connection: main, input: \(input), topic: \(topic.name), "
            + "format: json }\n"
    }

    private func values(_ topic: KafkaTopic) throws -> [String] {
        try topic.lines("%s\\n").sorted()
    }

    /// Orders have a partition without records, payments none at all, clicks are a day ahead.
    @Test func anIdlePartitionAStalledSourceAndOneADayAheadAreNamedAndTheRestGoesOn() throws {
        let drill = try Drill("held-back")
        let orders = try topic(drill, "orders", partitions: 2)
        let payments = try topic(drill, "payments")
        let clicks = try topic(drill, "clicks")
        let (paid, clicked) = (try topic(drill, "paid"), try topic(drill, "clicked"))
        let counts = "select: { n: COUNT(*), at: window_start }"
        let window = "window: { type: tumbling, size: 1 min }"
        drill.pipeline.replacement =
            drill.pipeline.head + "sources:\n"
            + source("orders", orders, "delay: 1 s, idle_timeout: 1 s")
            + source("payments", payments, "delay: 1 s")
            + source("clicks", clicks, "delay: 1 s, max_lead: 1 h") + """
                transforms:
                  per_minute: { type: aggregate, input: orders, key: [id], \(window), \(counts) }
                  per_minute_of_clicks:
                    { type: aggregate, input: clicks, key: [id], \(window), \(counts) }
                  paid:
                    type: join
                    kind: inner
                    input: { o: orders, p: payments }
                    condition: o.id = p.id
                    \(window)
                    select: { id: o.id, at: window_start }
                sinks:

                """
            + sink("results", "per_minute", drill.output) + sink("joined", "paid", paid)
            + sink("clicked", "per_minute_of_clicks", clicked)
        let noon = Self.noon
        try write(orders, [(1, noon + 10_000), (2, noon + 20_000), (3, noon + 300_000)])
        let tomorrow = (Int64(time(nil)) + 86_400) * 1000
        try write(clicks, [(1, tomorrow), (2, tomorrow + 600_000)])
        let runner = try drill.start()
        // The idle partition of orders is left out, so the minute of noon closes.
        let follower = try TopicFollower(of: drill.output)
        try wait(for: "the windows of orders\n\(runner.tail())") { follower.count == 2 }
        try runner.waitForLog("rows did not move the watermark: their event time is more than")
        try runner.waitForLog(
            "watermark of paid held back by \(payments.name)[0] of source payments "
                + "(no record yet; idle_timeout is not set)")
        try runner.waitForLog(
            "watermark of per_minute_of_clicks held back by \(clicks.name)[0] of source clicks "
                + "(its records are more than max_lead ahead and do not move it")
        #expect(!runner.output().contains("watermark of per_minute held back"))
        #expect(try values(paid).isEmpty)

        try write(payments, [(1, noon + 15_000), (9, noon + 300_000)])
        try runner.waitForLog("watermark of paid moves again")
        try wait(for: "the join") { try values(paid).count == 1 }
        runner.signal(SIGTERM)
        #expect(try runner.waitForEnd() == .exited(0), "\(runner.tail())")
        let minute = "\"at\":\"2020-04-15 12:00:00.000Z\"}"
        #expect(try values(paid) == ["{\"id\":1,\(minute)"])
        #expect(
            try values(drill.output) == [1, 2].map { "{\"id\":\($0),\"n\":1,\(minute)" })
        #expect(try values(clicked).isEmpty)
        try expectExplained(drill)
    }

    private func expectExplained(_ drill: Drill) throws {
        let text = try ChildProcess.run(
            [Checkout.millrace, "explain", "\(drill.scratch.path)/pipeline.yaml"],
            in: drill.scratch)
        for line in [
            "paid                  the smallest of orders, payments",
            "orders: delay 1 s, idle_timeout 1 s, max_lead 1 h",
            "payments: delay 1 s, no idle_timeout, max_lead 1 h",
            "a partition without records holds it for ever: no idle_timeout",
        ] {
            #expect(text.contains(line), "\(line)\nis not in\n\(text)")
        }
    }

    // MARK: Alignment

    private static let fastCount = 24_000
    private static let stepMilliseconds: Int64 = 10_000

    /// One source has days to be read at once, the other comes slowly. Of the first a batch is read, at
    /// most 2,048 rows, before it is found to be ahead.
    private func join(aligned: Bool) throws -> (drill: Drill, slow: KafkaTopic, ChildProcess) {
        let drill = try Drill(aligned ? "aligned" : "not-aligned")
        let (fast, slow) = (try topic(drill, "fast"), try topic(drill, "slow"))
        let watermark = "delay: 1 s" + (aligned ? ", align_group: both, max_drift: 10 min" : "")
        drill.pipeline.replacement =
            drill.pipeline.head + "sources:\n" + source("fast", fast, watermark)
            + source("slow", slow, watermark) + """
                transforms:
                  pairs:
                    type: join
                    kind: left
                    input: { f: fast, s: slow }
                    condition: f.id = s.id
                    window: { type: tumbling, size: 1 min }
                    select: { id: f.id, partner: s.id, at: window_start }
                sinks:

                """ + sink("results", "pairs", drill.output)
        try write(
            fast, (0..<Self.fastCount).map { ($0, Self.noon + Int64($0) * Self.stepMilliseconds) })
        try write(slow, [(0, Self.noon)])
        return (drill, slow, try drill.start())
    }

    /// Bytes of the newest checkpoint: the join's buffered rows, for the most part.
    private func stateByteCount(_ drill: Drill) -> Int {
        guard let newest = drill.durableCheckpoints().last,
            let files = try? FileManager.default.contentsOfDirectory(atPath: newest.path)
        else { return 0 }
        return files.reduce(0) { sum, file in
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: newest.path + "/" + file)
            return sum + ((attributes?[.size] as? Int) ?? 0)
        }
    }

    private func finish(_ drill: Drill, _ slow: KafkaTopic, _ runner: ChildProcess) throws
        -> [String]
    {
        let rest = stride(from: 7, to: Self.fastCount, by: 7).map {
            ($0, Self.noon + Int64($0) * Self.stepMilliseconds)
        }
        try write(slow, rest)
        runner.signal(SIGTERM)
        #expect(try runner.waitForEnd() == .exited(0), "\(runner.tail())")
        try drill.finish()
        return try values(drill.output)
    }

    @Test func alignmentBoundsWhatAJoinKeepsAndChangesNoResult() throws {
        let free = try join(aligned: false)
        // A row takes more than 16 bytes: without alignment all of the fast source's are kept.
        let everything = Self.fastCount * 16
        try wait(for: "the fast source to be read\n\(free.2.tail())") {
            stateByteCount(free.drill) > everything
        }
        let aligned = try join(aligned: true)
        try aligned.2.waitForLog("source subtasks waited for their alignment group")
        let seen = aligned.drill.durableCheckpoints().last?.sequence ?? 0
        try wait(for: "two more checkpoints") {
            (aligned.drill.durableCheckpoints().last?.sequence ?? 0) >= seen + 2
        }
        let kept = stateByteCount(aligned.drill)
        #expect(kept > 0 && kept < everything / 3, "\(kept) bytes")

        let results = try finish(aligned.drill, aligned.slow, aligned.2)
        #expect(results == (try finish(free.drill, free.slow, free.2)))
        #expect(results.count == Self.fastCount)
        #expect(results.count { !$0.contains("\"partner\":null") } == (Self.fastCount + 6) / 7)
    }
}
