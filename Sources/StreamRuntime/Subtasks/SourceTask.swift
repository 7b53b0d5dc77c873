internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// The loop of a source subtask: mail, poll, decode, chain. While its alignment group is behind, it
/// polls nothing and still reads its mail.
final class SourceTask {
    private let environment: SubtaskEnvironment
    private let chain: OperatorChain
    private let reader: any SourceReader
    private let decoder: any BatchDecoder
    /// Nil: a source without event time.
    private let watermarks: SourceWatermarks?
    private let context: OperatorContext
    private let raw: RawRecordBatch
    private var hasEnded = false

    init(
        _ environment: SubtaskEnvironment, _ chain: OperatorChain, _ reader: any SourceReader,
        _ decoder: any BatchDecoder, _ watermarks: SourceWatermarks?, _ context: OperatorContext
    ) {
        self.environment = environment
        self.chain = chain
        self.reader = reader
        self.decoder = decoder
        self.watermarks = watermarks
        self.context = context
        raw = RawRecordBatch(rowCapacity: environment.rowCapacity)
    }

    /// Returns after the last barrier; throws ``ExecutionCancelled`` when that is asked for.
    func run() throws {
        environment.opened()
        if let watermark = watermarks?.generator.watermark, watermark > .min {
            // What follows the restored watermark waits for it in the next subtasks, too.
            try chain.broadcast(.watermark(watermark))
        }
        // Restored watermarks count before the first record.
        try advanceWatermark()
        let (mailbox, cancellation) = (environment.subtask.mailbox, environment.graph.cancellation)
        while true {
            try cancellation.check()
            if mailbox.hasMail, try !readMail() { return }
            if hasEnded {
                environment.subtask.doorbell.wait { mailbox.hasMail || cancellation.isRequested }
            } else if watermarks?.isPaused == true {
                try waitForGroup()
            } else {
                try readInput()
            }
        }
    }

    private func readInput() throws {
        raw.removeAll()
        let waitMax = environment.graph.configuration.sourceWaitMax
        switch try reader.poll(into: raw, waitMax: waitMax) {
        case .records:
            try process()
            try advanceWatermark()
        case .idle: try advanceWatermark()
        case .ended:
            hasEnded = true
            watermarks?.ended(environment.subtask.eventTime)
            try environment.ended(chain)
        }
    }

    private func process() throws {
        let count = raw.rowCount
        try environment.willProcess(rowCount: count)
        environment.subtask.counters.bytesIn.wrappingAdd(raw.byteCount, ordering: .relaxed)
        let batch = try decoder.decode(raw)
        if let watermarks {
            try watermarks.receive(
                batch, wallMilliseconds: SubtaskClock.wallMilliseconds(),
                nowMilliseconds: SubtaskClock.monotonicMilliseconds(),
                openSplits: reader.openSplits)
        }
        try chain.sourceOutput.emit(batch)
        for errors in decoder.takeErrors() { try chain.sourceOutput.emit(errors, to: .errors) }
        if let errors = watermarks?.takeErrors() {
            try chain.sourceOutput.emit(errors, to: .errors)
        }
    }

    private func advanceWatermark() throws {
        guard let watermarks else { return }
        let now = SubtaskClock.monotonicMilliseconds()
        try chain.forward(
            watermarks.progress(nowMilliseconds: now, openSplits: reader.openSplits))
        if let decision = watermarks.align(
            nowMilliseconds: now, pausesSplits: reader.pausesSplits)
        {
            try reader.pause(decision.pausedSplits)
        }
        watermarks.show(on: environment.subtask.eventTime, nowMilliseconds: now)
    }

    private func waitForGroup() throws {
        let (mailbox, cancellation) = (environment.subtask.mailbox, environment.graph.cancellation)
        environment.subtask.doorbell.wait(
            atMostMilliseconds: AlignmentGroup.updateIntervalMilliseconds
        ) { mailbox.hasMail || cancellation.isRequested }
        try advanceWatermark()
    }

    /// - Returns: False after the last barrier.
    private func readMail() throws -> Bool {
        for mail in environment.subtask.mailbox.takeAll() {
            switch mail {
            case .barrier(let barrier):
                try take(barrier)
                if barrier.isLast { return false }
            case .checkpointComplete(let checkpoint):
                try chain.notifyCheckpointComplete(checkpoint)
            case .splitsAdded(let splits):
                try reader.add(splits)
                // A reader that was idle until now waits elsewhere.
                environment.subtask.register(mailWaker: reader.wakeUp)
            case .checkpointCancelled: break  // A source has nothing to unblock.
            }
        }
        return true
    }

    private func take(_ barrier: CheckpointBarrier) throws {
        let snapshot = OperatorSnapshot(items: reader.snapshot())
        var part = SubtaskSnapshotPart(context: context, snapshot: snapshot)
        if let generator = watermarks?.generator {
            part.watermark = generator.watermark == .min ? nil : generator.watermark
            part.splitWatermarks = generator.snapshot
        }
        try environment.take(barrier, chain, source: [part])
    }
}

extension RawRecordBatch {
    /// Bytes of keys and values.
    fileprivate var byteCount: Int {  // hot
        var total = 0
        let (keys, values) = (keys, values)
        for row in 0..<rowCount { total &+= keys[row].count &+ values[row].count }
        return total
    }
}
