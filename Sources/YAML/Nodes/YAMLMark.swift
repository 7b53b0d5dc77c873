/// A place in a file, as editors count: the first character is line 1, column 1.
///
/// Columns count Unicode scalars, not bytes. Line 0 means that the text does not come from the file.
package struct YAMLMark: Hashable, Comparable, Sendable {
    /// From 1; 0 for what is not from the file.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (a: YAMLMark, b: YAMLMark) -> Bool {
        (a.line, a.column) < (b.line, b.column)
    }
}

/// Where something stands; `end` is the place behind its last character.
package struct YAMLRange: Hashable, Sendable {
    package let start: YAMLMark
    package let end: YAMLMark

    package init(start: YAMLMark, end: YAMLMark) {
        self.start = start
        self.end = end
    }
}
