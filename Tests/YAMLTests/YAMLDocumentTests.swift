import Testing
import YAML

@Suite struct YAMLDocumentTests {
    private func parse(_ text: String) -> YAMLDocument { YAMLDocument.parse(Array(text.utf8)) }

    @Test func entriesKeepTheirOrderAndPlaces() throws {
        let root = try #require(parse("b: 1\na:\n  - x\n  - {c: ä, d: y}\n").root)
        let entries = try #require(root.entries)
        #expect(entries.map(\.key) == ["b", "a"])
        #expect(entries[1].keyRange.start == YAMLMark(line: 2, column: 1))
        let flow = try #require(entries[1].value.elements?[1])
        // Columns count characters: `ä` has two bytes.
        #expect(flow["d"]?.range.start == YAMLMark(line: 4, column: 15))
        #expect(flow["d"]?.range.end == YAMLMark(line: 4, column: 16))
    }

    @Test func onlyAPlainScalarIsNull() {
        let document = parse("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n")
        #expect(
            ["a", "b", "c", "d", "e"].map { document.root?[$0]?.scalar?.isNull }
                == [true, true, true, false, false])
    }

    @Test func aliasesAreTheAnchorsValue() {
        let document = parse("a: &x [1, 2]\nb: *x\n")
        #expect(document.problems == [])
        #expect(document.root?["b"]?.elements?.count == 2)
        #expect(document.root?["b"]?.range.start.line == 1)
    }

    @Test(arguments: [
        ("", YAMLProblem.Code.empty), ("# a\n", .empty), ("a: b: c", .syntax), ("a: [", .syntax),
        ("a:\n\tb: 1", .tab), ("a: 1\n---\nb: 1", .severalDocuments), ("a: 1\na: 2", .duplicateKey),
        ("{a: 1}: 2", .keyNotText), ("a: !!str 1", .tag), ("a: !x {}", .tag),
        ("<<: {a: 1}", .mergeKey),
        ("a: *b", .unknownAnchor), ("*b : a", .unknownAnchor), ("a: &a [*a]", .unknownAnchor),
        ("\u{FEFF}a: 1", .byteOrderMark), ("a: \u{1}", .syntax), ("a: @b", .syntax),
        ("%YAML 9", .syntax),
    ])
    func whatIsWrongHasACode(_ text: String, _ code: YAMLProblem.Code) {
        #expect(parse(text).problems.map(\.code) == [code])
    }

    @Test func severalProblemsAreFoundInOnePass() {
        let document = parse("a: !!int 1\na: 2\n<<: {}\nb: *c\nd: 1\n")
        #expect(document.problems.map(\.code) == [.tag, .duplicateKey, .mergeKey, .unknownAnchor])
        #expect(document.root?.entries?.map(\.key) == ["a", "d"])
    }

    @Test func bytesThatAreNotUTF8HaveAPlace() {
        let document = YAMLDocument.parse(Array("a: ä\nbc".utf8) + [0xFF, 0x41])
        #expect(document.problems.map(\.code) == [.notUTF8])
        #expect(document.problems[0].range.start == YAMLMark(line: 2, column: 3))
        #expect(document.problems[0].message.contains("0xff"))
        let cut = YAMLDocument.parse([0x61, 0x3A, 0x20, 0xC3])
        #expect(cut.problems.map(\.code) == [.notUTF8])
    }

    @Test func utf16IsNotRead() {
        #expect(YAMLDocument.parse([0xFF, 0xFE, 0x61, 0x00]).problems.map(\.code) == [.notUTF8])
    }
}

@Suite struct YAMLLimitsTests {
    private func codes(_ text: String) -> [YAMLProblem.Code] {
        YAMLDocument.parse(Array(text.utf8)).problems.map(\.code)
    }

    @Test func aFileOfAMebibyteIsReadAndALargerOneIsNot() {
        let comment = "a: 1 #" + String(repeating: "x", count: YAMLLimits.byteCountMax - 6)
        #expect(codes(comment) == [])
        #expect(codes(comment + "x") == [.tooLarge])
    }

    @Test func depthIsBounded() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(codes(nested(YAMLLimits.depthMax)) == [])
        #expect(codes(nested(YAMLLimits.depthMax + 1)) == [.limit])
        #expect(codes(nested(200_000)) == [.limit])
    }

    @Test func depthCountsWhatAliasesStandFor() {
        let inner = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        let outer = String(repeating: "[", count: 40) + "*a" + String(repeating: "]", count: 40)
        #expect(codes("a: &a \(inner)\nb: \(outer)\n") == [.limit])
    }

    @Test func nodesAreBounded() {
        let list = "[" + String(repeating: "1,", count: YAMLLimits.nodeCountMax - 1) + "]"
        #expect(codes(list) == [])
        #expect(codes("[1," + list.dropFirst()) == [.limit])
    }

    @Test func aBillionLaughsAreCountedNotExpanded() {
        var text = "a0: &a0 [lol, lol, lol]\n"
        for level in 1...20 {
            text +=
                "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1), *a\(level - 1)]\n"
        }
        #expect(codes(text) == [.limit])
    }

    @Test func anchorsAreBounded() {
        func anchors(_ count: Int) -> String {
            (0..<count).map { "k\($0): &k\($0) 1\n" }.joined()
        }
        #expect(codes(anchors(YAMLLimits.anchorCountMax)) == [])
        #expect(codes(anchors(YAMLLimits.anchorCountMax + 1)) == [.limit])
    }

    @Test func problemsAreBounded() {
        let text = String(repeating: "a: !x 1\n", count: 1_000)
        #expect(codes(text).count <= YAMLLimits.problemCountMax + 1)
    }
}
