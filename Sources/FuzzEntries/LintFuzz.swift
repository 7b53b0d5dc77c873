internal import PipelineSpec

/// Pipeline files.
///
/// Invariants: no bytes trap lint, echo or explain; a file without an error gives a definition, one with
/// an error none; every finding has a place in the file and a known code; lint of the same file finds
/// the same.
enum LintFuzz {
    private static let environment: LintEnvironment = {
        var environment = LintEnvironment(variables: ["A": "b", "EMPTY": ""])
        environment.readFile = { path in
            path.hasPrefix("/s") ? .success("secret") : .failure(.init(reason: "no such file"))
        }
        return environment
    }()

    static func run(_ bytes: [UInt8]) {
        let result = lint(bytes)
        precondition((result.definition == nil) == (result.errorCount > 0))
        for finding in result.diagnostics {
            precondition(finding.line >= 1 && finding.column >= 1, "a finding without a place")
            // Of a file that is not UTF-8 there are no lines to show.
            precondition(
                result.sourceLines.isEmpty || finding.line <= result.sourceLines.count + 1,
                "a place behind the file")
            precondition(ErrorCatalog.find(finding.code) != nil, "\(finding.code) has no page")
        }
        precondition(lint(bytes).diagnostics.map(\.code) == result.diagnostics.map(\.code))
        for isResolved in [false, true] {
            _ = PipelineEcho.yaml(
                path: "p.yaml", bytes: bytes, environment: environment, isResolved: isResolved)
        }
        if let definition = result.definition { _ = PipelineExplanation.text(definition) }
    }

    private static func lint(_ bytes: [UInt8]) -> LintResult {
        PipelineLinter.lint(path: "p.yaml", bytes: bytes, environment: environment)
    }
}
