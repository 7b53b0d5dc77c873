import Testing

@testable import Expression

@Suite struct ParserTests {
    @Test func readsAPath() throws {
        let node = try ExpressionParser.parse("a.b[0]")
        guard case .path(let steps) = node.kind else {
            Issue.record("not a path")
            return
        }
        #expect(steps == [.field("a"), .field("b"), .element(0)])
    }
}
