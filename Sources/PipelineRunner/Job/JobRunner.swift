internal import CheckpointStorage
internal import Checkpointing
internal import Glibc
internal import Observability
package import StreamAPI
internal import StreamCore
internal import StreamRuntime
internal import Synchronization

/// What the command line asks of a run.
package struct RunOptions: Sendable {
    /// Begin a new life of the job (`--fresh`).
    package var isFresh = false
    /// `--stop-at-end`.
    package var stopsAtEnd = false
    /// `-s`: a checkpoint's folder or its `_metadata`; nil or `latest`: the newest.
    package var savepointPath: String?
    /// `--allow-rewind`.
    package var allowsRewind = false
    /// `-n`: leave state of operators behind that the pipeline no longer has.
    package var allowsNonRestoredState = false
    /// `--progress`.
    package var showsProgress = true
    package init() {}
}

/// Runs a job until it is finished, stopped or beyond repair: takes it, recovers, runs, and starts
/// again as the restart strategy says.
///
/// - Threading: one call of ``run()``; it returns when every thread has ended, or must not be
///   waited for.
package final class JobRunner: Sendable {
    private let plan: JobPlan
    private let options: RunOptions
    /// The queue of the run that is under way. A run has its own, so that no answer meant for one
    /// reaches the next.
    private let current = Mutex<EventQueue<ControlEvent>?>(nil)
    /// Signals that asked for a stop so far.
    private let stopRequests = Atomic<Int>(0)

    package init(plan: JobPlan, options: RunOptions) {
        self.plan = plan
        self.options = options
    }

    /// - Returns: The process's exit code; the reason has been logged.
    package func run() -> ExitCode {
        do {
            return try runHoldingJob()
        } catch let error as FatalError {
            Log.error(error.message, ["exit_code": error.exitCode.rawValue])
            return error.exitCode
        } catch let error as StorageError {
            Log.error(error.description, ["exit_code": error.exitCode.rawValue])
            return error.exitCode
        } catch {
            Log.error("\(error)", ["exit_code": ExitCode.internalError.rawValue])
            return .internalError
        }
    }

    /// Handles a signal; any thread. A second stop, or one before the job runs, ends the process.
    package func received(signal number: Int32) {
        let queue = current.withLock(\.self)
        guard case .stop = JobSignal(number) else {
            queue?.post(.signal(number))
            return
        }
        let earlier = stopRequests.add(1, ordering: .relaxed).oldValue
        guard earlier == 0, let queue else {
            Log.warning("ended before the final checkpoint", ["signal": number])
            _exit(JobSignal.exitCode(of: number).rawValue)
        }
        Log.info("stopping with a final checkpoint", ["signal": number])
        queue.post(.signal(number))
    }

    private func runHoldingJob() throws -> ExitCode {
        try options.requireUsableSavepoint(for: plan)
        let directory = try JobDirectory(plan.checkpointing.directory)
        let storage = try CheckpointStorage(root: directory.path, job: plan.jobID)
        let leadership = Leadership(storage: storage, leaseMilliseconds: plan.leaseMilliseconds)
        let first = try leadership.acquire()
        let heartbeat = leadership.startHeartbeat { error in
            Log.error(error.message, ["exit_code": error.exitCode.rawValue])
            // No waiting: whatever this process still does is fenced or harmless.
            _exit(error.exitCode.rawValue)
        }
        let result = Result { try restartLoop(storage, leadership, first: first) }
        leadership.stop()
        pthread_join(heartbeat, nil)
        if case .success = result { leadership.resign() }
        storage.unlock()
        return try result.get()
    }

    private func restartLoop(
        _ storage: CheckpointStorage, _ leadership: Leadership, first: Attempt
    ) throws -> ExitCode {
        var strategy = RestartStrategy(plan.restartStrategy)
        var random = SystemRandomNumberGenerator()
        var attempt = first
        var isFirstTry = true
        var startOptionsHold = true
        while true {
            let preparation = RunPreparation(
                plan: plan, options: options, storage: storage, leadership: leadership,
                startOptionsHold: startOptionsHold)
            guard let failure = try attemptOnce(preparation, attempt, isFirstTry: isFirstTry) else {
                return .finished
            }
            if failure.fatal?.exitCode != .internalError { try settle(storage, leadership) }
            if let fatal = failure.fatal { throw fatal }
            isFirstTry = false
            if failure.mayHaveCheckpoint { startOptionsHold = false }
            let decision = strategy.decide(
                failedAtMilliseconds: MonotonicTime.now.milliseconds,
                jitter: Double.random(in: -1...1, using: &random))
            guard case .restart(let delay) = decision else {
                throw FatalError(.failed, "the job failed\(whyNoRestart): \(failure.message)")
            }
            Log.warning("job restarting", ["reason": failure.message, "delay_ms": delay])
            usleep(UInt32(clamping: delay * 1000))
            attempt = try leadership.acquire()
        }
    }

    private var whyNoRestart: String {
        plan.restartStrategy == .none ? "" : " and its restart strategy is exhausted"
    }

    /// The longest time that settling a failed run's transactions may take.
    private static let settlingMaxMilliseconds: Int64 = 10_000

    /// Commits what a failed run had prepared and aborts what it had open, at once rather than after
    /// the pause of the restart strategy: an open transaction holds back every reader of the topics.
    /// It is recovery, whose result the next start finds again.
    private func settle(_ storage: CheckpointStorage, _ leadership: Leadership) throws {
        guard let transactions = plan.transactions else { return }
        let attempt = try leadership.acquire()
        let driver = try transactions.makeDriver()
        let recovery = Recovery(
            storage: storage, driver: driver, leadership: leadership,
            deadline: .now.advanced(byMilliseconds: Self.settlingMaxMilliseconds))
        let ids = (0..<transactions.poolSize).map(driver.transactionalID)
        switch recovery.run(.init(attempt: attempt, transactionalIDs: ids)) {
        case .start: Log.info("no transaction is left open", ["job": plan.name])
        case .stop(.superseded(let newer)): throw FatalError.superseded(by: newer)
        case .stop(let reason):
            let why = reason.message(job: plan.name, directory: storage.path)
            Log.warning(
                "transactions may be open until their time-out or the next start",
                ["job": plan.name, "reason": why])
        }
    }

    /// Why a run must be followed by another, or must not.
    private struct Failure {
        let message: String
        /// The cause that forbids another.
        var fatal: FatalError?
        /// The run came as far as giving a checkpoint its name: another resumes that.
        var mayHaveCheckpoint = false
    }

    /// - Returns: Nil when the job is finished.
    private func attemptOnce(
        _ preparation: RunPreparation, _ attempt: Attempt, isFirstTry: Bool
    ) throws -> Failure? {
        let context: RunContext
        do {
            context = try preparation.prepare(attempt)
        } catch let error as FatalError {
            // Kafka out of reach may come back; everything else needs a person.
            guard error.exitCode == .unreachable, !isFirstTry else { throw error }
            return Failure(message: error.message)
        }
        let (outcome, mayHaveCheckpoint) = try runOnce(context)
        switch outcome {
        case .failOver(let message, let fatal):
            return Failure(message: message, fatal: fatal, mayHaveCheckpoint: mayHaveCheckpoint)
        case .stop(.finished):
            Log.info("job finished", ["job": plan.name])
            return nil
        case .stop(.superseded(let newer)): throw FatalError.superseded(by: newer)
        case .stop(.transaction(let code, let message)):
            let exitCode = StopReason.transaction(code, message: message).exitCode
            return Failure(message: message, fatal: FatalError(exitCode, message))
        }
    }

    private func runOnce(_ context: RunContext) throws -> (RunOutcome, mayHaveCheckpoint: Bool) {
        let queue = EventQueue<ControlEvent>()
        let graph = ExecutionGraph(
            try plan.makeGraph(RunParts(splits: context.splits, driver: context.driver)),
            events: ExecutionEventsToQueue(queue: queue), stateWriter: context.storage)
        let controller = JobController(
            context: context, graph: graph, queue: queue,
            progress: ProgressLine(isWanted: options.showsProgress))
        current.withLock { $0 = queue }
        defer { current.withLock { $0 = nil } }
        // A run that failed before its final checkpoint leaves the stop to this one.
        if stopRequests.load(ordering: .relaxed) > 0 { queue.post(.signal(SIGTERM)) }
        let outcome = controller.run()
        return (outcome, controller.mayHaveCheckpoint)
    }
}
