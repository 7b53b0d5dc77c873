import Testing

@testable import CommandLineInterface

@Suite struct CommandLineParserTests {
    let parser = CommandLineParser(verbs: VerbTable.all)

    struct Accepted: Sendable, CustomTestStringConvertible {
        let line: String
        let option: String
        let values: [String]
        var testDescription: String { line }
    }

    @Test(arguments: [
        Accepted(line: "run -s latest f.yaml", option: "from-savepoint", values: ["latest"]),
        Accepted(line: "run --fromSavepoint=p f.yaml", option: "from-savepoint", values: ["p"]),
        Accepted(line: "run --from-savepoint p f.yaml", option: "from-savepoint", values: ["p"]),
        Accepted(line: "run -p4 f.yaml", option: "parallelism", values: ["4"]),
        Accepted(line: "run -p 4 f.yaml", option: "parallelism", values: ["4"]),
        Accepted(line: "run f.yaml --fresh", option: "fresh", values: [""]),
        Accepted(line: "run -Da.b=1 -D c=2 f.yaml", option: "define", values: ["a.b=1", "c=2"]),
        Accepted(line: "run --set a.b=x=y f.yaml", option: "set", values: ["a.b=x=y"]),
        Accepted(line: "validate --strict f.yaml", option: "strict", values: [""]),
    ])
    func understandsFlinksAndItsOwnSpelling(_ accepted: Accepted) throws {
        let command = try parser.parse(accepted.line.split(separator: " ").map(String.init))
        #expect(command.values(accepted.option) == accepted.values)
        #expect(command.arguments == ["f.yaml"])
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let line: String
        let says: String
        var testDescription: String { line }
    }

    @Test(arguments: [
        Refused(line: "rn f.yaml", says: "did you mean `run`?"),
        Refused(line: "run --frsh f.yaml", says: "did you mean `--fresh`?"),
        Refused(line: "run --zzzzzzzz f.yaml", says: "see `millrace help`"),
        Refused(line: "run", says: "takes FILE, got 0"),
        Refused(line: "run a.yaml b.yaml", says: "takes FILE, got 2"),
        Refused(line: "run --fresh=1 f.yaml", says: "takes no value"),
        Refused(line: "run f.yaml -p", says: "needs a value"),
        Refused(line: "run -p 1 -p 2 f.yaml", says: "given twice"),
        Refused(line: "schema x", says: "takes no arguments, got 1"),
        Refused(line: String(repeating: "x", count: 10_000), says: "see `millrace help`"),
    ])
    func refusesWithWhatWouldBeRight(_ refused: Refused) {
        let error = #expect(throws: UsageError.self) {
            try parser.parse(refused.line.split(separator: " ").map(String.init))
        }
        #expect(error?.message.contains(refused.says) == true, "\(error?.message ?? "")")
    }

    @Test func doubleDashEndsTheOptions() throws {
        let command = try parser.parse(["run", "--", "--fresh"])
        #expect(command.arguments == ["--fresh"])
        #expect(!command.has("fresh"))
    }

    @Test func anExpressionMayBeginWithAMinus() throws {
        for word in ["-7 / 2", "-.5", "-(1 + 2)", "-"] {
            #expect(try parser.parse(["eval", word]).arguments == [word])
        }
        #expect(throws: UsageError.self) { try parser.parse(["eval", "-x"]) }
    }

    @Test func helpIsAnsweredWithoutArguments() throws {
        #expect(try parser.parse(["run", "--help"]).wantsHelp)
        #expect(try parser.parse([]).verb == "help")
        #expect(try parser.parse(["--version"]).verb == "version")
    }

    /// Whatever words come, the answer is a command or a usage error.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func neverTrapsOnAnyWords(seed: UInt64) {
        let pool = [
            "run", "-", "--", "-D", "-Dk", "--set", "=", "--=", "--=x", "-p", "-pp", "é", "",
            "--help", "f", "-s=", String(repeating: "x", count: 3000),
        ]
        var state = seed &+ 1
        func next() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        let words = (0..<next() % 8).map { _ in pool[next() % pool.count] }
        _ = try? parser.parse(words)
    }

    @Test func everyVerbsPageNamesEachOfItsOptions() {
        let help = HelpText(verbs: VerbTable.all)
        for verb in VerbTable.all {
            let page = help.page(for: verb)
            for option in verb.options { #expect(page.contains("--\(option.name)")) }
            #expect(help.overview().contains(verb.summary))
        }
    }
}
