internal import Glibc
internal import Observability
internal import StreamAPI

/// The `millrace` executable: reads the command line, carries out one verb, and exits with its code.
public enum CommandLineInterface {
    /// Never returns. Called once, on the main thread, before any other thread exists.
    public static func main() -> Never {
        let code = run(Array(Swift.CommandLine.arguments.dropFirst()))
        // Not exit(3): threads of a job that must not be waited for may still be running.
        _exit(code.rawValue)
    }

    static func run(_ words: [String]) -> ExitCode {
        let parser = CommandLineParser(verbs: VerbTable.all)
        do {
            return try perform(try parser.parse(words), parser)
        } catch let error as UsageError {
            standardError("millrace: \(error.message)\n")
            return .usage
        } catch let error as FatalError {
            standardError("millrace: \(error.message)\n")
            return error.exitCode
        } catch {
            standardError("millrace: \(error)\n")
            return .internalError
        }
    }

    private static func perform(
        _ command: ParsedCommand, _ parser: CommandLineParser
    ) throws -> ExitCode {
        if command.wantsHelp, let verb = parser.verb(named: command.verb) {
            standardOutput(HelpText(verbs: parser.verbs).page(for: verb))
            return .finished
        }
        switch command.verb {
        case "run": return try RunVerb(command).perform()
        case "lint": return try LintVerb(command).perform()
        case "explain": return try ExplainVerb(command).perform()
        case "echo": return try EchoVerb(command).perform()
        case "help": return try ReferenceVerbs.help(command, parser)
        case "schema": return ReferenceVerbs.schema()
        case "explain-error": return try ReferenceVerbs.explainError(command)
        case "functions": return try ReferenceVerbs.functions(command)
        case "eval": return try EvalVerb(command).perform()
        case "completion": return try ReferenceVerbs.completion(command, parser)
        case "version": return ReferenceVerbs.version()
        default:
            throw UsageError(message: "verb `\(command.verb)` is in the table but not built in")
        }
    }
}
