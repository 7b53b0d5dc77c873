internal import Expression
internal import StreamCore
internal import YAML

/// Checks what a file says against itself: names, types, graph, configuration; and makes the
/// definition.
///
/// An error never hides another one, but what depends on something broken is not checked.
///
/// - Threading: one thread, for the time of one check.
final class PipelineChecker {
    let decoder: FieldDecoder
    let environment: LintEnvironment
    let root: DecodedObject
    let rootNode: YAMLNode

    /// The pipeline's name; empty where it has an error.
    let name: String
    var configuration = JobConfiguration()
    /// Where the settings stand, for messages about several of them.
    var settings: [String: ConfigurationDecoder.Setting] = [:]
    var graph = OperatorGraph()
    /// Those without errors, by id.
    var connections: [String: ConnectionDefinition] = [:]
    var streams: [String: RowStream] = [:]
    var sources: [SourceDraft] = []
    var transforms: [TransformDefinition] = []
    var sinks: [SinkDefinition] = []
    /// Sources whose records' headers a sink passes on.
    var passedHeaderSources: Set<String> = []
    /// Expressions that call functions which a replay may answer otherwise.
    var volatileExpressions: [(value: DecodedValue, syntax: SyntaxNode)] = []

    init(
        _ root: DecodedObject, node: YAMLNode, decoder: FieldDecoder, environment: LintEnvironment
    ) {
        self.root = root
        rootNode = node
        self.decoder = decoder
        self.environment = environment
        name = root["name"]?.text ?? ""
    }

    /// - Returns: Nil if anything was reported as an error, here or before.
    func check() -> PipelineDefinition? {
        checkVersion()
        checkConfiguration()
        checkConnections()
        graph = buildGraph()
        checkGraph()
        checkSources()
        checkAlignmentGroups()
        for id in graph.transformOrder {
            uniteInputs(of: id)
            checkTransform(id)
        }
        checkReadersOfLateRows()
        for id in graph.operators.filter({ $0.section == .sinks }).map(\.id) {
            uniteInputs(of: id)
            checkSink(id)
        }
        checkTopicLoops()
        checkFileLoops()
        checkExactlyOnce()
        checkDeterminism()
        guard !decoder.collector.hasErrors else { return nil }
        return definition()
    }

    private func definition() -> PipelineDefinition {
        PipelineDefinition(
            file: decoder.collector.file, name: name, description: root["description"]?.text,
            configuration: configuration,
            connections: (root["connections"]?.map ?? []).compactMap { connections[$0.key] },
            sources: sources.map {
                $0.definition(passesHeadersOn: passedHeaderSources.contains($0.id))
            }, transforms: transforms, sinks: sinks,
            secrets: decoder.secrets, version: version)
    }

    /// Sixteen hex digits of a hash of the file's text.
    private var version: String {
        let text = Array(decoder.collector.source.lines.joined(separator: "\n").utf8)
        let hash = text.withUnsafeBytes { StableHash.xxh3($0.baseAddress, $0.count) }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private func checkVersion() {
        guard let version = root["version"], let number = version.integer, number != Grammar.version
        else { return }
        decoder.report(
            .unsupportedVersion, at: version.node.range, path: version.path,
            "the file has version \(number); this program reads version \(Grammar.version)",
            help: "version: \(Grammar.version)")
    }

    private func checkConfiguration() {
        let config = root["config"]
        let decoded = ConfigurationDecoder(
            config, range: root.keyRange(of: "config"), decoder: decoder)
        configuration = decoded.decode()
        settings = decoded.settings
    }

    // MARK: Small things that every part needs

    func position(_ range: YAMLRange) -> FilePosition { decoder.collector.position(range.start) }

    /// Keys of a section, also of entries with errors.
    func writtenKeys(of section: String) -> [String] {
        rootNode[section]?.entries?.map(\.key) ?? []
    }
}

/// The records of sources behind the rows of a stream.
struct RowRecords {
    /// Of which rows are records; empty behind what makes rows of many records.
    var sources: Set<String> = []
    /// Whether some row may have no record of its own.
    var areSomeMissing = true

    /// The rows of several streams side by side.
    static func union(_ all: [RowRecords]) -> RowRecords {
        RowRecords(
            sources: all.reduce(into: []) { $0.formUnion($1.sources) },
            areSomeMissing: all.isEmpty || all.contains(where: \.areSomeMissing))
    }
}

/// Rows between two operators.
struct RowStream {
    /// By name, as the pipeline file sees them.
    let schema: RowSchema
    let scope: any ExpressionScope
    /// Whether the rows are still records of a `raw` source.
    let isUntouchedRaw: Bool
    /// Whether rows have an event time and watermarks come: windows need them.
    var hasEventTime = false
    /// The sources of which every row is still a record, so that its headers can be told; empty
    /// behind whatever repartitions or unites rows.
    var headerSources: [String] = []
    /// The records that the rows are, or were made of one by one.
    var records = RowRecords()
    /// Why an operator would not take the rows; nil for all others.
    var rejection: Rejection?

    /// Which output rejected rows came out of.
    enum Rejection { case late, failed }

    /// A column by name, metadata too directly behind a source; nil where there is none.
    func column(_ name: String) -> SinkDefinition.OutputColumn? {
        guard schema.index(of: name) != nil || MetadataName.isReserved(name),
            case .column(let index, let type, let isNullable) = scope.resolve([.field(name)])
        else { return nil }
        return SinkDefinition.OutputColumn(
            name: name, index: index, type: type, isNullable: isNullable)
    }
}
