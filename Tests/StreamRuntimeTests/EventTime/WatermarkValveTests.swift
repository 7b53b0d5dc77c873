import StreamCore
import Testing

@testable import StreamRuntime

@Suite struct WatermarkValveTests {
    /// `0:50` a watermark of channel 0, `1:idle`, `1:active`, `2:end`.
    private func feed(_ valve: inout WatermarkValve, _ event: String) throws -> String {
        let parts = event.split(separator: ":")
        let channel = try #require(Int(parts[0]))
        let progress =
            switch parts[1] {
            case "idle": valve.received(.idle, from: channel)
            case "active": valve.received(.active, from: channel)
            case "end": valve.ended(channel)
            default:
                valve.received(Watermark(rawValue: try #require(Int64(parts[1]))), from: channel)
            }
        let words = [
            progress.watermark.map { "\($0.rawValue)" }, progress.status.map { "\($0)" },
        ]
        return words.compactMap(\.self).joined(separator: " ")
    }

    /// Events and what comes of each: `1:20 -> 20`.
    private func check(channels: Int, restored: Int64? = nil, _ steps: [(String, String)]) throws {
        var valve = WatermarkValve(
            channelCount: channels, restored: restored.map(Watermark.init(rawValue:)))
        for (event, expected) in steps {
            #expect(try feed(&valve, event) == expected, "\(event)")
        }
    }

    @Test func `The smallest of all counts, once each has one, and never falls`() throws {
        try check(
            channels: 2,
            [("0:50", ""), ("1:20", "20"), ("1:10", ""), ("1:70", "50"), ("0:60", "60")])
    }

    @Test func `An idle channel holds nothing back`() throws {
        try check(channels: 2, [("0:50", ""), ("1:idle", "50"), ("0:60", "60")])
    }

    @Test func `A channel back from idle is left out until it has caught up`() throws {
        try check(
            channels: 2,
            [
                ("0:50", ""), ("1:idle", "50"), ("1:active", ""), ("1:30", ""), ("0:60", "60"),
                ("1:60", ""), ("0:90", ""), ("0:91", ""), ("1:70", "70"),
            ])
    }

    @Test func `A channel back from idle in front of the others takes part at once`() throws {
        try check(
            channels: 2,
            [
                ("0:50", ""), ("1:40", "40"), ("1:idle", "50"), ("1:80", ""), ("1:active", ""),
                ("0:100", "80"),
            ])
    }

    @Test func `When the last one becomes idle the largest counts, and the status goes on`() throws
    {
        try check(
            channels: 2,
            [
                ("0:50", ""), ("1:20", "20"), ("0:idle", ""), ("1:idle", "50 idle"),
                ("1:active", "active"), ("1:55", "55"),
            ])
    }

    @Test func `A channel that ended holds nothing back and does not end time for idle ones`()
        throws
    {
        try check(
            channels: 3,
            [
                ("0:10", ""), ("1:30", ""), ("2:20", "10"), ("0:end", "20"), ("2:idle", "30"),
                ("1:idle", "idle"), ("2:active", "active"), ("1:end", ""), ("2:40", "40"),
                ("2:end", ""),
            ])
    }

    @Test func `After a restore nothing at or below the restored watermark comes out`() throws {
        try check(channels: 1, restored: 100, [("0:90", ""), ("0:100", ""), ("0:101", "101")])
    }

    @Test func `Who holds the watermark back is named`() {
        var valve = WatermarkValve(channelCount: 3)
        #expect(valve.holdingBack == 0)
        _ = valve.received(Watermark(rawValue: 5), from: 0)
        #expect(valve.holdingBack == 1)
        _ = valve.received(.idle, from: 1)
        #expect(valve.holdingBack == 2)
        _ = valve.received(Watermark(rawValue: 9), from: 2)
        #expect(valve.holdingBack == 0)
        // Back from idle it is behind, and does not hold the others.
        _ = valve.received(.active, from: 1)
        #expect(valve.holdingBack == 0)
        _ = valve.received(.idle, from: 0)
        _ = valve.received(.idle, from: 2)
        #expect(valve.holdingBack == 1)
        _ = valve.received(.idle, from: 1)
        #expect(valve.holdingBack == nil)
    }

    /// Whatever comes: the watermark rises strictly, never passes an active channel that has kept up,
    /// and reaches the smallest of them.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `Random channels keep the rules`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = Int.random(in: 1...5, using: &random)
        var valve = WatermarkValve(channelCount: count)
        var model = Model(count: count)
        for channel in 0..<count { _ = valve.received(Watermark(rawValue: 0), from: channel) }
        for _ in 0..<300 {
            let channel = Int.random(in: 0..<count, using: &random)
            guard !model.ended[channel] else { continue }
            let progress: EventTimeProgress
            switch Int.random(in: 0..<12, using: &random) {
            case 0:
                progress = valve.received(.idle, from: channel)
                model.idle[channel] = true
            case 1, 2:
                progress = valve.received(.active, from: channel)
                model.idle[channel] = false
            case 3 where Int.random(in: 0..<20, using: &random) == 0:
                progress = valve.ended(channel)
                model.ended[channel] = true
            default:
                let value = model.values[channel] + Int64.random(in: -5...20, using: &random)
                progress = valve.received(Watermark(rawValue: value), from: channel)
                model.values[channel] = max(model.values[channel], value)
            }
            #expect(progress.watermark?.rawValue == model.reached(), "seed \(seed)")
        }
    }

    /// The rules, written as what they say and nothing remembered but the result.
    private struct Model {
        var values: [Int64]
        var idle: [Bool]
        var ended: [Bool]
        private var output: Int64 = 0

        init(count: Int) {
            values = Array(repeating: 0, count: count)
            idle = Array(repeating: false, count: count)
            ended = Array(repeating: false, count: count)
        }

        /// The watermark that comes out now, if any. A channel behind the output that is active was
        /// idle before: it counts again when it has caught up.
        mutating func reached() -> Int64? {
            let alive = values.indices.filter { !ended[$0] }
            let active = alive.filter { !idle[$0] }
            guard !alive.isEmpty else { return nil }
            let candidate =
                active.isEmpty
                ? alive.map { values[$0] }.max()
                : active.map { values[$0] }.filter { $0 >= output }.min()
            guard let candidate, candidate > output else { return nil }
            output = candidate
            return candidate
        }
    }
}
