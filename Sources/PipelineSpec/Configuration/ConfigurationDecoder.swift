internal import Expression
internal import YAML

/// Reads `config`: Flink's keys in any spelling, into typed values with Flink's defaults.
struct ConfigurationDecoder {
    /// A key that was given and its checked value.
    struct Setting {
        let value: DecodedValue
        let keyRange: YAMLRange
    }

    let decoder: FieldDecoder
    /// By the newest spelling.
    private(set) var settings: [String: Setting] = [:]
    /// Keys that were given with a value that has an error, which has been reported.
    private var broken: Set<String> = []
    /// Where `config` stands; the file's beginning without one.
    let range: YAMLRange

    /// - Parameter config: The `config` of the root, if there is one.
    init(_ config: DecodedValue?, range: YAMLRange, decoder: FieldDecoder) {
        self.decoder = decoder
        self.range = range
        for entry in config?.map ?? [] { add(entry) }
    }

    private mutating func add(_ entry: DecodedEntry) {
        let path = entry.value.path
        guard let key = ConfigurationTable.find(entry.key) else {
            return decoder.report(
                .unknownConfiguration, at: entry.keyRange, path: path,
                "unknown configuration key `\(FieldDecoder.excerpt(entry.key))`",
                help: NearestName.help(entry.key, among: ConfigurationTable.availableNames)
                    ?? "docs/pipeline-reference.md lists the keys; Flink's are flat: `execution.checkpointing.interval`"
            )
        }
        switch key.status {
        case .notBuilt:
            decoder.report(
                .configurationNotAvailable, at: entry.keyRange, path: path,
                "`\(entry.key)` is not available in this version", help: "remove it")
        case .meaningless(let why):
            decoder.report(
                .meaninglessConfiguration, at: entry.keyRange, path: path,
                "`\(entry.key)` means nothing here: \(why)", help: "remove it")
        case .available(let type): add(entry, key, type)
        }
    }

    private mutating func add(_ entry: DecodedEntry, _ key: ConfigurationKey, _ type: FieldType) {
        if let first = settings[key.name] {
            let place = first.keyRange.start
            return decoder.report(
                .configurationTwice, at: entry.keyRange, path: entry.value.path,
                "`\(key.name)` is given twice, in lines \(place.line) and \(entry.keyRange.start.line)",
                help: "`\(entry.key)` is another spelling of it; remove one")
        }
        let place = FieldDecoder.Place(
            node: entry.value.node, path: entry.value.path, keyRange: entry.keyRange,
            name: entry.key)
        guard let value = decoder.decode(place, as: type) else {
            broken.insert(key.name)
            return
        }
        settings[key.name] = Setting(value: value, keyRange: entry.keyRange)
    }

    // MARK: Typed values

    func decode() -> JobConfiguration {
        var result = JobConfiguration()
        set(&result.parallelism, "parallelism.default")
        set(&result.maxParallelism, "pipeline.max-parallelism")
        set(milliseconds: &result.leaseTimeoutMilliseconds, "millrace.lease.timeout")
        set(&result.transactionPoolSize, "millrace.transactions.pool-size")
        if result.parallelism > result.maxParallelism { tooParallel(result) }
        result.timeZone = timeZone()
        result.checkpointing = checkpointing()
        result.restartStrategy = restartStrategy(isCheckpointing: result.checkpointing != nil)
        return result
    }

    private func timeZone() -> TimeZoneRules {
        guard let setting = settings["table.local-time-zone"], let name = setting.value.text else {
            return .utc
        }
        if let zone = TimeZoneRules.find(name) { return zone }
        decoder.report(
            .notAllowed, at: setting.value.node.range, path: setting.value.path,
            "there is no time zone `\(FieldDecoder.excerpt(name))`",
            help: "`UTC`, `+02:00`, or a name of the IANA database: `Europe/Berlin`")
        return .utc
    }

    private func tooParallel(_ configuration: JobConfiguration) {
        guard let setting = settings["parallelism.default"] ?? settings["pipeline.max-parallelism"]
        else { return }
        decoder.report(
            .parallelismTooHigh, at: setting.value.node.range, path: setting.value.path,
            "`parallelism.default` is \(configuration.parallelism), more than "
                + "`pipeline.max-parallelism`, \(configuration.maxParallelism)",
            help: "raise `pipeline.max-parallelism` before the job's first start")
    }

    private func set(_ target: inout Int, _ name: String) {
        if let value = settings[name]?.value.integer { target = Int(value) }
    }
    private func set(milliseconds target: inout Int64, _ name: String) {
        if let value = settings[name]?.value.milliseconds { target = value }
    }
    private func set(number target: inout Double, _ name: String) {
        if let value = settings[name]?.value.number { target = value }
    }

