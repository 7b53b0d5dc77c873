/// Every key of `config` that we have a word about.
///
/// Source: Flink 2.x's configuration reference. Defaults are Flink's, but for
/// `externalized-checkpoint-retention`: a supervisor's restart needs the checkpoints.
enum ConfigurationTable {
    static let keys: [ConfigurationKey] = available + notBuilt + meaningless

    /// By every spelling.
    private static let byName: [String: ConfigurationKey] = {
        var result: [String: ConfigurationKey] = [:]
        for key in keys {
            for name in [key.name] + key.formerNames { result[name] = key }
        }
        return result
    }()

    /// A key by its new or a former spelling; also one of a family that is known by its prefix.
    static func find(_ name: String) -> ConfigurationKey? {
        if let key = byName[name] { return key }
        if let family = notBuiltFamilies.first(where: { name.hasPrefix($0) }) {
            return .notBuilt(family + "*")
        }
        return meaninglessFamilies.first { name.hasPrefix($0.prefix) }
            .map { .meaningless($0.prefix + "*", $0.why) }
    }

    /// Every spelling that is read, for "did you mean".
    static var availableNames: [String] { available.map(\.name) }

    private static func milliseconds(_ range: ClosedRange<Int64>) -> FieldType {
        .duration(range, bareNumbers: true)
    }
    private static let yearMilliseconds: Int64 = 366 * Grammar.dayMilliseconds
    private static let checkpointing = "execution.checkpointing."

    static let available: [ConfigurationKey] =
        [
            ConfigurationKey(
                "parallelism.default", .integer(1...32_768), default: "1",
                "Subtasks of each operator; `-p` sets it too. At most `pipeline.max-parallelism`."),
            ConfigurationKey(
                "pipeline.max-parallelism", .integer(1...32_768), default: "128",
                "Key groups: the highest parallelism the job can ever have. Part of its state."),
            ConfigurationKey(
                checkpointing + "interval", milliseconds(10...yearMilliseconds),
                "Time from one checkpoint to the next, and so until results are visible. Without it "
                    + "there are no checkpoints."),
            ConfigurationKey(
                checkpointing + "dir", .text(.any), former: ["state.checkpoints.dir"],
                "The folder of checkpoints, `file:///...`; each job has its own folder in it. Needed "
                    + "with an interval."),
            ConfigurationKey(
                checkpointing + "timeout", milliseconds(10...yearMilliseconds), default: "10 min",
                "A checkpoint that takes longer is given up."),
            ConfigurationKey(
                checkpointing + "min-pause", milliseconds(0...yearMilliseconds), default: "0",
                "Least time between the end of a checkpoint and the start of the next."),
            ConfigurationKey(
                checkpointing + "num-retained", .integer(1...1_000), default: "1",
                former: ["state.checkpoints.num-retained"],
                "Completed checkpoints that are kept. The newest committed one and all newer ones are "
                    + "kept in any case."),
            ConfigurationKey(
                checkpointing + "mode",
                .choice([
                    Choice("EXACTLY_ONCE", "barriers are aligned"),
                    Choice("AT_LEAST_ONCE", "barriers are not aligned"),
                ]),
                default: "EXACTLY_ONCE", "Whether a record counts once in the state."),
            ConfigurationKey(
                checkpointing + "tolerable-failed-checkpoints", .integer(0...1_000_000),
                default: "0",
                "Failed checkpoints in a row after which the job is restarted."),
            ConfigurationKey(
                checkpointing + "externalized-checkpoint-retention",
                .choice([
                    Choice("RETAIN_ON_CANCELLATION", "keep them"),
                    Choice("DELETE_ON_CANCELLATION", "delete them"),
                    Choice("NO_EXTERNALIZED_CHECKPOINTS", "delete them"),
                ]),
                default: "RETAIN_ON_CANCELLATION",
                "What becomes of checkpoints when the job is cancelled. (Flink's default is "
                    + "NO_EXTERNALIZED_CHECKPOINTS.)"),
            ConfigurationKey(
                "state.backend.type",
                .choice([
                    Choice("hashmap", "in memory", aliases: ["heap", "filesystem"]),
                    Choice("rocksdb", "on disk", isAvailable: false),
                    Choice("forst", "remote", isAvailable: false),
                ]),
                default: "hashmap", former: ["state.backend"], "Where keyed state lives."),
            ConfigurationKey(
                "table.local-time-zone", .text(.any), default: "UTC",
                "What clocks show where a TIMESTAMP_LTZ meets a DATE, a TIMESTAMP or a text: `UTC`, "
                    + "`+02:00`, `Europe/Berlin`. (Flink's default is the machine's own.)"),
        ] + restart + own

