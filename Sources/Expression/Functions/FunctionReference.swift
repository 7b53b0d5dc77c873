/// The reference page of the language, made of the registry's rows.
package enum FunctionReference {
    /// The page in Markdown: a heading for each category, one for each function.
    package static func markdown() -> String {
        var page = "# Functions and operators\n\n"
        page += "Names and keywords may be written in any case; column names may not. "
        page += "INT widens to BIGINT, BIGINT to DECIMAL and DECIMAL to DOUBLE where it must, "
        page += "DATE to TIMESTAMP and TIMESTAMP to TIMESTAMP_LTZ.\n"
        for category in FunctionDefinition.Category.allCases {
            page += "\n## \(category.rawValue)\n"
            for definition in FunctionRegistry.all where definition.category == category {
                page += "\n" + markdown(of: definition)
            }
        }
        return page
    }

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
