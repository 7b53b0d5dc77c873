internal import FileConnector
internal import Formats
internal import PipelineSpec
internal import StreamAPI
internal import StreamCore

extension FileSourceConfiguration {
    init(_ source: SourceDefinition, _ file: FileSourceDefinition) {
        self.init(operatorID: OperatorID(rawValue: source.id), path: file.path)
        monitorIntervalMilliseconds = file.monitorIntervalMilliseconds
        skipLineCount = file.skipLineCount
        csvDialect = source.format == .csv ? CSVDialect(source.formatOptions) : nil
        skipsEmptyLines = source.format == .json || source.format == .csv
        skipsByteOrderMark = source.format != .raw
    }
}

extension FileSinkConfiguration {
    init(_ sink: SinkDefinition, _ file: FileSinkDefinition, job name: String) {
        let fileExtension =
            switch sink.format {
            case .json: "json"
            case .csv: "csv"
            case .string: "txt"
            case .raw: "raw"
            }
        self.init(
            operatorID: OperatorID(rawValue: sink.id), folder: file.folder,
            fileExtension: fileExtension, job: JobID(name: name))
    }
}

extension PipelineDefinition {
    /// What each file sink of the pipeline writes and where.
    var fileSinks: [FileSinkConfiguration] {
        sinks.compactMap { sink in
            guard case .file(let file) = sink.connector else { return nil }
            return FileSinkConfiguration(sink, file, job: name)
        }
    }
}
