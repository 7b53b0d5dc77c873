import PipelineSpec
import Testing

@Suite struct BadInputTests {
    /// What librdkafka would say of the properties in ``BadInput/kafka``.
    private static let environment: LintEnvironment = {
        var environment = LintEnvironment()
        environment.kafkaProperty = { name, value in
            if name == "linger.sm" { return .unknown(nearest: "linger.ms") }
            return name == "compression.type" && value == "zip"
                ? .badValue(reason: "no such codec") : .good
        }
        return environment
    }()

    @Test("A bad file gives its code at its place", arguments: BadInput.all)
    func codeAndPlace(_ input: BadInput) {
        let marked = Marked(input.text)
        let result = lint(marked.text, Self.environment)
        let found = result.diagnostics.first { $0.code == input.code }
        #expect(found != nil, "found \(result.places)")
        #expect(
            found.map { [$0.line, $0.column] } == [marked.line, marked.column],
            "found \(result.places)")
        let isError = input.code.hasPrefix("E")
        #expect((result.definition == nil) == isError, "found \(result.places)")
    }

    @Test("One mistake gives one finding", arguments: BadInput.all)
    func noEcho(_ input: BadInput) {
        // Without a source there is nothing that a sink could read.
        guard input.code != "E1304" else { return }
        let result = lint(Marked(input.text).text, Self.environment)
        #expect(Set(result.diagnostics.map(\.code)) == [input.code], "found \(result.places)")
    }

    @Test func everyCodeOfTheCatalogueThatLintCanGiveIsGivenByATest() {
        let given = Set(BadInput.all.map(\.code))
        // Given by PipelineFileTests and OverrideTests; E2xxx and E4xxx by records.
        let elsewhere: Set = ["E1001", "E1023"]
        let wanted = ErrorCatalog.entries.map(\.code).filter {
            !$0.hasPrefix("E2") && !$0.hasPrefix("E4")
        }
        #expect(Set(wanted).subtracting(elsewhere) == given)
    }

    @Test func allErrorsOfAFileAreFoundInOnePass() {
        let result = lint(
            Sample.with {
                $0.config += "\n  parallelism.default: 0\n  nonsense.key: 1"
                $0.sources += "\n    on_eror: fail"
                $0.transforms = $0.transforms.replacing(
                    "weight > 0", with: "wight > 0 AND colr = 'a'")
                $0.sinks += "\n    delivery_guarantee: sometimes"
            })
        #expect(
            result.diagnostics.map(\.code) == [
                "E1016", "E1201", "E1004", "E1102", "E1102", "E1013",
            ],
            "found \(result.places)")
    }

    @Test func helpNamesTheNearestKey() {
        let result = lint(Sample.with { $0.sinks += "\n    delivry_guarantee: exactly_once" })
        #expect(result.diagnostics.first?.help == "did you mean `delivery_guarantee`?")
    }

    @Test func helpNamesTheKeyThatAKeyBelongsInto() {
        let result = lint(
            Sample.with {
                $0.transforms = """
                      kept:
                        type: aggregate
                        input: events
                        key: [color]
                        allowed_lateness: 10 s
                        select: { n: COUNT(*) }
                    """
            })
        #expect(result.diagnostics.map(\.code) == ["E1004"])
        #expect(result.diagnostics.first?.help == "`allowed_lateness` is a key of `window`")
    }

    @Test(arguments: [
        ("    emit: every_row", "a running aggregate has no late rows; give `kept` a `window`"),
        (BadInput.windowLine, "write late: side_output in `kept`"),
    ])
    func theHelpForLateRowsSaysWhatMakesThem(line: String, help: String) {
        let input = BadInput.unknownLate("late rows", line)
        let result = lint(input.text.replacing("‸", with: ""))
        #expect(result.diagnostics.first?.help?.hasPrefix(help) == true)
    }

    @Test func aDuplicateKeyNamesBothLines() {
        let result = lint("version: 1\nname: a\nversion: 1\n")
        let found = result.diagnostics.first { $0.code == "E1007" }
        #expect(found?.message == "the key `version` is given twice, in lines 1 and 3")
    }

    @Test func aCycleIsNamedInTheDirectionOfTheRows() {
        let text = Marked(BadInput.graph.first { $0.what == "a cycle" }?.text ?? "").text
        let message = lint(text).diagnostics.first { $0.code == "E1303" }?.message
        #expect(message == "the operators form a cycle: kept -> other -> kept")
    }

    @Test func theTimeoutChainIsNamedWithAllItsNumbers() {
        let result = lint(Sample.with { $0.connections += "\n    transaction_timeout: 60 s" })
        #expect(
            result.diagnostics.first?.message == """
                checkpoint interval (10 s) + checkpoint timeout (1 min) + longest restart delay \
                (66 s) = 136 s is not less than `transaction_timeout` (1 min): an outage that long \
                costs a replay
                """)
    }
}
