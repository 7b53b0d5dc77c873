/// `--help`, from the same tables that the parser reads.
struct HelpText {
    let verbs: [VerbSpecification]

    func overview() -> String {
        var text = """
            millrace: moves data from Kafka to Kafka exactly once, as a pipeline file says.

            Usage: millrace VERB [OPTIONS] [ARGUMENTS]

            Verbs:

            """
        let width = verbs.map(\.name.count).max() ?? 0
        for verb in verbs {
            text += "  \(padded(verb.name, width))  \(verb.summary)\n"
        }
        return text + "\n`millrace VERB --help` explains one.\n"
    }

    func page(for verb: VerbSpecification) -> String {
        var text = "millrace \(verb.name): \(verb.summary)\n\n"
        let options = verb.options.isEmpty ? "" : " [OPTIONS]"
        let arguments = verb.arguments.isEmpty ? "" : " " + verb.arguments
        text += "Usage: millrace \(verb.name)\(options)\(arguments)\n"
        if !verb.aliases.isEmpty {
            text += "Also:  \(verb.aliases.joined(separator: ", "))\n"
        }
        text += "\n\(verb.docs)\n"
        text += optionLines(verb)
        if !verb.examples.isEmpty {
            text += "\nExamples:\n" + verb.examples.map { "  \($0)\n" }.joined()
        }
        return text
    }

    private func optionLines(_ verb: VerbSpecification) -> String {
        guard !verb.options.isEmpty else { return "" }
        let heads = verb.options.map(head)
        let width = min(44, heads.map(\.count).max() ?? 0)
        var text = "\nOptions:\n"
        for (option, head) in zip(verb.options, heads) {
            let gap =
                head.count > width ? "\n  " + padded("", width) : padded("", width - head.count)
            text += "  \(head)\(gap)  \(option.docs)\n"
        }
        return text
    }

    private func head(_ option: OptionSpecification) -> String {
        let shorts = option.aliases.filter { !$0.hasPrefix("--") && $0.count == 2 }
        let spelling = (shorts + ["--" + option.name]).joined(separator: ", ")
        return option.value.map { "\(spelling) \($0)" } ?? spelling
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
