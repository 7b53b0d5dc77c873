internal import Expression
internal import Observability
internal import PipelineRunner
internal import PipelineSpec
internal import StreamAPI

/// The verbs that only print: `help`, `schema`, `explain-error`, `functions`, `version`.
enum ReferenceVerbs {
    /// The version of the product, as releases are tagged.
    static let productVersion = "0.1.0"

    static func help(_ command: ParsedCommand, _ parser: CommandLineParser) throws -> ExitCode {
        let text = HelpText(verbs: parser.verbs)
        guard let name = command.arguments.first else {
            standardOutput(text.overview())
            return .finished
        }
        guard let verb = parser.verb(named: name) else {
            throw UsageError(message: unknown("verb", name, parser.verbs.map(\.name)))
        }
        standardOutput(text.page(for: verb))
        return .finished
    }

    static func schema() -> ExitCode {
        standardOutput(PipelineSchema.json())
        return .finished
    }

    static func explainError(_ command: ParsedCommand) throws -> ExitCode {
        let code = command.arguments[0]
        guard let entry = ErrorCatalog.find(code) else {
            throw UsageError(
                message: "unknown error code `\(code.prefix(64))`; docs/errors.md lists them all")
        }
        standardOutput("\(entry.code): \(entry.title)\n\n\(entry.text)\n")
        return .finished
    }

    static func functions(_ command: ParsedCommand) throws -> ExitCode {
        guard let name = command.arguments.first else {
            for function in FunctionRegistry.all {
                standardOutput(
                    "\(function.syntax.joined(separator: " | "))\n    \(function.summary)\n")
            }
            return .finished
        }
        guard let function = FunctionRegistry.find(name) else {
            throw UsageError(
                message: unknown(
                    "function", name, FunctionRegistry.all.map(\.name), list: "functions"))
        }
        standardOutput(page(function))
        return .finished
    }

    private static func page(_ function: FunctionDefinition) -> String {
        var text = function.syntax.joined(separator: "\n") + "\n\n\(function.summary)\n"
        text += "Result: \(function.resultType)\n"
        for example in function.examples {
            text += "\n  \(example.expression)  =>  \(example.result ?? "NULL")"
        }
        return text + "\n"
    }

    static func completion(
        _ command: ParsedCommand, _ parser: CommandLineParser
    ) throws -> ExitCode {
        let word = command.arguments[0]
        guard let shell = Completion.Shell(rawValue: word) else {
            throw UsageError(
                message: unknown("shell", word, Completion.Shell.allCases.map(\.rawValue)))
        }
        standardOutput(Completion(verbs: parser.verbs).script(for: shell))
        return .finished
    }

    static func version() -> ExitCode {
        standardOutput("millrace \(productVersion) (\(PipelinePlanner.clientLibraryVersion))\n")
        return .finished
    }
}
