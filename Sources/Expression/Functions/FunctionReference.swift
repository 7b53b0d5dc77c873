/// The reference page of the language, made of the registry's rows.
package enum FunctionReference {
    /// The page in Markdown: a heading for each category, one for each function.
    package static func markdown() -> String {
        var page = "# Functions and operators\n\n"
        page += "Names and keywords may be written in any case; column names may not. "
        page += "INT widens to BIGINT, BIGINT to DECIMAL and DECIMAL to DOUBLE where it must, "
        page += "DATE to TIMESTAMP and TIMESTAMP to TIMESTAMP_LTZ. "
        page += "This page is generated; `millrace functions NAME` prints its parts.\n\n"
        page += departures
        for category in FunctionDefinition.Category.allCases {
            page += "\n## \(category.rawValue)\n"
            for definition in FunctionRegistry.all where definition.category == category {
                page += "\n" + markdown(of: definition)
            }
        }
        return page
    }

    /// Where results are not those of Flink, on purpose.
    private static let departures = """
        Functions have Flink's names and results, with these exceptions:

        - Characters are code points; Flink counts UTF-16 units, so an emoji has two there.
        - Elements of an ARRAY are counted from 0.
        - What has no value is an error of the row, never NaN, a wrapped number or a silent NULL: a \
        root of a negative number, a text from data that is no regular expression. The operator's \
        `on_error` decides what happens to the row.
        - Regular expressions are RE2's: no back-references, no look-around; `.` leaves out only \
        `\\n`, `$` is the end of the text and not a place before a last line break.
        - JSON_QUERY and JSON_OBJECT keep the order of members, and JSON_QUERY the blanks of the text.
        - ASCII gives the code point of any character. Any scheme is one for PARSE_URL.
        - NOW and its like are read once for a batch of records.

        """

    /// One function's part of the page, as `functions NAME` prints it.
    package static func markdown(of definition: FunctionDefinition) -> String {
        var text = "### \(definition.name)\n\n"
        text += definition.syntax.map { "    \($0)\n" }.joined()
        text += "\n\(definition.summary) Gives \(definition.resultType)."
        if !definition.aliases.isEmpty {
            let aliases = definition.aliases.map { "`\($0)`" }.joined(separator: ", ")
            text += " Also written \(aliases)."
        }
        text += "\n"
        let examples = definition.examples.filter { $0.result != nil }
        guard !examples.isEmpty else { return text }
        text += "\n| expression | result |\n| --- | --- |\n"
        for example in examples {
            text += "| `\(cell(example.expression))` | \(outcome(example.result ?? "")) |\n"
        }
        return text
    }

    private static func outcome(_ result: String) -> String {
        result.hasPrefix("E2") ? "error \(result)" : "`\(cell(result))`"
    }

    /// A pipe would end the table's cell.
    private static func cell(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
