import Testing

@testable import PipelineSpec

@Suite struct InterpolationTests {
    private let interpolation = Interpolation(
        variables: ["HOST": "h", "EMPTY": "", "NESTED": "${HOST}"],
        readFile: { path in
            path == "/run/secret"
                ? .success("user=u\npassword = p=1\n") : .failure(.init(reason: "no such file"))
        })

    @Test(arguments: [
        ("plain", "plain"), ("${HOST}", "h"), ("a${HOST}b${HOST}", "ahbh"),
        ("${NONE:-x y}", "x y"), ("${EMPTY:-x}", "x"), ("${EMPTY}", ""), ("${HOST:-x}", "h"),
        ("$${HOST}", "${HOST}"), ("$5 $HOST", "$5 $HOST"), ("${HOST:?needed}", "h"),
        ("${file:/run/secret#password}", "p=1"), ("${file:/run/secret}", "user=u\npassword = p=1"),
    ])
    func variablesAreReplaced(_ text: String, _ expected: String) throws {
        #expect(try interpolation.resolve(text).text == expected)
    }

    @Test func aValueIsNotReadAgain() throws {
        #expect(try interpolation.resolve("${NESTED}").text == "${HOST}")
    }

    @Test func whatComesFromAFileIsSecret() throws {
        #expect(try interpolation.resolve("a${file:/run/secret#user}").secrets == ["u"])
        #expect(try interpolation.resolve("${HOST}").secrets == [])
    }

    @Test func anUnsetVariableIsNamedNotGuessed() {
        #expect(
            throws: Interpolation.Failure(
                code: .undefinedVariable, message: "the variable NONE is not set: set it",
                help: "set it, or give a default: ${NONE:-value}", utf8Offset: 2)
        ) { try interpolation.resolve("ä${NONE:?set it}") }
    }

    @Test(arguments: ["${", "${}", "${1A}", "${A-B}", "${A:B}", "${file:relative}", "${ A }"])
    func malformedVariablesAreRefused(_ text: String) {
        #expect { try interpolation.resolve(text) } throws: {
            ($0 as? Interpolation.Failure)?.code == .malformedInterpolation
        }
    }

    @Test func secretsAreHiddenInEveryOutput() throws {
        var environment = LintEnvironment()
        environment.readFile = { _ in .success("hunter2\n") }
        let text = Sample.with {
            $0.tail = "description: the password is ${file:/run/secret}"
        }
        let result = lint(text, environment)
        let definition = try #require(result.definition)
        #expect(definition.secrets == ["hunter2"])
        for output in [PipelineExplanation.text(definition), PipelineExplanation.json(definition)] {
            #expect(!output.contains("hunter2"))
            #expect(output.contains("the password is ***"))
        }
        let echo = PipelineEcho.yaml(
            path: "p", bytes: Array(text.utf8), environment: environment, isResolved: true)
        #expect(!echo.contains("hunter2"))
    }

    @Test func aSecretInAMessageIsHidden() {
        var environment = LintEnvironment()
        environment.readFile = { _ in .success("hunter2!") }
        let result = lint(
            Sample.with { $0.sinks += "\n    delivery_guarantee: ${file:/run/secret}" }, environment
        )
        let message = result.diagnostics.first?.message ?? ""
        #expect(message.contains("`***`"))
        #expect(!message.contains("hunter2"))
    }
}
