/// One thing that is wrong with a file as YAML: where, what, and what to do.
///
/// A file may have several; all are found in one pass, up to the first that leaves no structure to
/// go on with.
package struct YAMLProblem: Error, Hashable, Sendable {
    /// One case for each that a caller names differently.
    package enum Code: Sendable, CaseIterable {
        case empty, tooLarge, notUTF8, byteOrderMark
        case tab
        case syntax
        case severalDocuments
        case duplicateKey
        case keyNotText
        case tag, mergeKey
        case unknownAnchor
        /// Deeper, larger or more aliased than ``YAMLLimits`` allow.
        case limit
    }

    package let code: Code
    package let range: YAMLRange
    /// What is wrong and why, in one line.
    package let message: String
    /// What to do, where that can be said.
    package let help: String?

    package init(_ code: Code, at range: YAMLRange, _ message: String, help: String? = nil) {
        self.code = code
        self.range = range
        self.message = message
        self.help = help
    }

    package init(_ code: Code, at mark: YAMLMark, _ message: String, help: String? = nil) {
        self.init(code, at: YAMLRange(start: mark, end: mark), message, help: help)
    }
}

/// What one file may cost. Anchors work within these; without them nine lines of aliases expand to
/// a billion nodes.
package enum YAMLLimits {
    /// 1 MiB.
    package static let byteCountMax = 1 << 20
    /// Levels of sequences and mappings; bounds every recursion over the tree.
    package static let depthMax = 64
    /// After the expansion of aliases.
    package static let nodeCountMax = 10_000
    /// Each anchored value is kept until the end of the file.
    package static let anchorCountMax = 32
    /// Problems collected before parsing gives up.
    package static let problemCountMax = 100
}
