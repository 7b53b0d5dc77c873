internal import CheckpointStorage
internal import Checkpointing
internal import Observability
internal import StreamAPI
internal import StreamCore
internal import StreamRuntime

/// How one run of the job ended.
enum RunOutcome {
    /// Start again from recovery, if the restart strategy allows it.
    case failOver(message: String, fatal: FatalError?)
    case stop(StopReason)
}

/// One run of a job: from a recovered start to its end or its first failure.
///
/// Feeds ``JobProtocol`` with everything that happens and carries out what it answers. Decides
/// nothing itself. Its thread never blocks but on its queue: storage and each transactional slot
/// have a ``SerialWorker``.
///
/// - Threading: one thread calls ``run()``; other threads only post events.
final class JobController {
    /// The longest wait for subtasks to end. A call that takes longer does not return at all.
    static let cancelMax = Duration.seconds(60)
    /// How often the progress line is drawn.
    static let progressIntervalMilliseconds: Int64 = 1_000

    let context: RunContext
    let queue: EventQueue<ControlEvent>
    let graph: ExecutionGraph
    let storageWorker = SerialWorker(name: "storage")
    let offsetsWorker = SerialWorker(name: "offsets")
    var slotWorkers: [SerialWorker] = []
    var protocolState: JobProtocol
    /// What subtasks have acknowledged of checkpoints that are not written yet.
    var acknowledged: [CheckpointID: [SubtaskID: SubtaskSnapshot]] = [:]
    /// Each source's splits as of a written, uncommitted checkpoint.
    var writtenSplits: [CheckpointID: [OperatorID: [[UInt8]]]] = [:]
    /// Splits of each source that have been given out, where some came up during the run.
    var splitCounts: [OperatorID: Int] = [:]
    private let discoverer: SplitDiscoverer
    /// Wall clock, for the metadata.
    var triggeredAtMilliseconds: [CheckpointID: Int64] = [:]
    var outcome: RunOutcome?
    /// A checkpoint of this run has been given its name, or may have been.
    var mayHaveCheckpoint = false
    private var firstError: (any Error)?
    var progress: ProgressLine
    /// Records dropped in this run, as last said in the log.
    var droppedReported = 0
    /// Rows too far ahead in this run, as last said in the log.
    var leadingReported = 0
    /// Late rows in this run, as last said in the log.
    var lateReported = 0
    /// What sources waited for their alignment groups in this run, as last said in the log,
    /// milliseconds.
    var alignmentReported = 0
    var watermarkStalls = WatermarkStalls()
    /// Nil: no operator needs event time.
    var nextWatermarkLook: MonotonicTime?

    init(
        context: RunContext, graph: ExecutionGraph, queue: EventQueue<ControlEvent>,
        progress: ProgressLine
    ) {
        self.context = context
        self.graph = graph
        self.queue = queue
        self.progress = progress
        discoverer = SplitDiscoverer(sources: context.plan.sources, events: queue)
        protocolState = JobProtocol(settings: context.settings(for: graph), start: context.start)
        nextWatermarkLook = context.plan.eventTimeOperators.isEmpty ? nil : .now
        let slotCount = context.plan.transactions?.poolSize ?? 0
        slotWorkers = (0..<slotCount).map { SerialWorker(name: "transaction-\($0)") }
    }

    /// Runs until the job is finished, has failed or must stop; every thread of the run has ended
    /// then, unless the outcome says otherwise.
    func run() -> RunOutcome {
        do {
            try graph.start(restored: context.restoredState)
        } catch {
            return end(.failOver(message: "subtasks could not be started: \(error)", fatal: nil))
        }
        discoverer.start()
        handle(.started)
        while outcome == nil {
            for event in queue.take(until: nextDeadline()) where outcome == nil { receive(event) }
            tick()
        }
        return end(outcome ?? .stop(.finished))
    }

    private func nextDeadline() -> MonotonicTime? {
        let progressDue =
            progress.isShown
            ? MonotonicTime.now.milliseconds + Self.progressIntervalMilliseconds : nil
        let deadlines = [
            protocolState.nextDeadlineMilliseconds, progressDue, nextWatermarkLook?.milliseconds,
        ].compactMap(\.self)
        return deadlines.min().map(MonotonicTime.init(milliseconds:))
    }

    private func tick() {
        guard outcome == nil else { return }
        let now = MonotonicTime.now
        if let due = protocolState.nextDeadlineMilliseconds, due <= now.milliseconds {
            handle(.tick)
        }
        observeWatermarks(at: now)
        progress.draw(graph.status(), at: now)
    }

    private func receive(_ event: ControlEvent) {
        switch event {
        case .job(let event): handle(event)
        case .acknowledged(let subtask, let checkpoint, let snapshot):
            acknowledged[checkpoint, default: [:]][subtask] = snapshot
            handle(.acknowledged(subtask, checkpoint))
        case .running:
            Log.info("job running", ["job": context.plan.name, "subtasks": graph.subtaskIDs.count])
        case .allFinished: break
        case .subtaskFailed(let subtask, let error):
            firstError = error
            handle(.subtaskFailed(subtask, message: "\(error)"))
        case .signal(let number): received(signal: number)
        case .splitsDiscovered(let source, let splits): assign(splits, of: source)
        case .sourceLost(let source, let error):
            guard let subtask = graph.subtaskIDs(ofSource: source).first else { return }
            firstError = error
            handle(.subtaskFailed(subtask, message: "\(error)"))
        case .sinksCommitted(let id): graph.notifyComplete(id)
        case .commitFailed(let error): outcome = Self.outcome(of: error)
        }
    }

    private func received(signal: Int32) {
        switch JobSignal(signal) {
        case .checkpoint: handle(.checkpointRequested)
        case .stop: handle(.stopRequested)
        }
    }

    func handle(_ event: JobEvent) {
        let actions = protocolState.handle(event, at: MonotonicTime.now.milliseconds)
        for action in actions where outcome == nil { perform(action) }
    }

    /// Ends every thread of the run and frees its clients.
    private func end(_ outcome: RunOutcome) -> RunOutcome {
        if case .stop(.superseded) = outcome { return outcome }
        discoverer.finish()
        let hanging = graph.cancel(within: Self.cancelMax)
        guard hanging.isEmpty else {
            let names = hanging.joined(separator: ", ")
            let message =
                "subtasks did not end within \(Self.cancelMax): \(names); they may still "
                + "write, so the process ends and a new one must recover"
            return .failOver(message: message, fatal: FatalError(.internalError, message))
        }
        for (slot, worker) in slotWorkers.enumerated() {
            let driver = context.driver
            worker.submit { driver?.destroy(slot: slot) }
            worker.finish()
        }
        storageWorker.finish()
        offsetsWorker.finish()
        progress.clear()
        if case .stop(.finished) = outcome, let error = context.commits.failure {
            return Self.outcome(of: error)
        }
        return withFatalCause(outcome)
    }

    /// The output of a sink is not visible although its checkpoint is durable.
    private static func outcome(of error: any Error) -> RunOutcome {
        if let superseded = error as? SupersededError {
            return .stop(.superseded(by: superseded.newer))
        }
        return .failOver(message: "\(error)", fatal: error as? FatalError)
    }

    /// A failure that no restart can mend decides the exit code.
    private func withFatalCause(_ outcome: RunOutcome) -> RunOutcome {
        guard case .failOver(let message, nil) = outcome, let fatal = firstError as? FatalError
        else {
            return outcome
        }
        return .failOver(message: message, fatal: fatal)
    }
}
