internal import Checkpointing
internal import StreamCore

/// The consuming end of a subtask's channels: one element at a time, barriers aligned.
///
/// Channels are asked in turn, so that none starves. A channel that has delivered the barrier is
/// not read until the barrier has come on all: what follows it belongs to the next checkpoint.
/// Ended channels still deliver barriers.
final class InputGate {
    enum Event {
        case batch(RecordBatch, input: Int)
        /// The barrier has arrived on every channel.
        case barrier(CheckpointBarrier)
        /// The watermark over all inputs and channels has risen, or all have become idle, or one has
        /// come back.
        case progress(EventTimeProgress)
        /// Every channel has ended.
        case endOfInput
    }

    let channels: [InputChannel]
    /// Of each channel, the position of its edge among the head node's inputs.
    let inputs: [Int]
    private var next = 0
    private var openCount: Int
    private var hasEnded: [Bool]
    private var aligner: BarrierAligner
    private(set) var valve: WatermarkValve
    private let gauge: EventTimeGauge

    /// - Parameters:
    ///   - watermark: The head operator's, as of the snapshot that is restored.
    ///   - gauge: The subtask's.
    init(
        _ plans: [InputPlan], restored watermark: Watermark? = nil,
        gauge: EventTimeGauge = EventTimeGauge()
    ) {
        precondition(!plans.isEmpty)
        channels = plans.map(\.channel)
        inputs = plans.map(\.input)
        hasEnded = Array(repeating: false, count: channels.count)
        openCount = channels.count
        aligner = BarrierAligner(inputCount: channels.count)
        valve = WatermarkValve(channelCount: channels.count, restored: watermark)
        self.gauge = gauge
        gauge.show(valve.watermark, heldBackBy: valve.holdingBack)
    }

    /// Whether ``poll()`` would look at anything.
    var isReady: Bool {
        for index in channels.indices where !aligner.isBlocked(index) && !channels[index].isEmpty {
            return true
        }
        return false
    }

    /// The next event, or nil if nothing is there now.
    func poll() -> Event? {
        var untried = channels.count
        while untried > 0 {
            let index = next
            next = index + 1 == channels.count ? 0 : index + 1
            untried -= 1
            guard !aligner.isBlocked(index), let element = channels[index].pop() else { continue }
            if let event = event(of: element, from: index) { return event }
            // An element without an event may have unblocked channels: ask all once more.
            untried = channels.count
        }
        return nil
    }

    private func event(of element: StreamElement, from index: Int) -> Event? {
        switch element {
        case .batch(let batch):
            precondition(!hasEnded[index], "no batch follows the end of an input")
            return .batch(batch, input: inputs[index])
        case .barrier(let barrier): return aligned(barrier, from: index)
        case .watermark(let watermark): return event(valve.received(watermark, from: index))
        case .status(let status): return event(valve.received(status, from: index))
        case .endOfInput: return end(of: index)
        }
    }

    private func end(of index: Int) -> Event? {
        precondition(!hasEnded[index], "a channel ends once")
        hasEnded[index] = true
        openCount -= 1
        let progress = valve.ended(index)
        guard openCount == 0 else { return event(progress) }
        gauge.showEnd()
        return .endOfInput
    }

    private func event(_ progress: EventTimeProgress) -> Event? {
        gauge.show(valve.watermark, heldBackBy: valve.holdingBack)
        return progress.isNothing ? nil : .progress(progress)
    }

    /// The aligner remembers which inputs are blocked; `poll` asks it. A checkpoint that a newer
    /// barrier subsumes needs no word: the coordinator gave it up before it sent the newer one.
    private func aligned(_ barrier: CheckpointBarrier, from index: Int) -> Event? {
        for case .snapshot(let complete) in aligner.handle(.barrier(barrier, input: index)) {
            return .barrier(complete)
        }
        return nil
    }

    /// The checkpoint is given up: inputs that wait for its barriers are read again.
    func cancelCheckpoint(_ checkpoint: CheckpointID) { _ = aligner.handle(.cancelled(checkpoint)) }
}
