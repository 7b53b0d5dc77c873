internal import Observability
internal import PipelineSpec
internal import StreamAPI

/// `millrace lint`.
struct LintVerb {
    let command: ParsedCommand
    init(_ command: ParsedCommand) { self.command = command }

    func perform() throws -> ExitCode {
        let word = command.value("format") ?? "text"
        guard let rendering = DiagnosticRendering(rawValue: word) else {
            let known = DiagnosticRendering.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError(message: "`--format \(word.prefix(40))`: choose one of \(known)")
        }
        let options = try FileOptions(command)
        let checked = command.arguments.map(options.lint)
        standardOutput(rendering.render(checked.map(\.result)))
        if let failed = checked.first(where: { $0.exitCode != .finished }) {
            return failed.exitCode
        }
        let hasWarning = checked.contains { $0.result.warningCount > 0 }
        return command.has("strict") && hasWarning ? .configuration : .finished
    }
}

/// `millrace explain`.
struct ExplainVerb {
    let command: ParsedCommand
    init(_ command: ParsedCommand) { self.command = command }

    func perform() throws -> ExitCode {
        let format = command.value("format") ?? "text"
        guard ["text", "json"].contains(format) else {
            throw UsageError(message: "`--format \(format.prefix(40))`: choose one of text, json")
        }
        let (result, exitCode) = try FileOptions(command).lint(command.arguments[0])
        if !result.diagnostics.isEmpty {
            standardError(DiagnosticRendering.text.render([result]))
        }
        guard let definition = result.definition else { return exitCode }
        standardOutput(
            format == "json"
                ? PipelineExplanation.json(definition) : PipelineExplanation.text(definition))
        return .finished
    }
}

/// `millrace echo`.
struct EchoVerb {
    let command: ParsedCommand
    init(_ command: ParsedCommand) { self.command = command }

    func perform() throws -> ExitCode {
        let options = try FileOptions(command)
        let (result, exitCode) = options.lint(command.arguments[0])
        guard result.errorCount == 0 else {
            standardError(DiagnosticRendering.text.render([result]))
            return exitCode
        }
        standardOutput(
            try options.echo(command.arguments[0], isResolved: command.has("resolved")))
        return .finished
    }
}
