internal import StreamCore

/// Joins the watermarks of a subtask's channels: the smallest of those that are active.
///
/// ```
///   channel 0   active  50          smallest of the active: 20
///   channel 1   idle    10
///   channel 2   active  20
/// ```
///
/// - The result never falls. A channel that comes back from idle behind it is left out until it has
///   caught up: what it delivers until then is late.
/// - When the last active channel becomes idle, the idle ones' largest watermark counts: none of them
///   holds the others back any more.
/// - A channel that ended is left out; that all have ended is the caller's to see.
///
/// A pure state machine. Source: Flink `StatusWatermarkValve`, over the channels of all inputs.
struct WatermarkValve: Sendable {
    private enum Channel { case active, idle, ended }

    private var channels: [Channel]
    private var watermarks: [Watermark]
    /// Behind ``watermark`` since it came back from idle.
    private var isBehind: [Bool]
    private(set) var watermark: Watermark
    private var status = StreamStatus.active

    /// - Parameter watermark: What the snapshot has; nothing below it comes out.
    init(channelCount: Int, restored watermark: Watermark? = nil) {
        precondition(channelCount > 0)
        channels = Array(repeating: .active, count: channelCount)
        watermarks = Array(repeating: .min, count: channelCount)
        isBehind = Array(repeating: false, count: channelCount)
        self.watermark = watermark ?? .min
    }

    mutating func received(_ watermark: Watermark, from channel: Int) -> EventTimeProgress {
        precondition(channels[channel] != .ended, "nothing follows the end of a channel")
        watermarks[channel] = max(watermarks[channel], watermark)
        if watermarks[channel] >= self.watermark { isBehind[channel] = false }
        return EventTimeProgress(watermark: risen(to: reached()))
    }

    mutating func received(_ status: StreamStatus, from channel: Int) -> EventTimeProgress {
        precondition(channels[channel] != .ended, "nothing follows the end of a channel")
        let state: Channel = status == .idle ? .idle : .active
        guard channels[channel] != state else { return EventTimeProgress() }
        channels[channel] = state
        isBehind[channel] = status == .active && watermarks[channel] < watermark
        return changed()
    }

    mutating func ended(_ channel: Int) -> EventTimeProgress {
        precondition(channels[channel] != .ended, "a channel ends once")
        channels[channel] = .ended
        return channels.allSatisfy { $0 == .ended } ? EventTimeProgress() : changed()
    }

    /// A channel has joined or left the active ones.
    private mutating func changed() -> EventTimeProgress {
        let new: StreamStatus = channels.contains(.active) ? .active : .idle
        defer { status = new }
        return EventTimeProgress(watermark: risen(to: reached()), status: new == status ? nil : new)
    }

    /// Nil: every active channel is behind.
    private func reached() -> Watermark? {
        channels.contains(.active) ? smallestActive() : largestIdle()
    }

    private func smallestActive() -> Watermark? {
        var smallest: Watermark?
        for channel in channels.indices where channels[channel] == .active && !isBehind[channel] {
            smallest = min(smallest ?? .max, watermarks[channel])
        }
        return smallest
    }

    private func largestIdle() -> Watermark? {
        var largest: Watermark?
        for channel in channels.indices where channels[channel] == .idle {
            largest = max(largest ?? .min, watermarks[channel])
        }
        return largest
    }

    private mutating func risen(to reached: Watermark?) -> Watermark? {
        guard let reached, reached > watermark else { return nil }
        watermark = reached
        return reached
    }

    /// The channel that holds the watermark where it is: of those that keep up the one with the
    /// smallest, else the one that is the least behind; nil: none is active.
    var holdingBack: Int? {
        let active = channels.indices.lazy.filter { self.channels[$0] == .active }
        return active.filter { !self.isBehind[$0] }.min {
            self.watermarks[$0] < self.watermarks[$1]
        }
            ?? active.max { self.watermarks[$0] < self.watermarks[$1] }
    }
}
