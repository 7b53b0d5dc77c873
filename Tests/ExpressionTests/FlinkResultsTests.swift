import Foundation
import StreamCore
import Testing

@testable import Expression

/// What Flink 2.2.1 itself gives: `SELECT expression` was run there, one at a time, in batch mode with
/// `table.local-time-zone` UTC. The two files have the answers, with values as JSON writes them.
@Suite struct FlinkResultsTests {
    struct Answer: CustomTestStringConvertible, Sendable {
        let expression: String
        /// As `millrace eval` shows it, or `error`.
        let value: String
        var testDescription: String { expression }
    }

    /// `same.tsv`: expression, value. `different.tsv`: expression, value here, value or error in Flink.
    private static func answers(_ file: String) -> [Answer] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Flink")
        let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
        return (text ?? "").split(separator: "\n").map { line in
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(
                String.init)
            return Answer(expression: cells[0], value: cells[1])
        }
    }

    private func value(_ expression: String) -> String {
        do {
            return try ExpressionTrial(expression, over: RowSchema([])).value(on: nil)
        } catch {
            return "error"
        }
    }

    @Test func theAnswersAreThere() {
        #expect(Self.answers("same.tsv").count > 350)
        #expect(Self.answers("different.tsv").count > 20)
    }

    @Test(arguments: answers("same.tsv"))
    func anExpressionGivesWhatItGivesInFlink(answer: Answer) {
        #expect(value(answer.expression) == answer.value)
    }

    /// On purpose: docs/sql-semantics.md and docs/functions.md say why.
    @Test(arguments: answers("different.tsv"))
    func aDifferenceFromFlinkIsTheOneThatIsDocumented(answer: Answer) {
        #expect(value(answer.expression) == answer.value)
    }
}
