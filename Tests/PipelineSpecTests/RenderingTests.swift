import Foundation
import PipelineSpec
import Testing

@Suite struct RenderingTests {
    private let result = lint(
        Sample.with {
            $0.transforms = $0.transforms.replacing("weight > 0", with: "weight > 0 AND wight > 1")
        })

    @Test func textShowsTheLineACaretAndHelp() {
        #expect(
            DiagnosticRendering.text.render([result]) == """
                error[E1102]: \(result.diagnostics[0].message)
                  --> p.yaml:22:27   transforms.kept.where
                   |
                22 |     where: weight > 0 AND wight > 1
                   |                           ^^^^^
                   = help: did you mean `weight`?
                1 error, 0 warnings in 1 file

                """)
    }

    @Test func jsonIsAnArrayWithPointers() throws {
        let json = DiagnosticRendering.json.render([result])
        let items = try #require(
            try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
        #expect(items.count == 1)
        #expect(items[0]["code"] as? String == "E1102")
        #expect(items[0]["line"] as? Int == 22)
        #expect(items[0]["end_column"] as? Int == 32)
        #expect(items[0]["path"] as? String == "/transforms/kept/where")
        #expect(DiagnosticRendering.json.render([lint(Sample().text)]) == "[]\n")
    }

    @Test func githubGetsACommandALine() {
        let line = DiagnosticRendering.github.render([result])
        #expect(
            line.hasPrefix(
                "::error file=p.yaml,line=22,endLine=22,col=27,endColumn=32,title=E1102::"))
        #expect(line.hasSuffix("%0Ahelp: did you mean `weight`?\n"))
        #expect(line.split(separator: "\n").count == 1)
    }

    @Test func whatAFileHoldsCannotCommandTheTerminal() {
        let result = lint("version: 1\nname: a\n\"\\e[2J\": 1\n")
        let text = DiagnosticRendering.text.render([result])
        #expect(!text.unicodeScalars.contains("\u{1B}"))
    }

    @Test func aLongLineIsCutAroundThePlace() {
        let padding = String(repeating: "x", count: 500)
        let result = lint(Sample.with { $0.tail = "description: \(padding)${NOT_SET}\(padding)" })
        let lines = DiagnosticRendering.text.render([result]).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count < 160 })
        let caret = lines.first { $0.contains("^") }?.prefix { $0 != "^" }.count ?? 0
        let shown = lines.first { $0.contains("${NOT_SET}") } ?? ""
        #expect(shown.dropFirst(caret).hasPrefix("${NOT_SET}"))
    }
}
