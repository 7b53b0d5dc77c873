/// One option of a verb: the row that parsing, `--help` and completion read.
struct OptionSpecification: Sendable {
    /// Without dashes: `from-savepoint`.
    let name: String
    /// Flink's spellings and short forms, with their dashes: `-s`, `--fromSavepoint`.
    var aliases: [String] = []
    /// What stands for the value in `--help`; nil for a flag.
    var value: String?
    /// May be given several times.
    var repeats = false
    /// One line.
    let docs: String
}

/// One verb of the command line.
struct VerbSpecification: Sendable {
    let name: String
    var aliases: [String] = []
    /// The positional arguments as `--help` shows them: `FILE`, `FILE...`.
    var arguments = ""
    var argumentCount: ClosedRange<Int> = 0...0
    /// One line, for the list of verbs.
    let summary: String
    /// What it does, whom it asks, what it prints and how it exits.
    let docs: String
    var options: [OptionSpecification] = []
    var examples: [String] = []
}

/// A command line that fits a verb's table.
struct ParsedCommand: Sendable, Equatable {
    let verb: String
    /// By option name; a flag has one empty string.
    var options: [String: [String]] = [:]
    var arguments: [String] = []
    /// `--help` was among the words.
    var wantsHelp = false

    func has(_ option: String) -> Bool { options[option] != nil }
    func value(_ option: String) -> String? { options[option]?.last }
    func values(_ option: String) -> [String] { options[option] ?? [] }
}

/// A command line that cannot be understood (exit code 64).
struct UsageError: Error, Equatable {
    /// What is wrong and what would be right, in one or two lines.
    let message: String
}