    private static let restart: [ConfigurationKey] = [
        ConfigurationKey(
            "restart-strategy.type",
            .choice([
                Choice("none", "fail at once", aliases: ["off", "disable"]),
                Choice("fixed-delay", "some attempts", aliases: ["fixeddelay"]),
                Choice("exponential-delay", "ever longer pauses", aliases: ["exponentialdelay"]),
                Choice(
                    "failure-rate", "some failures a time", aliases: ["failurerate"],
                    isAvailable: false),
            ]),
            default: "(`exponential-delay` with checkpointing, else `none`)",
            former: ["restart-strategy"], "What follows a failure."),
        ConfigurationKey(
            "restart-strategy.fixed-delay.attempts", .integer(1...1_000_000), default: "1",
            "Restarts before the job fails for good."),
        ConfigurationKey(
            "restart-strategy.fixed-delay.delay", milliseconds(0...Grammar.dayMilliseconds),
            default: "1 s", "Pause before each."),
        ConfigurationKey(
            "restart-strategy.exponential-delay.initial-backoff",
            milliseconds(1...Grammar.dayMilliseconds), default: "1 s", "The first pause."),
        ConfigurationKey(
            "restart-strategy.exponential-delay.max-backoff",
            milliseconds(1...Grammar.dayMilliseconds), default: "1 min", "The longest pause."),
        ConfigurationKey(
            "restart-strategy.exponential-delay.backoff-multiplier", .number(1...1_000),
            default: "1.5", "How much longer each pause is than the one before."),
        ConfigurationKey(
            "restart-strategy.exponential-delay.reset-backoff-threshold",
            milliseconds(1...yearMilliseconds), default: "1 h",
            "A run of this length without failure begins again at the first pause."),
        ConfigurationKey(
            "restart-strategy.exponential-delay.jitter-factor", .number(0...1), default: "0.1",
            "The part of a pause that is added or taken away at random."),
        ConfigurationKey(
            "restart-strategy.exponential-delay.attempts-before-reset-backoff",
            .integer(1...1_000_000_000), default: "(none: never)",
            "Failures in a row after which the job fails for good."),
    ]

    private static let own: [ConfigurationKey] = [
        ConfigurationKey(
            "millrace.lease.timeout", milliseconds(1_000...Grammar.dayMilliseconds),
            default: "15 s",
            "A runner that holds the job and gives no sign of life for this long may be replaced."),
        ConfigurationKey(
            "millrace.transactions.pool-size", .integer(4...64), default: "4",
            "Transactional ids that are used in turn."),
    ]

    private static let notBuilt: [ConfigurationKey] =
        [
            "savepoint-dir", "incremental", "snapshot-compression", "unaligned.enabled",
            "unaligned.forced", "aligned-checkpoint-timeout", "max-concurrent-checkpoints",
            "interval-during-backlog", "checkpoints-after-tasks-finish",
        ].map { name in .notBuilt(checkpointing + name, former: formerNames[name] ?? []) } + [
            .notBuilt("execution.checkpointing.unaligned"),
            .notBuilt("execution.state-recovery.path", former: ["execution.savepoint.path"]),
            .notBuilt("pipeline.auto-watermark-interval"),
            .notBuilt("table.exec.source.idle-timeout"),
        ]

