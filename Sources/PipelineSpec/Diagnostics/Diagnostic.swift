/// One thing to tell the writer of a pipeline file: where, what, why, and what to do.
package struct Diagnostic: Hashable, Sendable {
    package enum Severity: String, Hashable, Sendable { case error, warning }

    /// As given on the command line; `--set x` or `-D x` for what was said there.
    package let file: String
    /// From 1; 0 for what does not come from the file.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int
    package let endLine: Int
    /// The column behind the last character.
    package let endColumn: Int
    package let severity: Severity
    /// A code of ``ErrorCatalog``.
    package let code: String
    /// What is wrong and why, in one line.
    package let message: String
    package let help: String?
    /// JSON Pointer of the value concerned (RFC 6901): `/transforms/counts/select/total`.
    package let path: String

    package init(
        file: String, line: Int, column: Int, endLine: Int, endColumn: Int,
        severity: Severity = .error, code: String, message: String, help: String? = nil,
        path: String = ""
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.endLine = endLine
        self.endColumn = endColumn
        self.severity = severity
        self.code = code
        self.message = message
        self.help = help
        self.path = path
    }
}
