/// The forms in which diagnostics are printed.
package enum DiagnosticRendering: String, Sendable, CaseIterable {
    /// For people: the line, a caret under the place, help.
    case text
    /// An array of objects, for editors.
    case json
    /// Workflow commands of GitHub Actions, which show up beside the changed lines.
    case github

    /// All diagnostics of some files, and for `text` a last line that counts them.
    ///
    /// - Parameter results: One for each file, in order.
    /// - Returns: Lines, each with its line end.
    package func render(_ results: [LintResult]) -> String {
        switch self {
        case .text: TextRendering.render(results)
        case .json: Self.json(results)
        case .github: Self.github(results)
        }
    }

    /// One diagnostic for people.
    ///
    /// - Parameter lines: What it is about; line 1 first.
    package static func text(of diagnostic: Diagnostic, _ lines: [String]) -> String {
        TextRendering.render(diagnostic, lines)
    }

    // MARK: JSON

    private static func json(_ results: [LintResult]) -> String {
        let items = results.flatMap(\.diagnostics).map { "  " + object($0) }
        return items.isEmpty ? "[]\n" : "[\n" + items.joined(separator: ",\n") + "\n]\n"
    }

    private static func object(_ diagnostic: Diagnostic) -> String {
        let value = JSONText.object([
            ("file", .string(diagnostic.file)), ("line", .number(diagnostic.line)),
            ("column", .number(diagnostic.column)), ("end_line", .number(diagnostic.endLine)),
            ("end_column", .number(diagnostic.endColumn)),
            ("severity", .string(diagnostic.severity.rawValue)),
            ("code", .string(diagnostic.code)), ("message", .string(diagnostic.message)),
            ("help", diagnostic.help.map { .string($0) } ?? .null),
            ("path", .string(diagnostic.path)),
        ])
        return value.compact
    }

    // MARK: GitHub

    private static func github(_ results: [LintResult]) -> String {
        results.flatMap(\.diagnostics).map { diagnostic in
            let properties = [
                "file=\(property(diagnostic.file))", "line=\(diagnostic.line)",
                "endLine=\(diagnostic.endLine)", "col=\(diagnostic.column)",
                "endColumn=\(diagnostic.endColumn)", "title=\(property(diagnostic.code))",
            ]
            let text = diagnostic.message + (diagnostic.help.map { "\nhelp: \($0)" } ?? "")
            return "::\(diagnostic.severity.rawValue) \(properties.joined(separator: ","))"
                + "::\(message(text))\n"
        }.joined()
    }

    private static func message(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private static func property(_ text: String) -> String {
        message(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
