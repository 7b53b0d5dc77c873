internal import Expression

/// Reads the words of a command line by the tables of verbs.
///
/// Long options take their value as `--name value` or `--name=value`; short ones as `-p 4` or
/// `-p4`; `-Dkey=value` as Flink writes it. `--` ends the options.
struct CommandLineParser {
    /// Words of one command line, at most.
    static let wordCountMax = 10_000

    let verbs: [VerbSpecification]

    func verb(named word: String) -> VerbSpecification? {
        verbs.first { $0.name == word || $0.aliases.contains(word) }
    }

    /// - Parameter words: Without the program's name.
    func parse(_ words: [String]) throws(UsageError) -> ParsedCommand {
        guard words.count <= Self.wordCountMax else {
            throw UsageError(message: "more than \(Self.wordCountMax) words")
        }
        guard let first = words.first, first != "--help", first != "-h" else {
            return ParsedCommand(verb: "help", arguments: [])
        }
        if first == "--version" { return ParsedCommand(verb: "version") }
        guard let verb = verb(named: first) else {
            throw UsageError(message: unknown("verb", first, verbs.map(\.name)))
        }
        var state = ParsingState(verb: verb, words: Array(words.dropFirst()))
        let command = try state.run()
        guard command.wantsHelp || verb.argumentCount.contains(command.arguments.count) else {
            throw UsageError(message: argumentCountMessage(verb, command.arguments.count))
        }
        return command
    }

    private func argumentCountMessage(_ verb: VerbSpecification, _ count: Int) -> String {
        let wanted = verb.arguments.isEmpty ? "no arguments" : verb.arguments
        return "`\(verb.name)` takes \(wanted), got \(count); see `millrace \(verb.name) --help`"
    }
}

/// `unknown verb `rn`; did you mean `run`?`
///
/// - Parameter list: The verb that lists what is known.
func unknown(
    _ what: String, _ word: String, _ known: [String], list: String = "help"
) -> String {
    let nearest = Spelling.nearest(String(word.prefix(64)), among: known)
    let help = nearest.map { "did you mean `\($0)`?" } ?? "see `millrace \(list)`"
    return "unknown \(what) `\(word.prefix(64))`; \(help)"
}

/// The words behind the verb, eaten from the left.
private struct ParsingState {
    let verb: VerbSpecification
    var words: [String]
    var position = 0
    var command: ParsedCommand

    init(verb: VerbSpecification, words: [String]) {
        self.verb = verb
        self.words = words
        command = ParsedCommand(verb: verb.name)
    }

    mutating func run() throws(UsageError) -> ParsedCommand {
        var optionsEnded = false
        while position < words.count {
            let word = words[position]
            position += 1
            if optionsEnded || !Self.looksLikeOption(word) {
                command.arguments.append(word)
            } else if word == "--" {
                optionsEnded = true
            } else if word == "--help" || word == "-h" {
                command.wantsHelp = true
            } else {
                try readOption(word)
            }
        }
        return command
    }

    /// A lone `-` is an argument, and so is `-7 / 2`: no option begins with a digit.
    private static func looksLikeOption(_ word: String) -> Bool {
        guard word.hasPrefix("-"), let next = word.dropFirst().first else { return false }
        return !next.isNumber && next != "." && next != "("
    }

    private mutating func readOption(_ word: String) throws(UsageError) {
        let (spelling, glued) = split(word)
        guard let option = find(spelling) else {
            let known = verb.options.flatMap { ["--" + $0.name] + $0.aliases }
            throw UsageError(
                message: unknown("option", spelling, known) + " (verb `\(verb.name)`)")
        }
        let value = try value(of: option, spelling: spelling, glued: glued)
        guard option.repeats || command.options[option.name] == nil else {
            throw UsageError(message: "`--\(option.name)` is given twice")
        }
        command.options[option.name, default: []].append(value)
    }

    private mutating func value(
        of option: OptionSpecification, spelling: String, glued: String?
    ) throws(UsageError) -> String {
        guard let name = option.value else {
            guard glued == nil else {
                throw UsageError(message: "`\(spelling)` takes no value")
            }
            return ""
        }
        if let glued { return glued }
        guard position < words.count else {
            throw UsageError(message: "`\(spelling)` needs a value: `\(spelling) \(name)`")
        }
        defer { position += 1 }
        return words[position]
    }

    /// `--name=value`, `-Dkey=value` and `-p4` come apart; everything else is whole.
    private func split(_ word: String) -> (spelling: String, glued: String?) {
        if word.hasPrefix("--") {
            guard let equals = word.firstIndex(of: "=") else { return (word, nil) }
            return (String(word[..<equals]), String(word[word.index(after: equals)...]))
        }
        if find(word) != nil || word.count <= 2 { return (word, nil) }
        let short = String(word.prefix(2))
        guard let option = find(short), option.value != nil else { return (word, nil) }
        return (short, String(word.dropFirst(2)))
    }

    private func find(_ spelling: String) -> OptionSpecification? {
        verb.options.first { "--" + $0.name == spelling || $0.aliases.contains(spelling) }
    }
}
