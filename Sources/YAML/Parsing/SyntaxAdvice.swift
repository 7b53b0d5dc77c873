/// Turns libyaml's words into what the writer of a pipeline file must change.
enum SyntaxAdvice {
    static func explain(_ problem: YAMLProblem, in source: SourceText) -> YAMLProblem {
        guard problem.code == .syntax else { return problem }
        let place = problem.range.start
        let line = source.line(place.line)
        if let column = tabColumn(line) {
            return YAMLProblem(
                .tab, at: YAMLMark(line: place.line, column: column),
                "a tab indents this line; YAML allows only spaces there",
                help: "replace the tab by spaces")
        }
        return YAMLProblem(
            .syntax, at: problem.range, "this is not YAML: \(problem.message)",
            help: help(problem.message, line))
    }

    /// The column of the first tab among the blanks that begin the line.
    private static func tabColumn(_ line: String) -> Int? {
        let blanks = line.unicodeScalars.prefix { $0 == " " || $0 == "\t" }
        return blanks.firstIndex(of: "\t").map {
            blanks.distance(from: blanks.startIndex, to: $0) + 1
        }
    }

    private static func help(_ message: String, _ line: String) -> String {
        if line.contains("${") {
            return
                "a value with ${..} must be quoted inside { } and [ ], and where it holds `: ` or"
                + " ` #`: \"${NAME:-5 s}\""
        }
        if message.contains("while parsing a flow") {
            return
                "inside { } and [ ] a text with a comma or one of []{} must be quoted: "
                + "{ first: \"tags[0]\" }; check also that every bracket is closed"
        }
        if message.contains("mapping values") {
            return "quote a text that holds `: `, or check the indentation"
        }
        if message.contains("cannot start any token") {
            return "quote a text that begins with this character"
        }
        return "check indentation, brackets and quotes on this line and the one before"
    }
}
