/// A file read as YAML: its tree, as far as there is one, and everything that is wrong with it.
package struct YAMLDocument: Sendable {
    /// Nil when the text has no structure that could be checked further.
    package let root: YAMLNode?
    /// In the order in which they were found; empty for a good file.
    package let problems: [YAMLProblem]
    package let source: SourceText

    /// Reads one document.
    ///
    /// Accepted is YAML 1.1 as libyaml 0.2.5 parses it, without tags and merge keys, one document
    /// a file, within ``YAMLLimits``.
    ///
    /// - Parameter bytes: The file's contents, of any length and content.
    /// - Complexity: O(bytes + nodes), nodes bounded by ``YAMLLimits/nodeCountMax``.
    package static func parse(_ bytes: [UInt8]) -> YAMLDocument {
        switch checkedText(bytes) {
        case .failure(let problem):
            return YAMLDocument(root: nil, problems: [problem], source: SourceText(""))
        case .success(let text):
            let source = SourceText(text)
            var builder = TreeBuilder()
            var root: YAMLNode?
            do throws(YAMLProblem) {
                root = try builder.build(bytes)
            } catch {
                builder.problems.append(SyntaxAdvice.explain(error, in: source))
            }
            return YAMLDocument(root: root, problems: builder.problems, source: source)
        }
    }

    private static let beginning = YAMLMark(line: 1, column: 1)

    private static func checkedText(_ bytes: [UInt8]) -> Result<String, YAMLProblem> {
        guard bytes.count <= YAMLLimits.byteCountMax else {
            return .failure(
                YAMLProblem(
                    .tooLarge, at: beginning,
                    "the file has \(bytes.count) bytes; at most \(YAMLLimits.byteCountMax) are read",
                    help: "is it a pipeline file? split large tests into files of their own"))
        }
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
            return .failure(
                YAMLProblem(
                    .byteOrderMark, at: beginning, "the file begins with a byte order mark",
                    help: "save it as UTF-8 without BOM"))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(notUTF8(bytes))
        }
        return .success(text)
    }

    private static func notUTF8(_ bytes: [UInt8]) -> YAMLProblem {
        let low = validPrefixCount(bytes)
        let text = String(decoding: bytes[..<low], as: UTF8.self)
        let lines = SourceText(text + "?").lines
        let column = max(1, lines.last?.unicodeScalars.count ?? 1)
        return YAMLProblem(
            .notUTF8, at: YAMLMark(line: max(1, lines.count), column: column),
            "the file is not UTF-8: byte 0x\(String(bytes[min(low, bytes.count - 1)], radix: 16))",
            help: "save it as UTF-8")
    }

    /// Bytes before the first that does not belong to a whole UTF-8 character.
    private static func validPrefixCount(_ bytes: [UInt8]) -> Int {
        var parser = UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var count = 0
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) {
            count += scalar.count
        }
        return count
    }
}
