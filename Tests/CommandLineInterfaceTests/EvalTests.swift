import Expression
import StreamAPI
import StreamCore
import Testing

@testable import CommandLineInterface

/// `millrace eval`: what is inferred, computed and said.
@Suite struct EvalTests {
    private func value(
        _ text: String, _ json: String? = nil, _ schema: RowSchema? = nil
    ) throws -> String {
        let row = try json.map { try SampleRow(json: $0, schema: schema) }
        let trial = try ExpressionTrial(text, over: row?.schema ?? RowSchema([]))
        return "\(try trial.value(on: row)) \(trial.type)"
    }

    @Test(arguments: [
        ("UPPER(color)", #"{"color": "red"}"#, #""RED" STRING"#),
        ("i + 1", #"{"i": 2}"#, "3 INT"), ("i + 1", #"{"i": 4294967296}"#, "4294967297 BIGINT"),
        ("d", #"{"d": 1.5}"#, "1.5 DOUBLE"), ("b AND TRUE", #"{"b": false}"#, "false BOOLEAN"),
        ("n IS NULL", #"{"n": null}"#, "true BOOLEAN"), ("n", #"{"n": null}"#, "null STRING"),
        ("a[1]", #"{"a": [1, 2.5]}"#, "2.5 DOUBLE"),
        ("r.s[0].k", #"{"r": {"s": [{"k": "v"}]}}"#, #""v" STRING"#),
        ("a", #"{"a": [1, null]}"#, "[1, null] ARRAY<INT>"),
        ("m", #"{"m": ["a", 1]}"#, #"["a", 1] ARRAY<JSON>"#),
        ("x", #"{"x": 1, "x": "last"}"#, #""last" STRING"#), ("\"a b\"", #"{"a b": 1}"#, "1 INT"),
    ])
    func columnsHaveTheTypesThatTheirValuesLookLike(
        text: String, json: String, result: String
    ) throws {
        #expect(try value(text, json) == result)
    }

    @Test func declaredTypesAreTaken() throws {
        let schema = RowSchema([
            Field(name: "p", type: .decimal(precision: 10, scale: 2)),
            Field(name: "t", type: .bigint, isNullable: false),
        ])
        #expect(try value("t", #"{"p": 9.95, "t": 7}"#, schema) == "7 BIGINT")
        #expect(throws: SampleRow.Failure.self) { try value("t", #"{"p": 1}"#, schema) }
        #expect(throws: SampleRow.Failure.self) { try value("t", #"{"t": "x"}"#, schema) }
    }

    @Test func withoutARowThereAreNoColumns() throws {
        #expect(try value("1 + 1") == "2 INT")
        #expect(throws: ExpressionErrors.self) { try value("a") }
        #expect(throws: EvaluationError.self) { try value("1 / 0") }
    }

    @Test(arguments: ["", "[]", "1", "{", #"{"a":}"#, "null", "{} {}"])
    func whatIsNoObjectIsNoRow(json: String) {
        #expect(throws: SampleRow.Failure.self) { try SampleRow(json: json, schema: nil) }
    }

    @Test func errorsShowTheirPlaceAsLintDoes() throws {
        let text = "1 +\n  LOWR('é') || colour"
        do {
            _ = try ExpressionTrial(text, over: RowSchema([]))
        } catch {
            let shown = EvalVerb.rendered(error, text)
            #expect(shown.contains("error[E1105]: there is no function LOWR\n  --> expression:2:3"))
            #expect(shown.contains(" 2 |   LOWR('é') || colour\n   |   ^^^^\n"))
            #expect(shown.contains("= help: did you mean `LOWER`?"))
            #expect(shown.contains("expression:2:16"))
        }
    }

    @Test(arguments: [
        ("eval 1+1", 0), ("eval 1/0", 1), ("eval a", 78), ("eval a --schema a=INT", 64),
        ("eval a --row [1]", 64), ("eval a --schema {x", 64), ("completion bash", 0),
        ("completion tcsh", 64),
    ])
    func exitCodesSayWhoseFaultItIs(line: String, code: Int32) {
        let words = line.split(separator: " ").map(String.init)
        #expect(CommandLineInterface.run(words).rawValue == code)
    }

    @Test(arguments: Completion.Shell.allCases)
    func completionKnowsEveryVerbAndOption(shell: Completion.Shell) {
        let script = Completion(verbs: VerbTable.all).script(for: shell)
        for verb in VerbTable.all {
            #expect(script.contains(verb.name))
            for option in verb.options { #expect(script.contains(option.name)) }
        }
        #expect(script.contains("REGEXP_EXTRACT"))
        #expect(!script.contains("SIMILAR TO"))
    }
}
