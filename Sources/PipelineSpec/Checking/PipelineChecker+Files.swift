internal import Expression
internal import StreamCore
internal import YAML

/// Sources and sinks of `type: file`.
extension PipelineChecker {
    func checkFileSource(_ operatorNode: OperatorGraph.Operator, _ object: DecodedObject) {
        let path = filePath(object, mayBePattern: true)
        guard let (format, options) = format(object, "format"),
            let (schema, _) = sourceColumns(object, format)
        else { return }
        checkColumnNames(object, metadata: FileMetadata.fields.map(\.name))
        let scope = SourceScope(
            schema, metadata: FileMetadata.fields, hasRowsWithoutValue: false,
            wholeColumns: Self.wholeColumns(schema, format))
        let eventTime = addStream(
            of: operatorNode, object, scope, isUntouchedRaw: format == .raw, headerSources: [])
        guard object.isComplete, let path else { return }
        let file = FileSourceDefinition(
            path: path, monitorIntervalMilliseconds: object["monitor_interval"]?.milliseconds,
            skipLineCount: Int(clamping: object["skip_lines"]?.integer ?? 0))
        sources.append(
            SourceDraft(
                id: operatorNode.id, position: position(operatorNode.keyRange),
                connector: .file(file), format: format, formatOptions: options, scope: scope,
                onError: errorPolicy(object), eventTime: eventTime))
    }

    func checkFileSink(_ operatorNode: OperatorGraph.Operator, _ object: DecodedObject) {
        let path = filePath(object, mayBePattern: false)
        let guarantee = guarantee(object)
        warnWithoutCheckpoints(operatorNode, object)
        guard let input = operatorNode.input, let stream = streams[input] else { return }
        let (format, options) = format(object, "format") ?? (.json, FormatOptions())
        guard let value = sinkValue(object, format, .none, stream), object.isComplete, let path
        else { return }
        sinks.append(
            SinkDefinition(
                id: operatorNode.id, position: position(operatorNode.keyRange),
                inputs: operatorNode.inputs.map(\.address),
                connector: .file(FileSinkDefinition(folder: path)), format: format,
                formatOptions: options, value: value, guarantee: guarantee))
    }

    /// - Returns: Nil after reporting.
    private func filePath(_ object: DecodedObject, mayBePattern: Bool) -> String? {
        guard let value = object["path"], let text = value.text else { return nil }
        let components = text.split(separator: "/").map(String.init)
        let folders = components.dropLast()
        let problem: String? =
            if !text.hasPrefix("/") {
                "`path` is not absolute"
            } else if text.utf8.contains(0) || text.utf8.count > Self.pathByteCountMax {
                "`path` has a NUL or more than \(Self.pathByteCountMax) bytes"
            } else if components.isEmpty || components.contains("..") {
                "`path` names no file or folder"
            } else if mayBePattern, folders.contains(where: Self.isPattern) {
                "`path` has a pattern in a folder"
            } else {
                nil
            }
        guard let problem else {
            return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
        }
        decoder.report(
            .badFilePath, at: value.node.range, path: value.path, problem,
            help: mayBePattern
                ? "path: ${PWD}/orders.csv, /data/orders, or '/data/orders/*.csv'"
                : "path: ${PWD}/results, or /data/results")
        return nil
    }

    /// Linux's PATH_MAX, less what part files are called.
    private static let pathByteCountMax = 3800

    private static func isPattern(_ component: String) -> Bool {
        component.contains { "*?[".contains($0) }
    }

    private func warnWithoutCheckpoints(
        _ operatorNode: OperatorGraph.Operator, _ object: DecodedObject
    ) {
        // A bad interval was reported; this would be a consequence.
        guard configuration.checkpointing == nil,
            rootNode["config"]?["execution.checkpointing.interval"] == nil
        else { return }
        decoder.report(
            .filesWithoutCheckpoints, at: operatorNode.keyRange, path: object.path,
            "without checkpoints the files of `\(operatorNode.id)` are finished when the run ends, "
                + "and a run that is killed leaves none",
            help: "set execution.checkpointing.interval and execution.checkpointing.dir")
    }

    func checkFileLoops() {
        for sink in sinks {
            guard case .file(let written) = sink.connector,
                let value = graph[sink.id]?.object?["path"],
                let source = sources.first(where: { $0.readsFiles(of: written.folder) })
            else { continue }
            decoder.report(
                .fileLoop, at: value.node.range, path: value.path,
                "the folder `\(written.folder)` is read by the source `\(source.id)` of the same "
                    + "pipeline",
                help: "write to another folder")
        }
    }
}

extension SourceDraft {
    /// Whether a file that appears in `folder` is read.
    fileprivate func readsFiles(of folder: String) -> Bool {
        guard case .file(let file) = connector else { return false }
        let name = file.path.split(separator: "/").last ?? ""
        let isPattern = name.contains { "*?[".contains($0) }
        return Self.components(isPattern ? file.folder : file.path) == Self.components(folder)
    }

    private static func components(_ path: String) -> [Substring] {
        path.split(separator: "/").filter { $0 != "." }
    }
}

extension FileMetadata {
    static let fields = [
        Field(name: file, type: .string, isNullable: false),
        Field(name: offset, type: .bigint, isNullable: false),
        Field(name: line, type: .bigint, isNullable: false),
    ]
}
