internal import Observability
internal import PipelineRunner
internal import PipelineSpec
internal import StreamAPI

/// `millrace run`.
struct RunVerb {
    private let command: ParsedCommand
    init(_ command: ParsedCommand) { self.command = command }

    func perform() throws -> ExitCode {
        JobSignals.block()
        try configureLog()
        let options = try runOptions()
        guard let definition = try checkedDefinition() else { return .configuration }
        if let problem = Failpoint.configurationProblem() { Log.warning(problem) }
        let signals = JobSignals()
        signals.start()
        let plan: JobPlan
        do {
            plan = try PipelinePlanner(definition).plan()
        } catch let error as FatalError {
            Log.error(error.message, ["exit_code": error.exitCode.rawValue])
            return error.exitCode
        }
        standardError("Job has been submitted with JobID \(plan.jobID)\n")
        let runner = JobRunner(plan: plan, options: options)
        signals.forward(to: runner)
        return runner.run()
    }

    private func configureLog() throws {
        let format =
            try choice("log-format", Log.Format.init(rawValue:), ["text", "json"]) ?? .text
        let levels = [
            "debug": Log.Level.debug, "info": .info, "warning": .warning, "error": .error,
        ]
        let level = try choice("log-level", { levels[$0] }, levels.keys.sorted()) ?? .info
        Log.configure(format: format, levelMin: level)
    }

    private func runOptions() throws -> RunOptions {
        guard !(command.has("fresh") && command.has("from-savepoint")) else {
            throw UsageError(
                message: "`--fresh` starts without state and `-s` restores some: choose one")
        }
        var options = RunOptions()
        options.isFresh = command.has("fresh")
        options.stopsAtEnd = command.has("stop-at-end")
        options.savepointPath = command.value("from-savepoint")
        options.allowsRewind = command.has("allow-rewind")
        options.allowsNonRestoredState = command.has("allow-non-restored-state")
        let progress = try choice(
            "progress", { ["auto": true, "off": false][$0] }, ["auto", "off"])
        options.showsProgress = progress ?? true
        return options
    }

    private func choice<T>(
        _ option: String, _ parse: (String) -> T?, _ known: [String]
    ) throws -> T? {
        guard let word = command.value(option) else { return nil }
        guard let value = parse(word) else {
            throw UsageError(
                message:
                    "`--\(option) \(word.prefix(40))`: choose one of \(known.joined(separator: ", "))"
            )
        }
        return value
    }

    /// The file without errors, or nil after printing them.
    private func checkedDefinition() throws -> PipelineDefinition? {
        let (result, exitCode) = try FileOptions(command).lint(command.arguments[0])
        if !result.diagnostics.isEmpty {
            standardError(DiagnosticRendering.text.render([result]))
        }
        if exitCode == .inputMissing { throw FatalError(.inputMissing, "nothing was started") }
        return result.definition
    }
}
