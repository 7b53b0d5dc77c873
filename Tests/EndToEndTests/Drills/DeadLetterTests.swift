import Foundation
import Glibc
import Testing

/// The two pipelines that come with the product, with event time and dead letters, killed and started
/// again: what comes out is what an oracle gives for the records that are not dead letters, and each late
/// or broken record is a dead letter once, byte for byte.
@Suite struct DeadLetterTests {
    private func word(_ place: String) -> String { String(place.prefix { $0 != ":" }) }

    /// The shipped file under the drill's names, with short intervals.
    private func shipped(
        _ file: String, _ name: String, _ drill: Drill, _ topics: [String: String]
    ) throws -> String {
        var text = try String(
            contentsOfFile: "\(Checkout.root)/pipelines/\(file)", encoding: .utf8)
        func replace(_ old: String, _ new: String) throws {
            guard text.contains(old) else { throw DrillError("\(file) has no \(old)") }
            text = text.replacing(old, with: new)
        }
        try replace("name: \(name)", "name: \(drill.name)")
        text = text.replacing(
            "transactional_id_prefix: \(name)", with: "transactional_id_prefix: \(drill.name)")
        for (old, new) in topics { try replace("topic: \(old)\n", "topic: \(new)\n") }
        for key in ["interval", "timeout"] {
            let value = key == "interval" ? "150 ms" : "2 min"
            text = text.replacing(
                try Regex("execution.checkpointing.\(key): .*"),
                with: "execution.checkpointing.\(key): \(value)")
        }
        text = text.replacing(
            try Regex("execution.checkpointing.dir: .*"),
            with: "execution.checkpointing.dir: file://\(drill.pipeline.checkpointFolder)\n"
                + "  millrace.lease.timeout: 5 min")
        text = text.replacing(try Regex("  restart-strategy.type: .*\n"), with: "")
        text = text.replacing("config:\n", with: "config:\n  restart-strategy.type: none\n")
        return text.replacing(
            try Regex("bootstrap.servers: .*"), with: "bootstrap.servers: \(drill.broker.bootstrap)"
        )
    }

    private func topic(_ suffix: String, of drill: Drill) throws -> KafkaTopic {
        let topic = KafkaTopic(
            name: "\(drill.name).\(suffix)", bootstrap: drill.broker.bootstrap,
            scratch: drill.scratch)
        try drill.broker.createTopics([topic.name + ":2"])
        return topic
    }

    private let headers = ["-Z", "-H", "trace=7", "-H", "trace=8", "-H", "empty=", "-H", "null"]

    // MARK: Windows

    /// `color-counts.yaml` with the window that its comment proposes.
    private func windowed(_ drill: Drill, _ dead: KafkaTopic) throws -> String {
        let text = try shipped(
            "color-counts.yaml", "color-counts", drill,
            [
                "events": drill.input.name, "results": drill.output.name,
                "events.dlq": dead.name,
            ])
        return text.replacing(
            "    emit: every_row\n",
            with: """
                    window: { type: tumbling, size: 1 min, allowed_lateness: 10 s }
                    emit: on_window_close
                    late: side_output

                """
        ).replacing(
            "      heaviest: MAX(weight)\n",
            with: """
                      heaviest: MAX(weight)
                      minute: CAST(EXTRACT(HOUR FROM window_start) * 3600000
                        + EXTRACT(MINUTE FROM window_start) * 60000 AS BIGINT)

                """
        ).replacing("input: events.errors", with: "input: [events.errors, counts.late]")
            .replacing(try Regex("    max_rate: .*\n"), with: "")
    }

    @Test(arguments: ["P3:kill@9", "P6:kill@9", "P8:kill@9"])
    func lateAndBrokenRecordsOfAWindowAreDeadLettersOnceWhereverTheRunIsKilled(
        place: String
    ) throws {
        let drill = try Drill("dead-window-" + word(place))
        let dead = try topic("dlq", of: drill)
        drill.pipeline.replacement = try windowed(drill, dead)
        let runner = try drill.start(failpoints: place)
        let follower = try TopicFollower(of: drill.output)
        var minute = 0
        while runner.endingIfEnded() == nil, minute < 50 {
            try write(minute, to: drill.input)
            // Then all minutes before this one have been counted for good.
            try wait(for: "the results of minute \(minute - 1)\n\(runner.tail())") {
                runner.endingIfEnded() != nil
                    || follower.count >= minute * ColorMinutes.resultsPerMinute
            }
            minute += 1
        }
        #expect(try runner.waitForEnd() == .signalled(SIGKILL), "\(runner.tail())")
        try write(minute, to: drill.input)
        // As one chain, without channels, the rows bring their records along by themselves.
        try drill.finish(place == "P6:kill@9" ? ["-p", "1"] : [])
        try checkWindows(drill, dead, minuteCount: minute)
    }

    private func write(_ minute: Int, to topic: KafkaTopic) throws {
        try topic.write(
            lines: ColorMinutes.lines(minute: minute, lateFor: minute >= 2 ? minute - 2 : nil),
            options: headers)
    }

