/// Diagnostics for people:
///
///     error[E1004]: unknown key `allowed_latenes` in window
///       --> orders.yaml:50:43   transforms.paid_orders.window
///        |
///     50 |     window: { type: tumbling, allowed_latenes: 2 min }
///        |                               ^^^^^^^^^^^^^^^
///        = help: did you mean `allowed_lateness`?
enum TextRendering {
    static func render(_ results: [LintResult]) -> String {
        var output = ""
        for result in results {
            for diagnostic in result.diagnostics {
                output += render(diagnostic, result.sourceLines)
            }
        }
        return output + summary(results)
    }

    private static func summary(_ results: [LintResult]) -> String {
        let errors = results.map(\.errorCount).reduce(0, +)
        let warnings = results.map(\.warningCount).reduce(0, +)
        return "\(count(errors, "error")), \(count(warnings, "warning")) in "
            + "\(count(results.count, "file"))\n"
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    static func render(_ diagnostic: Diagnostic, _ lines: [String]) -> String {
        let number = "\(diagnostic.line)"
        let margin = String(repeating: " ", count: max(2, number.count))
        var output =
            "\(diagnostic.severity.rawValue)[\(diagnostic.code)]: \(shown(diagnostic.message))\n"
        output += "\(margin)--> \(place(diagnostic))\n"
        if diagnostic.line >= 1, diagnostic.line <= lines.count {
            let (line, caret) = excerpt(lines[diagnostic.line - 1], diagnostic)
            let pad = String(repeating: " ", count: margin.count - number.count)
            output += "\(margin) |\n\(pad)\(number) | \(line)\n\(margin) | \(caret)\n"
        }
        if let help = diagnostic.help { output += "\(margin) = help: \(shown(help))\n" }
        return output
    }

    private static func place(_ diagnostic: Diagnostic) -> String {
        let path = shown(JSONPointer.dotted(diagnostic.path))
        let file = shown(diagnostic.file)
        let position =
            diagnostic.line > 0
            ? "\(file):\(diagnostic.line):\(diagnostic.column)" : file
        return path.isEmpty ? position : "\(position)   \(path)"
    }

    /// Scalars of a line that are shown around the place.
    private static let widthMax = 120

    /// The line, cut to ``widthMax`` around the place, and the caret line below it.
    private static func excerpt(_ text: String, _ diagnostic: Diagnostic) -> (String, String) {
        let scalars = Array(text.unicodeScalars)
        let column = min(max(diagnostic.column - 1, 0), scalars.count)
        let start =
            scalars.count > widthMax ? max(0, min(column - 40, scalars.count - widthMax)) : 0
        let end = min(scalars.count, start + widthMax)
        let isOneLine = diagnostic.endLine == diagnostic.line
        let last = isOneLine ? min(diagnostic.endColumn - 1, end) : column + 1
        let before = start > 0 ? "…" : ""
        let line =
            before + String(String.UnicodeScalarView(scalars[start..<end].map(plain)))
            + (end < scalars.count ? "…" : "")
        let indent = String(repeating: " ", count: before.count + column - start)
        return (line, indent + String(repeating: "^", count: max(1, last - column)))
    }

    /// Nothing in a file can move the terminal's cursor or colour its text.
    private static func shown(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map(plain)))
    }

    private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar == "\t" { return " " }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return "\u{FFFD}"
        default: return scalar
        }
    }
}
