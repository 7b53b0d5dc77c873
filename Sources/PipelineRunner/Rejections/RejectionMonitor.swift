internal import PipelineSpec
internal import StreamAPI
internal import StreamCore
internal import Synchronization

/// Watches the `max_rate` of one dead-letter sink during one run: its sources say what they read, its
/// subtasks what they are about to write.
///
/// - Threading: any subtask's. A lock a batch, for sources that feed such a sink and for the sink.
final class RejectionMonitor: Sendable {
    private let sink: String
    private let sources: [String]
    private let maxRate: MaxRate
    private let now: @Sendable () -> Int64
    private let rate: Mutex<RejectionRate>

    /// - Parameter now: Milliseconds of a clock that does not go back.
    init(
        sink: String, sources: [String], _ maxRate: MaxRate,
        now: @escaping @Sendable () -> Int64 = { MonotonicTime.now.milliseconds }
    ) {
        self.sink = sink
        self.sources = sources
        self.maxRate = maxRate
        self.now = now
        rate = Mutex(
            RejectionRate(
                RejectionRate.Limit(maxRate.limit), perMilliseconds: maxRate.perMilliseconds,
                now: now()))
    }

    func read(_ count: Int) {
        let time = now()
        rate.withLock { $0.read(count, now: time) }
    }

    /// Called before the records are written: what is too much is not.
    ///
    /// - Throws: ``FatalError`` (82), so the job fails for good; its transaction is aborted.
    func willWrite(_ batch: RecordBatch) throws {
        let time = now()
        let excess = rate.withLock { $0.rejected(batch.selection.count, now: time) }
        guard let excess else { return }
        throw FatalError(.tooManyRejected, message(excess, batch))
    }

    private func message(_ excess: RejectionRate.Excess, _ batch: RecordBatch) -> String {
        let ids = sources.joined(separator: ", ")
        let last = Int(batch.selection.rows[batch.selection.count - 1])
        return
            "sink \(sink): \(excess.rejected) of the \(excess.read) records that \(ids) read within "
            + "\(maxRate.perText) were rejected, more than max_rate: \(maxRate.text); the last one is "
            + "\(batch.place(ofRow: last))\(reason(batch, last)). What was committed stays, the rest is "
            + "read again: mend the producer or the pipeline, or raise max_rate, and start the job"
    }

    private func reason(_ batch: RecordBatch, _ row: Int) -> String {
        guard batch.lateness == nil else { return ", a late row" }
        let texts = batch.columns.prefix(2).map { $0.slices[row].text }
        return ": " + texts.joined(separator: ", ")
    }
}

extension RejectionRate.Limit {
    init(_ limit: MaxRate.Limit) {
        switch limit {
        case .percent(let percent): self = .percent(percent)
        case .count(let count): self = .count(count)
        }
    }
}

/// The monitors of one run: one for each dead-letter sink with a `max_rate`.
struct RejectionMonitors: Sendable {
    private let all: [(sink: String, sources: [String], monitor: RejectionMonitor)]

    init(_ definition: PipelineDefinition) {
        all = definition.sinks.compactMap { sink in
            guard let deadLetter = sink.deadLetter, let maxRate = deadLetter.maxRate else {
                return nil
            }
            let monitor = RejectionMonitor(
                sink: sink.id, sources: deadLetter.sources, maxRate)
            return (sink.id, deadLetter.sources, monitor)
        }
    }

    func ofSink(_ id: String) -> RejectionMonitor? { all.first { $0.sink == id }?.monitor }

    func ofSource(_ id: String) -> [RejectionMonitor] {
        all.filter { $0.sources.contains(id) }.map(\.monitor)
    }
}

/// Tells monitors what a source reads.
final class MonitoredDecoder: BatchDecoder {
    private let inner: any BatchDecoder
    private let monitors: [RejectionMonitor]

    init(_ inner: any BatchDecoder, _ monitors: [RejectionMonitor]) {
        self.inner = inner
        self.monitors = monitors
    }

    func decode(_ raw: RawRecordBatch) throws -> RecordBatch {
        for monitor in monitors { monitor.read(raw.rowCount) }
        return try inner.decode(raw)
    }

    func takeErrors() -> [RecordBatch] { inner.takeErrors() }
}

/// Asks a monitor before it writes.
final class MonitoredSinkWriter: SinkWriter {
    private let inner: any SinkWriter
    private let monitor: RejectionMonitor

    init(_ inner: any SinkWriter, _ monitor: RejectionMonitor) {
        self.inner = inner
        self.monitor = monitor
    }

    func write(_ batch: RecordBatch) throws {
        guard batch.selection.count > 0 else { return }
        try monitor.willWrite(batch)
        try inner.write(batch)
    }

    func barrier(_ barrier: CheckpointBarrier) throws { try inner.barrier(barrier) }
    func notifyCheckpointComplete(_ checkpoint: CheckpointID) throws {
        try inner.notifyCheckpointComplete(checkpoint)
    }
    var cancel: @Sendable () -> Void { inner.cancel }
    func close() { inner.close() }
}
