internal import YAML

/// Checks a pipeline file and, if there is no error, gives what it defines.
///
/// Pure: the file's bytes, the environment and the overrides are parameters; nothing is opened but
/// what ``LintEnvironment/readFile`` opens for `${file:..}`. Never traps, whatever the bytes.
package enum PipelineLinter {
    /// Checks one file.
    ///
    /// - Parameters:
    ///   - path: As the user wrote it; for messages only.
    ///   - bytes: The file's contents; see ``PipelineFile/read(_:)``.
    /// - Returns: Every error and warning in the order of the file, and the definition if none of
    ///   them is an error.
    /// - Complexity: O(size), with file size and node count bounded by `YAMLLimits`.
    package static func lint(
        path: String, bytes: [UInt8], environment: LintEnvironment
    ) -> LintResult {
        let reading = PipelineReading(path: path, bytes: bytes, environment: environment)
        let definition = reading.root.flatMap { root in
            PipelineChecker(
                root, node: reading.node, decoder: reading.decoder, environment: environment
            ).check()
        }
        return LintResult(
            diagnostics: reading.collector.finish(hiding: reading.decoder.secrets),
            definition: definition, sourceLines: reading.collector.source.lines)
    }

    /// The same for a text.
    package static func lint(
        path: String, text: String, environment: LintEnvironment
    ) -> LintResult {
        lint(path: path, bytes: Array(text.utf8), environment: environment)
    }
}

/// What a check found.
package struct LintResult: Sendable {
    /// In the order of the file; secrets are hidden in their texts.
    package let diagnostics: [Diagnostic]
    /// Nil if there is an error.
    package let definition: PipelineDefinition?
    /// The file's lines, for ``DiagnosticRendering``.
    package let sourceLines: [String]

    package init(
        diagnostics: [Diagnostic], definition: PipelineDefinition?, sourceLines: [String]
    ) {
        self.diagnostics = diagnostics
        self.definition = definition
        self.sourceLines = sourceLines
    }

    package var errorCount: Int { diagnostics.count { $0.severity == .error } }
    package var warningCount: Int { diagnostics.count { $0.severity == .warning } }
}

/// A file parsed, overridden and decoded by the grammar: the first half of a check.
struct PipelineReading {
    let collector: DiagnosticCollector
    let decoder: FieldDecoder
    /// With overrides.
    let node: YAMLNode
    /// Nil if there is no mapping to read.
    let root: DecodedObject?

    init(path: String, bytes: [UInt8], environment: LintEnvironment) {
        let document = YAMLDocument.parse(bytes)
        collector = DiagnosticCollector(file: path, source: document.source)
        let interpolation = Interpolation(
            variables: environment.variables, readFile: environment.readFile)
        decoder = FieldDecoder(collector: collector, interpolation: interpolation)
        for problem in document.problems {
            collector.report(
                Self.code(of: problem), at: problem.range, path: "", problem.message,
                help: problem.help)
        }
        let start = YAMLMark(line: 1, column: 1)
        guard let tree = document.root else {
            node = YAMLNode(.mapping([]), range: YAMLRange(start: start, end: start))
            root = nil
            return
        }
        guard tree.entries != nil else {
            collector.report(
                tree.scalar?.isNull == true ? .empty : .wrongType, at: tree.range, path: "",
                "a pipeline file is a mapping, not \(tree.kindText)",
                help: "begin with `version: 1` and `name:`")
            node = tree
            root = nil
            return
        }
        node = Overrides(collector: collector).apply(environment, to: tree)
        // What is missing in the file as a whole is said at its beginning.
        let place = FieldDecoder.Place(
            node: node, path: "", keyRange: YAMLRange(start: start, end: start), name: "the file")
        root = decoder.object(place, Grammar.root, kind: "")?.object
    }

    private static func code(of problem: YAMLProblem) -> DiagnosticCode {
        switch problem.code {
        case .empty: .empty
        case .tooLarge: .tooLarge
        case .notUTF8, .byteOrderMark: .notText
        case .tab, .syntax, .unknownAnchor: .syntax
        case .severalDocuments: .severalDocuments
        case .duplicateKey: .duplicateKey
        case .keyNotText, .tag, .mergeKey: .refusedYAML
        case .limit: .yamlLimit
        }
    }
}