    private func checkpointing() -> CheckpointingConfiguration? {
        let prefix = "execution.checkpointing."
        let directory = checkpointDirectory()
        // One with an error has turned checkpoints on, too.
        let interval = settings[prefix + "interval"]
        guard interval != nil || broken.contains(prefix + "interval") else { return nil }
        if let interval, settings[prefix + "dir"] == nil, !broken.contains(prefix + "dir") {
            decoder.report(
                .missingCheckpointDirectory, at: interval.keyRange, path: interval.value.path,
                "checkpoints are on, but `execution.checkpointing.dir` does not say where they go",
                help: "execution.checkpointing.dir: file:///var/lib/millrace/checkpoints")
        }
        var result = CheckpointingConfiguration(
            intervalMilliseconds: interval?.value.milliseconds ?? 0, directory: directory ?? "/")
        set(milliseconds: &result.timeoutMilliseconds, prefix + "timeout")
        set(milliseconds: &result.minPauseMilliseconds, prefix + "min-pause")
        set(&result.numRetained, prefix + "num-retained")
        set(&result.tolerableFailedCheckpoints, prefix + "tolerable-failed-checkpoints")
        if let text = settings[prefix + "mode"]?.value.text {
            result.mode = CheckpointingConfiguration.Mode(rawValue: text) ?? result.mode
        }
        if let text = settings[prefix + "externalized-checkpoint-retention"]?.value.text {
            result.retention =
                CheckpointingConfiguration.Retention(rawValue: text) ?? result.retention
        }
        return result
    }

    /// The folder as an absolute path; nil where none is given or it cannot be one.
    private func checkpointDirectory() -> String? {
        guard let setting = settings["execution.checkpointing.dir"],
            let text = setting.value.text
        else { return nil }
        switch CheckpointDirectory.path(text) {
        case .success(let path): return path
        case .failure(let refusal):
            decoder.report(
                .badCheckpointDirectory, at: setting.value.node.range, path: setting.value.path,
                "the checkpoint folder `\(FieldDecoder.excerpt(text))` \(refusal.reason)",
                help: "write file:///var/lib/millrace/checkpoints")
            return nil
        }
    }

    private func restartStrategy(isCheckpointing: Bool) -> RestartStrategyConfiguration {
        let type = settings["restart-strategy.type"]?.value.text
        switch type ?? (isCheckpointing ? "exponential-delay" : "none") {
        case "fixed-delay": return fixedDelay()
        case "exponential-delay": return .exponentialDelay(exponentialDelay())
        default: return .none
        }
    }

    private func fixedDelay() -> RestartStrategyConfiguration {
        var attempts = 1
        var delay: Int64 = 1_000
        set(&attempts, "restart-strategy.fixed-delay.attempts")
        set(milliseconds: &delay, "restart-strategy.fixed-delay.delay")
        return .fixedDelay(attempts: attempts, delayMilliseconds: delay)
    }

    private func exponentialDelay() -> RestartStrategyConfiguration.ExponentialDelay {
        var values = RestartStrategyConfiguration.ExponentialDelay()
        let prefix = "restart-strategy.exponential-delay."
        set(milliseconds: &values.initialBackoffMilliseconds, prefix + "initial-backoff")
        set(milliseconds: &values.maxBackoffMilliseconds, prefix + "max-backoff")
        set(number: &values.backoffMultiplier, prefix + "backoff-multiplier")
        set(
            milliseconds: &values.resetBackoffThresholdMilliseconds,
            prefix + "reset-backoff-threshold")
        set(number: &values.jitterFactor, prefix + "jitter-factor")
        let attempts = settings[prefix + "attempts-before-reset-backoff"]?.value.integer
        values.attemptsBeforeResetBackoff = attempts.map { Int($0) }
        return values
    }
}

/// The value of `execution.checkpointing.dir`.
enum CheckpointDirectory {
    struct Refusal: Error, Equatable { let reason: String }

    /// - Returns: An absolute path without `.`, `..` and doubled slashes.
    static func path(_ text: String) -> Result<String, Refusal> {
        var path = text[...]
        if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") {
            let scheme = text[..<colon].lowercased()
            guard scheme == "file" else {
                return .failure(
                    Refusal(reason: "has the scheme `\(scheme):`; only `file:` is available"))
            }
            path = text[text.index(after: colon)...]
            if path.hasPrefix("//") {
                path = path.dropFirst(2)
                guard path.hasPrefix("/") else {
                    return .failure(
                        Refusal(reason: "names a host; an absolute path has three slashes"))
                }
            }
        }
        guard path.hasPrefix("/") else { return .failure(Refusal(reason: "is relative")) }
        guard !path.utf8.contains(0), path.utf8.count <= 1_024 else {
            return .failure(Refusal(reason: "is longer than 1024 bytes or holds a NUL"))
        }
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard !parts.contains("..") else { return .failure(Refusal(reason: "holds `..`")) }
        guard !parts.isEmpty else { return .failure(Refusal(reason: "is the root of the disk")) }
        return .success("/" + parts.joined(separator: "/"))
    }
}
