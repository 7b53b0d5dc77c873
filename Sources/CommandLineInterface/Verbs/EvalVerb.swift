internal import Expression
internal import Observability
internal import PipelineSpec
internal import StreamAPI
internal import StreamCore

/// `millrace eval`: one expression, on a row from the command line.
struct EvalVerb {
    let command: ParsedCommand
    init(_ command: ParsedCommand) { self.command = command }

    func perform() throws -> ExitCode {
        let text = command.arguments[0]
        let declared = try schema()
        let row = try command.value("row").map { json in try sampleRow(json, declared) }
        let trial: ExpressionTrial
        do throws(ExpressionErrors) {
            trial = try ExpressionTrial(text, over: row?.schema ?? declared ?? RowSchema([]))
        } catch {
            standardError(Self.rendered(error, text))
            return .configuration
        }
        if row != nil || declared == nil {
            do throws(EvaluationError) {
                standardOutput("value  \(try trial.value(on: row))\n")
            } catch {
                standardError("error[\(error.code.rawValue)]: \(error.message)\n")
                return .failed
            }
        }
        standardOutput("type   \(trial.type)\(trial.isNullable ? "" : " NOT NULL")\n")
        return .finished
    }

    /// `a INT, b DECIMAL(10, 2) NOT NULL`.
    private func schema() throws -> RowSchema? {
        guard let text = command.value("schema") else { return nil }
        do throws(ExpressionError) {
            guard case .row(let fields) = try SQLTypeParser.parse("ROW<\(text)>").type else {
                return nil
            }
            return RowSchema(fields)
        } catch {
            throw UsageError(
                message: "`--schema`: \(error.message); write it like 'a INT, b DECIMAL(10, 2)'")
        }
    }

    private func sampleRow(_ json: String, _ schema: RowSchema?) throws -> SampleRow {
        do throws(SampleRow.Failure) {
            return try SampleRow(json: json, schema: schema)
        } catch {
            throw UsageError(
                message: "`--row`: \(error.message); write it like '{\"color\": \"red\"}'")
        }
    }

    // MARK: Errors

    /// The errors with the place of each, as `lint` shows them.
    static func rendered(_ errors: ExpressionErrors, _ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return errors.errors.map { error in
            let start = place(error.range.lowerBound, text)
            let end = place(error.range.upperBound, text)
            let diagnostic = Diagnostic(
                file: "expression", line: start.line, column: start.column, endLine: end.line,
                endColumn: end.column, code: error.code.rawValue, message: error.message,
                help: error.help)
            return DiagnosticRendering.text(of: diagnostic, lines)
        }.joined()
    }

    /// From 1; columns in Unicode scalars.
    private static func place(_ utf8Offset: Int, _ text: String) -> (line: Int, column: Int) {
        let before = String(decoding: text.utf8.prefix(utf8Offset), as: UTF8.self).unicodeScalars
        let line = before.count { $0 == "\n" } + 1
        let column = before.reversed().prefix { $0 != "\n" }.count + 1
        return (line, column)
    }
}
