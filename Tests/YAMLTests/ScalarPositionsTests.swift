import Testing
import YAML

@Suite struct ScalarPositionsTests {
    /// Every letter `x` of a scalar's text must map to where an `x` stands in the file.
    private func check(_ file: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let document = YAMLDocument.parse(Array(file.utf8))
        let node = try #require(document.root?["k"], sourceLocation: sourceLocation)
        let text = try #require(node.scalar?.text, sourceLocation: sourceLocation)
        let positions = ScalarPositions(of: node, in: document.source)
        var expected: [YAMLMark] = []
        for (line, content) in document.source.lines.enumerated() {
            for (column, scalar) in content.unicodeScalars.enumerated() where scalar == "x" {
                expected.append(YAMLMark(line: line + 1, column: column + 1))
            }
        }
        var found: [YAMLMark] = []
        for (offset, byte) in text.utf8.enumerated() where byte == UInt8(ascii: "x") {
            found.append(positions.mark(atUTF8Offset: offset))
        }
        #expect(!found.isEmpty, sourceLocation: sourceLocation)
        #expect(found == expected, sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        "k: x", "k:   ab x äx x", "k: ab x\n  cd x\n\n  ef x\n", "k: 'a x'", "k: 'it''s x ''x'' x'",
        "k: 'a x\n  b x\n\n  c x'", "k: \"a x \\\"x\\\" x\"",
        "k: \"\\u00e4x\\t\\U0000e4e4x\\u0041x\"",
        "k: \"a x\n   b x\"", "k: |\n  a x\n  b x\n", "k: |\n\n    a x\n\n      b x\n    c x\n",
        "k: >\n  a x\n  b x\n\n  c x\n", "k: >-\n  CASE x\n       WHEN x\n  END x\n",
        "k: |2\n   a x\n  b x\n",
        "k: |-  # comment\n  äöü x\n", "k: x # note\nb: 1\n", "{ k: a x, b: 1 }",
        "b: 1\r\nk: |\r\n  a x\r\n  b x\r\n",
        "k: &anchor ab x", "k: &anchor |\n  ab x\n", "k: &anchor\n  ab x\n", "k: &a 'ab x'",
    ])
    func everyPlaceMapsBackToTheFile(_ file: String) throws { try check(file) }

    @Test func anOffsetBeyondTheEndIsThePlaceBehindIt() throws {
        let document = YAMLDocument.parse(Array("k: abc\n".utf8))
        let node = try #require(document.root?["k"])
        let positions = ScalarPositions(of: node, in: document.source)
        #expect(positions.mark(atUTF8Offset: 99) == YAMLMark(line: 1, column: 7))
    }

    @Test func aNodeThatIsNotFromTheFileHasItsOwnPlace() {
        let mark = YAMLMark(line: 0, column: 3)
        let node = YAMLNode(
            .scalar(YAMLScalar(text: "abc", style: .plain)),
            range: YAMLRange(start: mark, end: mark))
        let positions = ScalarPositions(of: node, in: SourceText("k: abc"))
        #expect(positions.mark(atUTF8Offset: 0).line == 0)
    }
}