    private func checkWindows(
        _ drill: Drill, _ dead: KafkaTopic, minuteCount: Int
    ) throws {
        let ledger = try DeadLetterLedger(inputs: [drill.input], deadLetters: dead)
        var counted = ledger.goodValues(isBroken: ColorMinutes.isBroken)
        let late = ledger.check(isBroken: ColorMinutes.isBroken)
        for value in late { counted.remove(at: try #require(counted.firstIndex(of: value))) }
        #expect(late.allSatisfy { $0.contains("1000.5") })
        expectLateRows(late, stretchCount: minuteCount)
        #expect(try drill.output.read().map(\.value).sorted() == ColorMinutes.results(counted))
        try drill.expectNothingOpen()
        #expect(try !dead.isHeldBack())
    }

    /// With a third stretch came rows of the first one, which had been counted for good; before it none. If
    /// the run was killed just then, the machine being slow, the first one may have been open still.
    private func expectLateRows(_ late: [String], stretchCount: Int) {
        if stretchCount != 2 { #expect(late.isEmpty == (stretchCount < 2)) }
    }

    // MARK: Joins

    @Test(arguments: ["P5c:kill@9", "P6:kill@9", "P7:kill@9"])
    func lateAndBrokenRecordsOfAJoinAreDeadLettersOnceWhereverTheRunIsKilled(
        place: String
    ) throws {
        let drill = try Drill("dead-join-" + word(place))
        let (payments, dead) = (
            try topic("payments", of: drill), try topic("dlq", of: drill)
        )
        drill.pipeline.replacement = try shipped(
            "orders-with-payments.yaml", "orders-with-payments", drill,
            [
                "orders": drill.input.name, "payments": payments.name,
                "orders-paid": drill.output.name, "orders.dlq": dead.name,
            ])
        let runner = try drill.start(failpoints: place)
        let follower = try TopicFollower(of: drill.output)
        var stretch = 0
        while runner.endingIfEnded() == nil, stretch < 50 {
            try write(stretch, drill.input, payments)
            try wait(for: "the rows of stretch \(stretch - 1)\n\(runner.tail())") {
                runner.endingIfEnded() != nil
                    || follower.count >= stretch * PaidOrders.resultsPerStretch
            }
            stretch += 1
        }
        #expect(try runner.waitForEnd() == .signalled(SIGKILL), "\(runner.tail())")
        try write(stretch, drill.input, payments)
        try drill.finish(place == "P6:kill@9" ? ["-p", "1"] : [])
        let ledger = try DeadLetterLedger(inputs: [drill.input, payments], deadLetters: dead)
        var joined = ledger.goodValues(isBroken: PaidOrders.isBroken)
        let late = ledger.check(isBroken: PaidOrders.isBroken)
        for value in late { joined.remove(at: try #require(joined.firstIndex(of: value))) }
        expectLateRows(late, stretchCount: stretch)
        let seen = try PaidOrders.seen(try drill.output.read().map(\.value))
        #expect(try seen == PaidOrders.results(joined))
        try drill.expectNothingOpen()
        #expect(try !dead.isHeldBack())
    }

    private func write(_ stretch: Int, _ orders: KafkaTopic, _ payments: KafkaTopic) throws {
        let lateFor = stretch >= 2 ? stretch - 2 : nil
        try orders.write(
            lines: PaidOrders.orders(stretch: stretch, lateFor: lateFor), options: headers)
        try payments.write(
            lines: PaidOrders.payments(stretch: stretch, lateFor: lateFor), options: headers)
    }

    // MARK: Too many

    /// The job ends for good, whatever its restart strategy, and loses nothing: with a higher `max_rate`
    /// it goes on, and each record is where it belongs.
    @Test func moreRejectedRecordsThanMaxRateAllowsEndTheJobAndLoseNothing() throws {
        let drill = try Drill("dead-rate")
        let dead = try topic("dlq", of: drill)
        let text = try shipped(
            "color-counts.yaml", "color-counts", drill,
            [
                "events": drill.input.name, "results": drill.output.name,
                "events.dlq": dead.name,
            ]
        ).replacing("restart-strategy.type: none", with: "restart-strategy.type: fixed-delay")
        drill.pipeline.replacement = text
        let broken = (0..<60).map { "broken\tbroken \($0)\n" }.joined()
        for seed in 0..<3 as Range<UInt64> {
            try drill.write(ColorEvent.make(count: 200, seed: seed))
            try drill.input.write(lines: broken, options: headers)
        }
        let message = try drill.expectRefusal(82)
        for part in ["sink rejects", "max_rate: 5 % per 1 min", drill.input.name, "raise max_rate"]
        {
            #expect(message.contains(part), "\(part) is not in: \(message)")
        }
        #expect(!message.contains("job restarting"))
        try drill.expectNothingOpen()
        drill.pipeline.replacement = text.replacing("5 % per 1 min", with: "60 % per 1 min")
        try drill.finish()
        try drill.expectExactlyOnce()
        let ledger = try DeadLetterLedger(inputs: [drill.input], deadLetters: dead)
        #expect(ledger.check(isBroken: ColorMinutes.isBroken) == [])
        #expect(ledger.letters.count == 180)
    }

    /// A dead letter is longer than its record, so it may be too long where the record was not.
    @Test func aDeadLetterThatIsTooLongIsNamedAndWrittenOnceItMayBe() throws {
        let drill = try Drill("dead-long")
        let dead = try topic("dlq", of: drill)
        let text = try shipped(
            "color-counts.yaml", "color-counts", drill,
            [
                "events": drill.input.name, "results": drill.output.name,
                "events.dlq": dead.name,
            ])
        drill.pipeline.replacement = text
        let value = "broken " + String(repeating: "x", count: 999_800)
        try drill.input.write(value: Data(value.utf8), key: "broken")
        let message = try drill.expectRefusal(78)
        for part in ["\(drill.input.name)[0]@0", "message.max.bytes", dead.name, "or more"] {
            #expect(message.contains(part), "\(part) is not in: \(message)")
        }
        try drill.expectNothingOpen()
        drill.pipeline.replacement = text.replacing(
            "    properties:", with: "    properties:\n      message.max.bytes: 2000000")
        try drill.finish()
        let ledger = try DeadLetterLedger(inputs: [drill.input], deadLetters: dead)
        #expect(ledger.check(isBroken: ColorMinutes.isBroken) == [])
        #expect(ledger.letters.count == 1)
    }
}
