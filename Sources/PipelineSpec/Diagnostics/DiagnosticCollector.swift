internal import YAML

/// Gathers what is found in one file.
///
/// - Threading: one thread, for the time of one check.
final class DiagnosticCollector {
    /// Findings kept; a file that has more is not a pipeline file.
    static let countMax = 1_000

    let file: String
    let source: SourceText
    /// What stands for the file's name where a value came from the command line: `--set a.b`.
    /// A mark of line 0 has its index, from 1, as the column.
    var origins: [String] = []
    private var found: [Diagnostic] = []

    init(file: String, source: SourceText) {
        self.file = file
        self.source = source
    }

    var hasErrors: Bool { found.contains { $0.severity == .error } }

    func report(
        _ code: DiagnosticCode, at range: YAMLRange, path: String, _ message: String,
        help: String? = nil
    ) {
        add(code.rawValue, code.severity, range, path, message, help)
    }

    func report(
        expressionCode code: String, at range: YAMLRange, path: String, _ message: String,
        help: String?
    ) {
        add(code, .error, range, path, message, help)
    }

    private func add(
        _ code: String, _ severity: Diagnostic.Severity, _ range: YAMLRange, _ path: String,
        _ message: String, _ help: String?
    ) {
        guard found.count < Self.countMax else { return }
        let isInFile = range.start.line > 0
        found.append(
            Diagnostic(
                file: isInFile ? file : origin(range.start),
                line: range.start.line, column: isInFile ? range.start.column : 0,
                endLine: range.end.line, endColumn: isInFile ? range.end.column : 0,
                severity: severity, code: code, message: message, help: help, path: path))
    }

    private func origin(_ mark: YAMLMark) -> String {
        origins.indices.contains(mark.column - 1) ? origins[mark.column - 1] : file
    }

    /// In the order of the file; what came from the command line first.
    func finish(hiding secrets: [String]) -> [Diagnostic] {
        found.enumerated().sorted {
            ($0.element.line, $0.element.column, $0.offset)
                < ($1.element.line, $1.element.column, $1.offset)
        }.map { Self.redact($0.element, secrets) }
    }

    private static func redact(_ diagnostic: Diagnostic, _ secrets: [String]) -> Diagnostic {
        guard !secrets.isEmpty else { return diagnostic }
        return Diagnostic(
            file: diagnostic.file, line: diagnostic.line, column: diagnostic.column,
            endLine: diagnostic.endLine, endColumn: diagnostic.endColumn,
            severity: diagnostic.severity, code: diagnostic.code,
            message: Secrets.hide(secrets, in: diagnostic.message),
            help: diagnostic.help.map { Secrets.hide(secrets, in: $0) }, path: diagnostic.path)
    }

    func position(_ mark: YAMLMark) -> FilePosition {
        mark.line > 0
            ? FilePosition(file: file, line: mark.line, column: mark.column)
            : FilePosition(file: origin(mark), line: 0, column: 0)
    }
}

/// What must not be shown.
enum Secrets {
    static let mask = "***"

    /// Whether a property's value is secret by its name.
    static func isSecret(name: String) -> Bool {
        let lower = name.lowercased()
        return ["password", "secret", "token", "key.pem", "jaas", "credential", "assertion"]
            .contains { lower.contains($0) } && !lower.hasSuffix(".url")
    }

    /// Replaces every secret in a text; secrets of fewer than 4 characters only as a whole text.
    static func hide(_ secrets: [String], in text: String) -> String {
        var result = text
        for secret in secrets.sorted(by: { $0.count > $1.count }) {
            if result == secret { return mask }
            guard secret.count >= 4 else { continue }
            result = result.replacing(secret, with: mask)
        }
        return result
    }
}

/// JSON Pointers (RFC 6901).
enum JSONPointer {
    static func join(_ path: String, _ key: String) -> String {
        path + "/" + key.replacing("~", with: "~0").replacing("/", with: "~1")
    }

    /// `transforms.counts.select`, for people.
    static func dotted(_ path: String) -> String {
        path.split(separator: "/").joined(separator: ".").replacing("~1", with: "/")
            .replacing("~0", with: "~")
    }
}