    private static let formerNames = [
        "savepoint-dir": ["state.savepoints.dir"],
        "incremental": ["state.backend.incremental"],
    ]

    private static let notBuiltFamilies = [
        "state.backend.rocksdb.", "state.backend.forst.", "state.changelog.",
        "state.backend.changelog.", "dstl.dfs.", "restart-strategy.failure-rate.",
        "execution.state-recovery.", "execution.checkpointing.unaligned.", "metrics.",
        "state.latency-track.", "state.size-track.",
    ]

    private static let meaningless: [ConfigurationKey] = [
        .meaningless(
            checkpointing + "storage", former: ["state.checkpoint-storage"],
            "checkpoints always go to `execution.checkpointing.dir`"),
        .meaningless(checkpointing + "create-subdir", "each job has its own folder, always"),
        .meaningless(checkpointing + "cleaner.parallel-mode", "there is one folder to clean"),
        .meaningless(
            checkpointing + "data-inline-threshold", former: ["state.storage.fs.memory-threshold"],
            "state is always written to files"),
        .meaningless(
            checkpointing + "write-buffer-size", former: ["state.storage.fs.write-buffer-size"],
            "the runner chooses its buffers"),
        .meaningless(
            checkpointing + "local-backup.enabled", former: ["state.backend.local-recovery"],
            "checkpoints are local files already"),
        .meaningless(
            "table.exec.state.ttl",
            "processing time cannot be replayed; `state_ttl` of an aggregate is of event time"),
        .meaningless("pipeline.name", "the job's name is the file's `name`"),
        .meaningless("execution.runtime-mode", "a pipeline is a stream"),
        .meaningless(
            "execution.buffer-timeout.interval", former: ["execution.buffer-timeout"],
            "a batch leaves as soon as its input is empty"),
        .meaningless("pipeline.object-reuse", "rows are never objects here"),
        .meaningless(
            "pipeline.operator-chaining.enabled", former: ["pipeline.operator-chaining"],
            "operators are chained wherever rows need not be repartitioned"),
        .meaningless("parallelism.max", "it is spelled `pipeline.max-parallelism`"),
        .meaningless("execution.target", "the job runs in this process"),
        .meaningless("execution.attached", "the job runs in this process"),
        .meaningless("execution.shutdown-on-attached-exit", "the job runs in this process"),
        .meaningless("fs.default-scheme", "only `file:` is read"),
    ]

    private static let oneProcess =
        "the job is one process: there are no JobManagers and TaskManagers"
    private static let noJVM = "there is no Java virtual machine here"
    private static let meaninglessFamilies: [(prefix: String, why: String)] = [
        ("jobmanager.", oneProcess), ("taskmanager.", oneProcess), ("cluster.", oneProcess),
        ("slotmanager.", oneProcess), ("resourcemanager.", oneProcess), ("jobstore.", oneProcess),
        ("slot.", oneProcess), ("heartbeat.", oneProcess), ("akka.", oneProcess),
        ("pekko.", oneProcess), ("blob.", oneProcess), ("queryable-state.", oneProcess),
        ("high-availability.", "the lease on the checkpoint folder takes its place"),
        ("kubernetes.", "how the process is started is its supervisor's matter"),
        ("yarn.", "how the process is started is its supervisor's matter"),
        ("rest.", "there is no REST interface"), ("web.", "there is no web page"),
        ("historyserver.", "there is no history server"),
        ("env.", noJVM), ("classloader.", noJVM), ("containerized.", noJVM), ("python.", noJVM),
        ("security.", "credentials are properties of a connection"),
        ("execution.checkpointing.file-merging.", "a subtask writes one file a checkpoint already"),
        ("execution.checkpointing.local-backup.", "checkpoints are local files already"),
        ("execution.checkpointing.region.", "the job restarts as a whole"),
        ("table.", "a pipeline is not compiled from SQL statements"),
    ]
}
