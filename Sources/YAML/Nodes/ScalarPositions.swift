/// Maps places inside a scalar's text to places in its file: an error in the third line of a folded
/// expression is shown where it was typed.
///
/// The text is walked beside the raw lines. What differs between the two is indentation, folded
/// line ends, and escapes; everything else stands in the same order in both.
package struct ScalarPositions: Sendable {
    /// From this scalar of the text on, columns run in parallel until the next segment.
    private struct Segment { let offset: Int, mark: YAMLMark }

    private var segments: [Segment] = []
    private let scalars: [Unicode.Scalar]

    /// - Parameters:
    ///   - node: A scalar node of the file whose text is `source`; for another node, or one that is
    ///     not from the file, every place maps to the node's start.
    package init(of node: YAMLNode, in source: SourceText) {
        scalars = Array(node.scalar?.text.unicodeScalars ?? "".unicodeScalars)
        guard let scalar = node.scalar, node.range.start.line > 0 else {
            segments = [Segment(offset: 0, mark: node.range.start)]
            return
        }
        let range = YAMLRange(start: Self.skipAnchor(node.range, source), end: node.range.end)
        switch scalar.style {
        case .plain: alignFlow(range, source, quote: nil)
        case .singleQuoted: alignFlow(range, source, quote: "'")
        case .doubleQuoted: alignFlow(range, source, quote: "\"")
        case .literal, .folded: alignBlock(range, source)
        }
        if segments.isEmpty { segments = [Segment(offset: 0, mark: node.range.start)] }
    }

    /// The place of the character that begins at this UTF-8 offset of the scalar's text; offsets
    /// beyond its end map to the place behind it.
    package func mark(atUTF8Offset utf8Offset: Int) -> YAMLMark {
        var offset = 0
        var bytes = 0
        while offset < scalars.count, bytes + scalars[offset].utf8.count <= utf8Offset {
            bytes += scalars[offset].utf8.count
            offset += 1
        }
        let segment = segments.last { $0.offset <= offset } ?? segments[0]
        return YAMLMark(
            line: segment.mark.line, column: segment.mark.column + max(0, offset - segment.offset))
    }

    private mutating func add(_ offset: Int, _ line: Int, _ columnFromZero: Int) {
        segments.append(
            Segment(offset: offset, mark: YAMLMark(line: line, column: columnFromZero + 1)))
    }

    /// libyaml's mark of an anchored scalar is that of its `&anchor`.
    private static func skipAnchor(_ range: YAMLRange, _ source: SourceText) -> YAMLMark {
        var line = range.start.line
        var raw = source.line(line).unicodeScalars.dropFirst(range.start.column - 1)
        guard raw.first == "&" else { return range.start }
        raw = raw.drop { $0 != " " && $0 != "\t" }
        while raw.allSatisfy({ $0 == " " || $0 == "\t" }), line < range.end.line {
            line += 1
            raw = source.line(line).unicodeScalars[...]
        }
        let text = raw.drop { $0 == " " || $0 == "\t" }
        return YAMLMark(
            line: line, column: source.line(line).unicodeScalars.count - text.count + 1)
    }

    // MARK: Plain and quoted

    private mutating func alignFlow(
        _ range: YAMLRange, _ source: SourceText, quote: Unicode.Scalar?
    ) {
        var offset = 0
        let quoteWidth = quote == nil ? 0 : 1
        for number in range.start.line...max(range.start.line, range.end.line) {
            let raw = Array(source.line(number).unicodeScalars)
            let isFirst = number == range.start.line
            var column = isFirst ? range.start.column - 1 + quoteWidth : 0
            let end =
                number == range.end.line
                ? min(raw.count, range.end.column - 1 - quoteWidth) : raw.count
            if !isFirst {
                while column < end, raw[column] == " " || raw[column] == "\t" { column += 1 }
            }
            guard column < end else { continue }
            if !isFirst { skipFold(&offset, before: raw[column]) }
            add(offset, number, column)
            while column < end, offset < scalars.count {
                let width = Self.escapeWidth(raw, at: column, quote: quote)
                column += width
                offset += 1
                if width > 1 { add(offset, number, column) }
            }
        }
    }

    /// Raw characters that stand for one character of the text.
    private static func escapeWidth(
        _ raw: [Unicode.Scalar], at column: Int, quote: Unicode.Scalar?
    ) -> Int {
        if quote == "'", raw[column] == "'" { return 2 }
        guard quote == "\"", raw[column] == "\\", column + 1 < raw.count else { return 1 }
        switch raw[column + 1] {
        case "x": return 4
        case "u": return 6
        case "U": return 10
        default: return 2
        }
    }

    // MARK: Block scalars

    /// The mark of a block scalar is its indicator; the text begins on the next line.
    private mutating func alignBlock(_ range: YAMLRange, _ source: SourceText) {
        let lines = (range.start.line + 1)..<max(range.start.line + 2, range.end.line + 1)
        let indentation = indentation(of: lines, range, source)
        var offset = 0
        for number in lines {
            let raw = Array(source.line(number).unicodeScalars)
            guard raw.count > indentation, offset < scalars.count else { continue }
            skipFold(&offset, before: raw[indentation])
            add(offset, number, indentation)
            offset += raw.count - indentation
        }
    }

    private func indentation(of lines: Range<Int>, _ range: YAMLRange, _ source: SourceText) -> Int
    {
        for number in lines {
            let raw = source.line(number).unicodeScalars
            let spaces = raw.prefix { $0 == " " }.count
            guard spaces < raw.count else { continue }
            // With an indentation indicator the text's own leading blanks stand in it too.
            let leading = scalars.drop { $0 == "\n" }.prefix { $0 == " " }.count
            return max(0, spaces - leading)
        }
        return 0
    }

    /// Passes what the line end before `next` became: a blank, newlines, or nothing.
    private func skipFold(_ offset: inout Int, before next: Unicode.Scalar) {
        guard offset > 0 || scalars.first == "\n" else { return }
        while offset < scalars.count, scalars[offset] == "\n" { offset += 1 }
        if offset < scalars.count, scalars[offset] == " ", next != " " { offset += 1 }
    }
}
