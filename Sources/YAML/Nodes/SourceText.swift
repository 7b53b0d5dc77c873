/// The text of a file by lines, as libyaml counts them.
package struct SourceText: Sendable {
    /// Without their line ends. A last, empty line behind a final line end is not counted.
    package let lines: [String]

    package init(_ text: String) {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        var pending = scalars.next()
        while let scalar = pending {
            pending = scalars.next()
            guard Self.isBreak(scalar) else {
                line.append(scalar)
                continue
            }
            if scalar == "\r", pending == "\n" { pending = scalars.next() }
            lines.append(String(line))
            line = String.UnicodeScalarView()
        }
        if !line.isEmpty { lines.append(String(line)) }
        self.lines = lines
    }

    /// One line, counted from 1; empty where there is none.
    package func line(_ number: Int) -> String {
        number >= 1 && number <= lines.count ? lines[number - 1] : ""
    }

    /// YAML 1.1's line breaks, which libyaml keeps to.
    static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }
}
